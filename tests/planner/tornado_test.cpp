// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/sensitivity.hpp>
#include <foretrain/planner/tornado.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr const Transformer& model = catalog::mixtral_8x7b;
constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr ParallelPlan plan{.tensor = 2,
                            .data = 32,
                            .expert = 8,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 64,
                            .micro_batch = 1,
                            .sequence = 4096,
                            .expert_imbalance = 1.2,
                            .stack = catalog::megatron_core};
const Seconds middle = estimate_step(model, cluster, plan).time;

constexpr EstimateInput rate{InputField::sixteen_bit_rate};
constexpr EstimateInput overlap{InputField::data_overlap};

constexpr std::optional<Seconds> twice_as_fast = time_with(model, cluster, plan, rate, 2e15);
static_assert(twice_as_fast.has_value());

std::vector<TornadoBar> bars_of(std::span<const InputSpan> ranges, std::size_t room = most_inputs) {
    std::vector<TornadoBar> bars(room);
    bars.resize(tornado(model, cluster, plan, ranges, bars));
    return bars;
}

std::vector<InputSpan> all_within(double relative_range) {
    std::vector<InputSpan> ranges;
    for (const EstimateInput& input : all_inputs)
        if (!input.of_tier() || input.tier < cluster.fabric.tiers)
            ranges.push_back(relative_span(input, cluster, plan, relative_range));
    return ranges;
}

} // namespace

TEST_CASE("a range is that factor to both sides, as far as the input may go") {
    const InputSpan usual = relative_span(rate, cluster, plan, 0.25);
    const double value = value_of(rate, cluster, plan);
    CHECK(usual.low == relative(value / 1.25));
    CHECK(usual.high == relative(value * 1.25));
    ParallelPlan nearly = plan;
    nearly.stack.data_overlap = 0.9;
    CHECK(relative_span(overlap, cluster, nearly, 0.25).high == 1.0);
    CHECK(relative_span(overlap, cluster, nearly, 0.25).low == relative(0.72));
}

TEST_CASE("bars are estimates at both ends, the widest first") {
    const std::vector<InputSpan> ranges = all_within(0.2);
    const std::vector<TornadoBar> bars = bars_of(ranges);
    REQUIRE(bars.size() == ranges.size());
    for (std::size_t i = 0; i < bars.size(); ++i) {
        REQUIRE(bars[i].valid_low);
        REQUIRE(bars[i].valid_high);
        CHECK(bars[i].at_low == time_with(model, cluster, plan, bars[i].range.input, bars[i].range.low));
        CHECK(bars[i].at_high == time_with(model, cluster, plan, bars[i].range.input, bars[i].range.high));
        if (i > 0) CHECK(bars[i].swing(middle) <= bars[i - 1].swing(middle));
    }
    // The load of experts has no derivative, but a bar.
    for (const TornadoBar& bar : bars)
        if (bar.range.input.field == InputField::expert_imbalance) CHECK(bar.at_high > middle);
}

TEST_CASE("narrow bars are what derivatives say, wide ones are not") {
    const auto all = try_sensitivity(model, cluster, plan);
    REQUIRE(all);
    for (const double width : {1e-4, 1.0}) {
        const std::vector<InputSpan> ranges{relative_span(rate, cluster, plan, width)};
        const TornadoBar bar = bars_of(ranges)[0];
        const double straight = all->of(rate).elasticity * width * raw(middle);
        const double up = raw(bar.at_high) - raw(middle), down = raw(bar.at_low) - raw(middle);
        if (width < 0.01) {
            CHECK(up == doctest::Approx(straight).epsilon(1e-3).scale(0));
            CHECK(down == doctest::Approx(-straight).epsilon(1e-3).scale(0));
        } else {
            CHECK(up > 0.9 * straight); // no rate makes a step shorter than nothing
            CHECK(down > -1.2 * straight);
        }
    }
}

TEST_CASE("as many bars as there is room for, the widest") {
    const std::vector<InputSpan> ranges = all_within(0.1);
    const std::vector<TornadoBar> all = bars_of(ranges), some = bars_of(ranges, 5);
    REQUIRE(some.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(some[i].range.input == all[i].range.input);
    CHECK(bars_of(ranges, 0).empty());
}

TEST_CASE("an end that is no valid configuration has no time, an invalid configuration no bars") {
    const std::vector<InputSpan> ranges{{overlap, 0.5, 1.5}};
    const TornadoBar bar = bars_of(ranges)[0];
    CHECK(bar.valid_low);
    CHECK_FALSE(bar.valid_high);
    CHECK(bar.swing(middle) == maximum(bar.at_low, middle) - minimum(bar.at_low, middle));
    ParallelPlan wrong = plan;
    wrong.tensor = 3;
    std::array<TornadoBar, 1> room{};
    CHECK(tornado(model, cluster, wrong, ranges, room) == 0);
}
