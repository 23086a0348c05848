// SPDX-License-Identifier: Apache-2.0
#include <foretrain/hardware/cluster.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>
#include <foretrain/units/result.hpp>

#include "../relative.hpp"
#include "refusals.hpp"
#include "samples.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using namespace refusals;

namespace {

constexpr Cluster cluster{.name = "sample",
                          .accelerator = samples::accelerator,
                          .node = {.name = "server",
                                   .accelerators = 8,
                                   .nics = 8,
                                   .nic_bandwidth = to_bytes(400_Gbit_per_s),
                                   .host_power = 2_kW,
                                   .provenance = {}},
                          .fabric = {.tiers = 2,
                                     .tier = {{{.name = "scale-up",
                                                .size = 8,
                                                .link = {.bandwidth = 450_GB_per_s, .latency = make<Seconds>(0x1p-19)},
                                                .oversubscription = 1.0,
                                                .efficiency = 0.75,
                                                .provenance = {}},
                                               {.name = "scale-out",
                                                .size = 1024,
                                                .link = {.bandwidth = 400_GB_per_s, .latency = make<Seconds>(0x1p-17)},
                                                .oversubscription = 1.5,
                                                .efficiency = 0.875,
                                                .provenance = {}}}}},
                          .accelerators = 512};
static_assert(accepted(cluster));

constexpr std::array fields{
    Field<Cluster>{"cluster.accelerators", [](Cluster& c, double x) { c.accelerators = static_cast<std::int64_t>(x); },
                   1, 1e7, true, "", "from 1 to 10000000 [range]; hint: accelerators the job uses"}};
static_assert(all_refused<cluster, fields>);

struct Reach {
    std::int64_t tiers, accelerators;
    std::string_view message; ///< empty: accepted
};
constexpr Reach reaches[] = {
    {2, 1, ""},
    {2, 1024, ""},
    {1, 8, ""},
    {2, 1025,
     "cluster.accelerators = 1025: must be at most what the outermost tier joins, 1024 [fabric_reaches_all]; hint: "
     "enlarge the outermost tier or use fewer accelerators"},
    {1, 9,
     "cluster.accelerators = 9: must be at most what the outermost tier joins, 8 [fabric_reaches_all]; hint: enlarge "
     "the outermost tier or use fewer accelerators"},
    // The outermost tier is unknown where the number of tiers is nonsense; that is refused on its own.
    {0, 512, ""},
    {5, 512, ""},
    {-1, 512, ""},
};
constexpr Message reach(const Reach& c) {
    Cluster changed = cluster;
    changed.fabric.tiers = c.tiers;
    changed.accelerators = c.accelerators;
    return message_of(changed, "fabric_reaches_all", "cluster.accelerators");
}
constexpr bool all_reaches() {
    for (const Reach& c : reaches)
        if (reach(c) != c.message) return false;
    return true;
}
static_assert(all_reaches());

template <class Real>
constexpr bool converted() {
    using detail::plain;
    const BasicCluster<Real> other = over_scalar<Real>(cluster);
    const Cluster back = over_scalar<double>(other);
    return other.name == "sample" && other.accelerators == 512 && other.accelerator.name == "sample" &&
           other.node.name == "server" && other.fabric.tiers == 2 && other.fabric.tier[1].name == "scale-out" &&
           plain(other.accelerator.memory.capacity) == plain(80_GiB) && plain(other.node.host_power) == 2000.0 &&
           plain(other.fabric.tier[1].oversubscription) == 1.5 && plain(other.fabric.tier[0].link.latency) == 0x1p-19 &&
           accepted(other) && back.accelerator.kernel.matrix_efficiency == 0.75 &&
           back.fabric.tier[1].link.latency == cluster.fabric.tier[1].link.latency;
}
static_assert(converted<float>() && converted<double>() && converted<Dual<double, 2>>());

/// As wrong as a cluster can be: every field, every tier.
constexpr Cluster nonsense() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    Cluster c = cluster;
    auto& a = c.accelerator;
    const auto rate = make<FlopRate>(nan);
    a.matrix = {rate, rate, rate, rate, rate, rate, rate};
    a.vector = rate;
    a.memory = {make<Bytes>(nan), make<Bandwidth>(nan)};
    a.cache = make<Bytes>(nan);
    a.compute_units = -1;
    a.launch_overhead = make<Seconds>(nan);
    a.power = 0_W;
    a.idle_power = make<Watts>(1e6);
    a.kernel = {.matrix_efficiency = nan,
                .sustained_clock = nan,
                .sustained_energy = make<FlopEnergy>(nan),
                .memory_efficiency = nan,
                .attention_forward = nan,
                .attention_backward = nan,
                .attention_softmax = nan,
                .attention_tile = make<Seconds>(nan),
                .inner_dimension_half = nan,
                .fixed_time = make<Seconds>(nan),
                .tile_rows = -1,
                .tile_columns = -1,
                .fp32_efficiency = nan,
                .eight_bit_efficiency = nan,
                .four_bit_efficiency = nan,
                .provenance = {}};
    c.node = {.name = "",
              .accelerators = -1,
              .nics = -1,
              .nic_bandwidth = make<Bandwidth>(nan),
              .host_power = make<Watts>(nan),
              .host_link = make<Bandwidth>(nan),
              .host_memory = make<Bytes>(nan),
              .host_memory_bandwidth = make<Bandwidth>(nan),
              .drive_bandwidth = make<Bandwidth>(nan),
              .provenance = {}};
    c.fabric.tiers = 4;
    for (std::size_t i = 0; i < 4; ++i)
        c.fabric.tier[i] = {.name = "",
                            .size = 7 - static_cast<std::int64_t>(8 * i),
                            .link = {.bandwidth = make<Bandwidth>(nan), .latency = make<Seconds>(nan)},
                            .oversubscription = nan,
                            .efficiency = nan,
                            .topology = Topology::mesh,
                            .torus_dimensions = 3,
                            .start = nan,
                            .local_copy = nan,
                            .exchange = nan,
                            .provenance = {}};
    c.accelerators = 20000000;
    return c;
}

} // namespace

TEST_CASE("the number of accelerators has a range, and its refusal names it") { check_all_refused(cluster, fields); }

TEST_CASE("the fabric joins all accelerators that are used") {
    for (const Reach& c : reaches) CHECK(reach(c) == c.message);
}

TEST_CASE("all violations of all parts are reported, in order, each in full") {
    Violations list;
    check_rules(nonsense(), list);
    CHECK(list.omitted() == 0);
    // 30 fields of the accelerator and idle_below_rated, 8 of the node, 9 of each tier but the size of the first,
    // 3 tiers that do not nest, the cluster's number and its reach.
    CHECK(list.size() == 30 + 1 + 8 + (4 * 9 - 1) + 3 + 2);
    CHECK((list[0].field == "accelerator.matrix.fp32"));
    CHECK((list[list.size() - 1].rule == "fabric_reaches_all"));
    for (const Violation& violation : list) {
        const ViolationText text = to_text(violation);
        CAPTURE(text);
        CHECK(!text.is_cut());
        CHECK(!violation.field.empty());
    }
    const std::string what = InvalidConfiguration{list}.what();
    CHECK((what.find("accelerator.matrix.fp32 = nan FLOP/s") != std::string::npos));
}

TEST_CASE("a cluster without values is refused") { CHECK(!accepted(Cluster{})); }

TEST_CASE("a cluster keeps its values over another scalar and back") {
    CHECK(converted<float>());
    CHECK(converted<double>());
    CHECK(converted<Dual<double, 2>>());
}

TEST_CASE("derivatives by a hardware input can be asked of a converted cluster") {
    BasicCluster<Dual<double, 1>> dual = over_scalar<Dual<double, 1>>(cluster);
    dual.accelerator.memory.bandwidth = make<BasicBandwidth<Dual<double, 1>>>(Dual<double, 1>{2e12, {1.0}});
    const Dual<double, 1> time = raw(dual.accelerator.memory.capacity / dual.accelerator.memory.bandwidth);
    CHECK(time.gradient[0] == relative(-raw(80_GiB) / 4e24));
    CHECK(accepted(dual));
}
