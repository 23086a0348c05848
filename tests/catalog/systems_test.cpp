// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/systems.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr std::int64_t counts[] = {1, 4, 8, 64, 1024, 16'384, 100'000, 900'000};

constexpr bool follows_rules(const Cluster& cluster) {
    AnyViolation any;
    check_rules(cluster, any);
    return any.empty();
}

constexpr bool builds(const catalog::System& system) {
    for (const std::int64_t count : counts) {
        const Cluster cluster = system.make(count);
        if (!follows_rules(cluster) || cluster.accelerators != count) return false;
    }
    return true;
}

// The part of it that fits into a compiler's limit of constant evaluation.
constexpr bool builds_small(const catalog::System& system) {
    return follows_rules(system.make(1)) && follows_rules(system.make(1024));
}

constexpr bool refuses_bad_counts(const catalog::System& system) {
    return !follows_rules(system.make(0)) && !follows_rules(system.make(-8)) &&
           !follows_rules(system.make(2'000'000'000));
}

constexpr bool is_named_once(const catalog::System& system) {
    int same = 0;
    for (const catalog::System& other : catalog::all_systems) same += other.name == system.name ? 1 : 0;
    return same == 1 && !system.name.empty() && !system.description.empty() && system.make(8).name == system.name;
}

constexpr bool is_found(const catalog::System& system) {
    const catalog::System* found = catalog::find_system(system.name);
    return found != nullptr && found->name == system.name && found->make == system.make;
}

constexpr bool is_sourced(const catalog::System& system) {
    const Cluster cluster = system.make(8);
    bool sourced = !cluster.node.provenance.source.empty() && !cluster.node.provenance.as_of.empty();
    for (std::size_t i = 0; i < static_cast<std::size_t>(cluster.fabric.tiers); ++i) {
        const FabricTier& tier = cluster.fabric.tier[i];
        sourced = sourced && !tier.name.empty() && !tier.provenance.source.empty() && !tier.provenance.as_of.empty();
    }
    return sourced;
}

// An accelerator's share of each outer tier is slower and farther than the tier inside it.
constexpr bool slows_outwards(const catalog::System& system) {
    const Cluster cluster = system.make(8);
    double inner = raw(cluster.fabric.tier[0].link.bandwidth);
    for (std::size_t i = 1; i < static_cast<std::size_t>(cluster.fabric.tiers); ++i) {
        const FabricTier& tier = cluster.fabric.tier[i];
        const double share = raw(tier.link.bandwidth) / static_cast<double>(cluster.fabric.tier[i - 1].size);
        if (share >= inner || tier.link.latency <= cluster.fabric.tier[i - 1].link.latency) return false;
        inner = share;
    }
    return true;
}

// The outermost tier carries exactly the NICs that the nodes have.
constexpr bool uses_every_nic_once(const catalog::System& system) {
    const Cluster cluster = system.make(8);
    const std::size_t outer = static_cast<std::size_t>(cluster.fabric.tiers) - 1;
    const double per_accelerator =
        raw(cluster.fabric.tier[outer].link.bandwidth) / static_cast<double>(cluster.fabric.tier[outer - 1].size);
    const double nics = raw(cluster.node.nic_bandwidth) * static_cast<double>(cluster.node.nics) /
                        static_cast<double>(cluster.node.accelerators);
    return per_accelerator > 0.999 * nics && per_accelerator < 1.001 * nics;
}

struct Fact {
    const char* what;
    bool (*holds)(const catalog::System&);
};
constexpr Fact facts[] = {
    {"builds at every size", builds},
    {"refuses bad counts", refuses_bad_counts},
    {"is named once, as its clusters are", is_named_once},
    {"is found", is_found},
    {"is sourced and dated", is_sourced},
    {"slows outwards", slows_outwards},
    {"uses every NIC once", uses_every_nic_once},
};

/// One constant expression for each system, because clang counts its steps.
template <bool (*Holds)(const catalog::System&)>
constexpr bool holds_for_all = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return (std::bool_constant<Holds(catalog::all_systems[Index])>::value && ...);
}(std::make_index_sequence<catalog::all_systems.size()>{});
static_assert(holds_for_all<builds_small>);
static_assert(holds_for_all<is_named_once>);
static_assert(holds_for_all<is_found>);
static_assert(holds_for_all<is_sourced>);
static_assert(holds_for_all<slows_outwards>);
static_assert(holds_for_all<uses_every_nic_once>);

static_assert(catalog::make_system("dgx-h100", 16'384)->accelerator.name == "h100-sxm");
static_assert(!catalog::make_system("dgx-h101", 8).has_value());

} // namespace

TEST_CASE("every system of the catalogue") {
    for (const catalog::System& system : catalog::all_systems)
        for (const Fact& fact : facts) {
            CAPTURE(system.name);
            CAPTURE(fact.what);
            CHECK(fact.holds(system));
        }
}

TEST_CASE("unknown systems are not found") {
    CHECK(catalog::find_system("") == nullptr);
    CHECK(catalog::find_system("DGX-H100") == nullptr);
    CHECK(catalog::find_system("dgx") == nullptr);
    CHECK_FALSE(catalog::make_system("dgx", 8).has_value());
}

TEST_CASE("a system made by name is the one made by function") {
    const auto by_name = catalog::make_system("gb200-nvl72", 144);
    REQUIRE(by_name.has_value());
    const Cluster by_function = catalog::gb200_nvl72(144);
    CHECK(by_name->name == by_function.name);
    CHECK(by_name->accelerators == 144);
    CHECK(by_name->fabric.tier[1].link.bandwidth == by_function.fabric.tier[1].link.bandwidth);
}

TEST_CASE("a bad count is not repaired but told") {
    const auto cluster = catalog::make_system("dgx-h100", 0);
    REQUIRE(cluster.has_value());
    Violations violations;
    check_rules(*cluster, violations);
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].field == "cluster.accelerators");
}

TEST_CASE("a system goes over to another scalar") {
    const BasicCluster<float> cluster = over_scalar<float>(catalog::dgx_a100(64));
    CHECK(static_cast<double>(raw(cluster.accelerator.matrix.bf16)) == doctest::Approx(312e12).epsilon(1e-6));
    CHECK(cluster.accelerators == 64);
}
