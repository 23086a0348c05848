// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/job_power.hpp>

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

constexpr Cluster cluster = catalog::dgx_h100(512);
constexpr StepEstimate gpt3 = estimate_step(catalog::gpt3_175b, cluster,
                                            ParallelPlan{.tensor = 4,
                                                         .pipeline = 8,
                                                         .data = 16,
                                                         .global_batch = 1536,
                                                         .micro_batch = 2,
                                                         .sequence = 2048,
                                                         .stack = catalog::megatron_core});
constexpr JobPower drawn = job_power(gpt3, cluster, site(1.0), measured_boards);

// A budget of power that a unit test holds.
static_assert(drawn.total() < 600_kW);

JobPower of(const Cluster& c, const Site& s) { return job_power(Utilization{.matrix = 0.5}, c, s, measured_boards); }

bool accepted(const Site& s) {
    Violations violations;
    check_rules(s, violations);
    return violations.empty();
}

} // namespace

TEST_CASE("GPT-3 on 64 nodes of H100 draws what MLPerf Training v4.0 measured") {
    // smc-dc-power, gpt3: 6747 W a node, mean of three runs. The batch and plan are of the same benchmark, not his.
    CHECK(raw(drawn.accelerators.total() + drawn.hosts) / 64.0 == doctest::Approx(6747.0).epsilon(0.1));
}

TEST_CASE("the parts of a job sum, and the building takes its share of all of them") {
    const JobPower p = of(cluster, site(1.25));
    const AcceleratorPower& a = p.accelerators;
    CHECK(raw(p.total()) == relative(raw(a.idle) + raw(a.matrix) + raw(a.memory) + raw(a.kernels) + raw(a.link) +
                                     raw(p.hosts) + raw(p.network) + raw(p.facility)));
    CHECK(raw(p.total()) == relative(1.25 * raw(p.machines())));
    CHECK(raw(of(cluster, site(1.0)).facility) == 0.0);
    CHECK(raw(p.accelerators.total()) ==
          relative(512.0 * raw(measured_boards.power(Utilization{.matrix = 0.5}, cluster.accelerator).total())));
}

TEST_CASE("switches are there for jobs that leave a node, hosts in proportion to what is used of them") {
    CHECK(raw(of(catalog::dgx_h100(8), site(1.0)).network) == 0.0);
    CHECK(raw(of(catalog::dgx_h100(16), site(1.0)).network) == relative(16.0 * 116.0));
    const double node = raw(of(catalog::dgx_h100(8), site(1.0)).hosts);
    CHECK(node == relative(0.4 * raw(cluster.node.host_power)));
    Cluster half = cluster;
    half.accelerators = 4;
    CHECK(raw(of(half, site(1.0)).hosts) == relative(0.5 * node));
    Site idle = site(1.0);
    idle.host_load = 0.0;
    CHECK(raw(of(cluster, idle).hosts) == 0.0);
}

TEST_CASE("twice the machines draw twice the power") {
    CHECK(raw(of(catalog::dgx_h100(1024), site(1.1)).total()) ==
          relative(2.0 * raw(of(catalog::dgx_h100(512), site(1.1)).total())));
}

TEST_CASE("power has derivatives with respect to the site") {
    using Number = Dual<double, 2>;
    auto s = over_scalar<Number>(site(1.2));
    s.power_usage_effectiveness = variable<2>(1.2, 0);
    s.host_load = variable<2>(0.4, 1);
    const auto u = BasicUtilization<Number>{.matrix = Number(0.5)};
    const Number total =
        raw(job_power(u, over_scalar<Number>(cluster), s, over_scalar<Number>(measured_boards)).total());
    CHECK(total.gradient[0] == relative(raw(of(cluster, site(1.2)).machines())));
    CHECK(total.gradient[1] == relative(1.2 * 64.0 * raw(cluster.node.host_power)));
}

TEST_CASE("sites that cannot be are refused") {
    CHECK(accepted(site(1.0)));
    CHECK(accepted(site(3.0)));
    CHECK_FALSE(accepted(site(0.99)));
    CHECK_FALSE(accepted(site(3.01)));
    CHECK_FALSE(accepted(site(std::numeric_limits<double>::quiet_NaN())));
    CHECK_FALSE(accepted(Site{})); // a site must be given
    Site wrong = site(1.1);
    wrong.host_load = 1.01;
    CHECK_FALSE(accepted(wrong));
    wrong = site(1.1);
    wrong.port_power = -1_W;
    CHECK_FALSE(accepted(wrong));
}
