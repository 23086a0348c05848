// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/step/breakdown.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// Part i takes 0.1 (i + 1) seconds: numbers that binary fractions do not hold, so the order of a sum shows.
constexpr StepBreakdown example() {
    StepBreakdown breakdown;
    for (std::size_t i = 0; i < step_parts; ++i)
        breakdown.set(static_cast<StepPart>(i), make<Seconds>(0.1 * static_cast<double>(i + 1)),
                      static_cast<Resource>(i % resources));
    return breakdown;
}

constexpr bool names_differ() {
    for (std::size_t i = 0; i < step_parts; ++i) {
        if (name_of(static_cast<StepPart>(i)).empty()) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (name_of(static_cast<StepPart>(i)) == name_of(static_cast<StepPart>(j))) return false;
    }
    return true;
}
static_assert(names_differ());
static_assert(static_cast<std::size_t>(StepPart::stragglers) + 1 == step_parts);

} // namespace

TEST_CASE("the first parts are the kinds of operation, in name too") {
    for (std::size_t i = 0; i < operation_kinds; ++i) {
        const auto kind = static_cast<OperationKind>(i);
        CHECK(name_of(part_of(kind)) == name_of(kind));
        CHECK(static_cast<std::size_t>(part_of(kind)) == i);
    }
    CHECK(static_cast<std::size_t>(StepPart::recomputation) == operation_kinds);
}

TEST_CASE("parts sum to the total in their order, every bit") {
    const StepBreakdown breakdown = example();
    double sum = 0;
    for (const Seconds& part : breakdown.time) sum += raw(part);
    CHECK(raw(breakdown.total()) == sum);
    CHECK(raw(breakdown.total()) == relative(23.1));
    CHECK(StepBreakdown{}.total() == 0_s);
}

TEST_CASE("each second waits for one resource") {
    const StepBreakdown breakdown = example();
    double sum = 0;
    for (std::size_t i = 0; i < resources; ++i) sum += raw(breakdown.waiting_for(static_cast<Resource>(i)));
    CHECK(sum == relative(raw(breakdown.total())));
    // Parts 0, 9 and 18 wait for the first resource.
    CHECK(raw(breakdown.waiting_for(Resource::matrix)) == relative(0.1 + 1.0 + 1.9));
}

TEST_CASE("compute is the operations, communication the five groups") {
    const StepBreakdown breakdown = example();
    CHECK(raw(breakdown.compute()) == relative(0.1 * 36));
    CHECK(raw(breakdown.communication()) ==
          relative(raw(breakdown[StepPart::tensor_communication]) + raw(breakdown[StepPart::context_communication]) +
                   raw(breakdown[StepPart::expert_communication]) + raw(breakdown[StepPart::data_communication]) +
                   raw(breakdown[StepPart::pipeline_communication])));
    // What is set is what is read.
    StepBreakdown other;
    other.set(StepPart::bubble, 3_s, Resource::dependency);
    CHECK(other[StepPart::bubble] == 3_s);
    CHECK(other.total() == 3_s);
    CHECK(other.compute() == 0_s);
    CHECK(other.communication() == 0_s);
    CHECK(other.waiting_for(Resource::dependency) == 3_s);
}

TEST_CASE("the largest part is found wherever it is, the first of equals") {
    for (std::size_t i = 0; i < step_parts; ++i) {
        StepBreakdown breakdown = example();
        breakdown.set(static_cast<StepPart>(i), 100_s, Resource::software);
        CHECK(breakdown.largest() == static_cast<StepPart>(i));
    }
    CHECK(StepBreakdown{}.largest() == StepPart::embedding);
}

TEST_CASE("derivatives add up as values do") {
    using Number = Dual<double, 2>;
    BasicStepBreakdown<Number> breakdown;
    breakdown.set(StepPart::norm, make<BasicSeconds<Number>>(variable<2>(1.0, 0)), Resource::memory);
    breakdown.set(StepPart::bubble, make<BasicSeconds<Number>>(variable<2>(2.0, 1) * 3.0), Resource::dependency);
    CHECK(raw(breakdown.total()).value == 7.0);
    CHECK(raw(breakdown.total()).gradient[0] == 1.0);
    CHECK(raw(breakdown.total()).gradient[1] == 3.0);
}
