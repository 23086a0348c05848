// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/facility.hpp>

#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster,
                                            ParallelPlan{.tensor = 2,
                                                         .data = 32,
                                                         .global_batch = 64,
                                                         .micro_batch = 1,
                                                         .sequence = 8192,
                                                         .stack = catalog::megatron_core});
JobPower drawn(double pue) { return job_power(step, cluster, site(pue), measured_boards); }

// A megawatt feeds more than a thousand H100 of this job, and fewer than the boards alone would allow.
static_assert(largest_cluster(1_MW, step, cluster, site(1.1), measured_boards) > 900);
static_assert(largest_cluster(1_MW, step, cluster, site(1.1), measured_boards) < 1428);

} // namespace

TEST_CASE("the largest cluster fits its power, and one node more does not") {
    for (const Watts& power : {20_kW, 1_MW, 37_MW, 1_GW}) {
        const std::int64_t count = largest_cluster(power, step, cluster, site(1.2), measured_boards);
        CHECK(count % 8 == 0);
        Cluster full = cluster;
        full.accelerators = count;
        const Utilization busy = utilization_of(step, cluster.accelerator);
        CHECK(job_power(busy, full, site(1.2), measured_boards).total() <= power);
        full.accelerators = count + 8;
        CHECK(job_power(busy, full, site(1.2), measured_boards).total() > power);
    }
}

TEST_CASE("the largest cluster grows with power, falls with overhead, and is whole nodes or none") {
    CHECK(largest_cluster(5_kW, step, cluster, site(1.0), measured_boards) == 0);
    CHECK(largest_cluster(7_kW, step, cluster, site(1.0), measured_boards) == 8);
    CHECK(largest_cluster(10_MW, step, cluster, site(1.4), measured_boards) <
          largest_cluster(10_MW, step, cluster, site(1.1), measured_boards));
    // What is built to run anything gets its rated power.
    CHECK(largest_cluster(10_MW, cluster, site(1.1)) <
          largest_cluster(10_MW, step, cluster, site(1.1), measured_boards));
    CHECK(largest_cluster(make<Watts>(std::numeric_limits<double>::quiet_NaN()), cluster, site(1.1)) == 0);
}

TEST_CASE("energy of a token goes with the overhead of the building") {
    const double one = raw(energy_per_token(step, drawn(1.0)));
    CHECK(raw(energy_per_token(step, drawn(1.3))) == relative(1.3 * one));
    CHECK(one * raw(step.tokens) == relative(raw(step_energy(step, drawn(1.0)))));
    CHECK(raw(energy_per_sample(step, drawn(1.0))) == relative(8192.0 * one));
    // 6 N FLOPs at some 0.5 TFLOP/J: an 8B model takes about 0.1 J a token, attention included.
    CHECK(one == doctest::Approx(0.11).epsilon(0.3));
}

TEST_CASE("useful work over energy is model FLOPs over the energy of a step") {
    const JobPower power = drawn(1.1);
    const double flops = raw(step.flops[static_cast<std::size_t>(FlopConvention::six_n_attention)]);
    CHECK(raw(energy_efficiency(step, power)) == relative(flops / raw(step_energy(step, power))));
}
