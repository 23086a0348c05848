// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/error_model.hpp>
#include <foretrain/catalog/stacks.hpp>

using namespace foretrain;

TEST_CASE("shipped terms: positive, and of sane size") {
    const StepErrorModel& e = catalog::step_errors;
    for (const double term : {e.base, e.software, e.accelerator, e.kernels, e.combination, e.short_format, e.experts,
                              e.communication, e.bubble, e.assumption, e.extrapolation}) {
        CHECK(term > 0);
        CHECK(term < 1);
    }
    CHECK(e.short_layers > 0);
    CHECK(e.short_layers < 3);
    for (const CalibratedRange& range : e.ranges) {
        CHECK(range.low > 0);
        CHECK(range.low <= range.high);
    }
    // Pairs name what the catalogue has.
    for (const CalibratedPair& pair : e.pairs) {
        CAPTURE(pair.software);
        CAPTURE(pair.accelerator);
        CHECK(catalog::find_stack(pair.software) != nullptr);
        CHECK(std::any_of(catalog::all_accelerators.begin(), catalog::all_accelerators.end(),
                          [&](const Accelerator& a) { return a.name == pair.accelerator; }));
    }
}

TEST_CASE("kernels are surer than steps of unknown software, and unknown ones less than known") {
    const KernelErrorModel& e = catalog::kernel_errors;
    for (const double width : {e.product, e.attention, e.collective}) {
        CHECK(width > 0.02);
        CHECK(width < catalog::step_errors.base + catalog::step_errors.software);
    }
    CHECK(e.unknown > 1);
}
