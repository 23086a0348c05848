// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/step/layer_times.hpp>

#include "random_plans.hpp"

using namespace foretrain;

namespace {

struct Parts {
    BasicPasses<double> passes;
    BasicCommunication<double> send;
    detail::LayerTimes<double> layer;
};

Parts parts_of(const random_plans::Configuration& c, bool silent) {
    Parts parts;
    const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained,
                                  c.plan.stack.kernels};
    parts.passes = time_passes<double>(kernels, *c.model, c.plan);
    if (!silent) parts.send = time_communication(*c.model, c.cluster, c.plan);
    parts.layer =
        detail::layer_times(*c.model, c.plan, parts.passes, detail::PassTotals<double>{parts.passes}, parts.send);
    return parts;
}

} // namespace

TEST_CASE("without communication a layer takes what it computes") {
    for (std::uint64_t i = 0; i < 200; ++i) {
        const Parts parts = parts_of(random_plans::configuration(i), true);
        CHECK(raw(parts.layer.layer.forward) == raw(parts.passes.layer_forward.total()));
        CHECK(raw(parts.layer.layer.backward) ==
              raw(parts.passes.layer_backward.total() + parts.passes.recomputed.total()));
        CHECK(raw(parts.layer.exchanges) == 0.0);
    }
}

TEST_CASE("communication lengthens a layer by no more than all of it, shown or paid for by contention") {
    int longer = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
        const random_plans::Configuration c = random_plans::configuration(i);
        const Parts quiet = parts_of(c, true);
        const Parts parts = parts_of(c, false);
        const double compute = raw(quiet.layer.layer.total());
        const double all = raw(parts.layer.exchanges + parts.send.gather_layer + parts.layer.data_backward);
        CHECK(raw(parts.layer.layer.total()) >= compute);
        CHECK(raw(parts.layer.layer.total()) <= (compute + all) * (1.0 + 1e-12));
        if (all > 0) ++longer;
    }
    CHECK(longer > 100);
}

TEST_CASE("a layer's time is a constant expression") {
    static_assert([] {
        const random_plans::Configuration c = random_plans::configuration(1);
        BasicPasses<double> passes;
        passes.layer_forward.time[0] = make<Seconds>(2.0);
        const auto layer = detail::layer_times(*c.model, c.plan, passes, detail::PassTotals<double>{passes},
                                               BasicCommunication<double>{});
        return raw(layer.layer.forward) == 2.0 && raw(layer.head.forward) == 0.0;
    }());
}
