// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/select.hpp>

#include <bit>
#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

template <class Real>
constexpr BasicFabric<Real> dgx_h100() {
    BasicFabric<Real> fabric;
    fabric.tiers = 2;
    fabric.tier[0].size = 8;
    fabric.tier[0].link = {make<BasicBandwidth<Real>>(Real(450e9)), make<BasicSeconds<Real>>(Real(0.3e-6))};
    fabric.tier[0].oversubscription = Real(1.0);
    fabric.tier[0].efficiency = Real(0.8);
    fabric.tier[0].in_network_reduction = true;
    fabric.tier[1].size = 8 << 17;
    fabric.tier[1].link = {make<BasicBandwidth<Real>>(Real(400e9)), make<BasicSeconds<Real>>(Real(12e-6))};
    fabric.tier[1].oversubscription = Real(1.0);
    fabric.tier[1].efficiency = Real(0.96);
    return fabric;
}

template <class Real = double>
constexpr BasicGroup<Real> group_of(std::int64_t ranks, std::int64_t stride = 1) {
    return make_group(dgx_h100<Real>(), 16384, ranks, stride, over_scalar<Real>(libraries::nccl));
}

/// Free of charge, which nothing in the library is.
struct Wormhole {
    static constexpr std::string_view name = "wormhole";
    static constexpr bool supports(Collective collective) noexcept { return collective == Collective::broadcast; }
    template <class Real>
    static constexpr BasicSeconds<Real> time(Collective, const BasicGroup<Real>&, const BasicBytes<Real>&) noexcept {
        return {};
    }
};

} // namespace

static_assert(CompleteAlgorithmList<EveryAlgorithm> && CompleteAlgorithmList<NcclAlgorithms>);
static_assert(!CompleteAlgorithmList<AlgorithmList<Ring, Tree>>); // nothing for all-to-all
static_assert(!CompleteAlgorithmList<AlgorithmList<InNetwork>>);  // not on every fabric
static_assert(!CompleteAlgorithmList<AlgorithmList<>>);
static_assert(CompleteAlgorithmList<AlgorithmList<Direct>>);
static_assert(best(Collective::all_reduce, group_of(8), 1_GB).algorithm == Algorithm::in_network);
static_assert(raw(time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);

TEST_CASE("the choice is the fastest of all that can run") {
    for (const std::int64_t ranks : {2, 8, 16, 64, 1024})
        for (const Collective collective : every_collective)
            for (const double bytes : {1e2, 1e5, 1e7, 1e9}) {
                const Group group = group_of(ranks);
                const Bytes size = make<Bytes>(bytes);
                const AlgorithmChoice chosen = best(collective, group, size);
                const auto not_beaten_by = [&]<class A>(A) {
                    if (A::supports(collective)) CHECK(chosen.time <= A::time(collective, group, size));
                };
                not_beaten_by(Ring{});
                not_beaten_by(Tree{});
                not_beaten_by(DoubleBinaryTree{});
                not_beaten_by(HalvingDoubling{});
                not_beaten_by(Direct{});
                not_beaten_by(Hierarchical{});
                not_beaten_by(InNetwork{});
                CHECK(chosen.algorithm != Algorithm::custom);
                CHECK(chosen.time == time(collective, group, size));
                CHECK(chosen.time <= time<NcclAlgorithms>(collective, group, size));
                CHECK(chosen.time > 0_s);
            }
}

TEST_CASE("what nobody's switch can do is not chosen") {
    Fabric without = dgx_h100<double>();
    without.tier[0].in_network_reduction = false;
    for (const double bytes : {1e3, 1e6, 1e10}) {
        // Without switches that add, in-network is a double tree: only its availability keeps it from winning the tie.
        CHECK(best<AlgorithmList<InNetwork, DoubleBinaryTree, Direct>>(
                  Collective::broadcast, make_group(without, 64, 64, 1), make<Bytes>(bytes))
                  .algorithm != Algorithm::in_network);
        CHECK(best(Collective::all_reduce, make_group(without, 64, 64, 1), make<Bytes>(bytes)).algorithm !=
              Algorithm::in_network);
    }
}

TEST_CASE("NCCL's choice: trees for small sizes on many nodes, switches inside one, rings for pieces") {
    CHECK(best<NcclAlgorithms>(Collective::all_reduce, group_of(1024), 1_kB).algorithm ==
          Algorithm::double_binary_tree);
    CHECK(best<NcclAlgorithms>(Collective::all_reduce, group_of(8), 1_GB).algorithm == Algorithm::in_network);
    CHECK(best<NcclAlgorithms>(Collective::all_gather, group_of(64), 1_GB).algorithm == Algorithm::ring);
    CHECK(best<NcclAlgorithms>(Collective::all_to_all, group_of(64), 1_GB).algorithm == Algorithm::direct);
    CHECK(best<NcclAlgorithms>(Collective::point_to_point, group_of(4, 8), 1_MB).algorithm == Algorithm::direct);
    // Eight groups of one rank a node over 8 nodes: large sizes go round the ring, which sends 7/8 of what trees do.
    CHECK(best<NcclAlgorithms>(Collective::all_reduce, group_of(8, 8), 10_GB).algorithm == Algorithm::ring);
}

TEST_CASE("a user's algorithm drops in") {
    using Mine = AlgorithmList<Ring, Wormhole, Direct>;
    static_assert(CompleteAlgorithmList<Mine>);
    const AlgorithmChoice broadcast = best<Mine>(Collective::broadcast, group_of(16), 1_GB);
    CHECK(broadcast.algorithm == Algorithm::custom);
    CHECK(broadcast.name == "wormhole");
    CHECK(broadcast.time == 0_s);
    CHECK(best<Mine>(Collective::all_reduce, group_of(16), 1_GB).algorithm == Algorithm::ring);
}

TEST_CASE("two algorithms cost the same at the crossover, and swap places there") {
    const Group group = group_of(8, 8);
    const auto crossing = crossover_size<DoubleBinaryTree, Ring>(Collective::all_reduce, group);
    REQUIRE(crossing.exists);
    const auto tree = [&](double factor) {
        return raw(DoubleBinaryTree::time(Collective::all_reduce, group, crossing.size * factor));
    };
    const auto ring = [&](double factor) {
        return raw(Ring::time(Collective::all_reduce, group, crossing.size * factor));
    };
    CHECK(tree(1.0) == relative(ring(1.0)).epsilon(1e-9));
    CHECK(tree(0.5) < ring(0.5));
    CHECK(tree(2.0) > ring(2.0));
}

TEST_CASE("the crossover of two straight lines is where algebra puts it") {
    Group group{.ranks = 8, .tiers = 1};
    group.tier[0] = {.members = 8, .units = 8, .link = {100_GB_per_s, 2_us}};
    CHECK_FALSE(crossover_size<Ring, Direct>(Collective::all_reduce, group).exists); // direct is always ahead
    // Broadcast by one rank to seven others: a + 7 S/B; by halving-doubling: 6 a + 7/4 S/B.
    const auto crossing = crossover_size<HalvingDoubling, Direct>(Collective::broadcast, group);
    REQUIRE(crossing.exists);
    CHECK(raw(crossing.size) == relative(5 * 2e-6 * 1e11 / 5.25).epsilon(1e-12));
    CHECK_FALSE(crossover_size<Ring, Direct>(Collective::all_to_all, group).exists); // no ring for it
    CHECK_FALSE(crossover_size<Ring, Ring>(Collective::all_reduce, group).exists);
}

TEST_CASE("the crossover moves with the latency as its derivative says") {
    using Number = Dual<double, 1>;
    BasicGroup<Number> group{.ranks = 8, .tiers = 1};
    group.tier[0] = {
        .members = 8,
        .units = 8,
        .link = {make<BasicBandwidth<Number>>(Number{1e11}), make<BasicSeconds<Number>>(Number{2e-6, {1.0}})}};
    const auto crossing = crossover_size<HalvingDoubling, Direct>(Collective::broadcast, group);
    REQUIRE(crossing.exists);
    CHECK(raw(crossing.size).gradient[0] == relative(5e11 / 5.25).epsilon(1e-9));
}

TEST_CASE("float and dual numbers choose the same and agree in value, and the bandwidth's derivative is negative") {
    using Number = Dual<double, 1>;
    for (const Collective collective : every_collective)
        for (const std::int64_t ranks : {8, 64}) {
            const AlgorithmChoice plain = best(collective, group_of(ranks), 64_MB);
            const auto single = best(collective, group_of<float>(ranks), make<BasicBytes<float>>(64e6F));
            const auto dual = best(collective, group_of<Number>(ranks), make<BasicBytes<Number>>(Number{64e6, {1.0}}));
            CHECK(static_cast<double>(raw(single.time)) == relative(raw(plain.time)).epsilon(1e-5));
            CHECK(dual.algorithm == plain.algorithm);
            CHECK(raw(dual.time).value == raw(plain.time));
            const double step = 1e3;
            const double slope = (raw(time(collective, group_of(ranks), make<Bytes>(64e6 + step))) -
                                  raw(time(collective, group_of(ranks), make<Bytes>(64e6 - step)))) /
                                 (2 * step);
            CHECK(raw(dual.time).gradient[0] == relative(slope).epsilon(1e-6));
        }
}

TEST_CASE("compile time and run time agree bit for bit") {
    constexpr AlgorithmChoice at_compile_time = best(Collective::all_reduce, group_of(96, 4), 123_MB);
    volatile std::int64_t ranks = 96;
    const AlgorithmChoice at_run_time = best(Collective::all_reduce, group_of(ranks, 4), 123_MB);
    CHECK(std::bit_cast<std::uint64_t>(raw(at_compile_time.time)) ==
          std::bit_cast<std::uint64_t>(raw(at_run_time.time)));
}

TEST_CASE("measured all-reduces of nccl-tests are met within a fifth") {
    // 8 H100 (nccl-tests tables of ai-dynamo/aiconfigurator and SimuMax), 2 x 8 H100 with 32 x 100 Gbit/s per node.
    CHECK(raw(time<NcclAlgorithms>(Collective::all_reduce, group_of(8), 64_MiB)) == relative(324e-6).epsilon(0.2));
    CHECK(raw(time<NcclAlgorithms>(Collective::all_reduce, group_of(8), 1_GiB)) == relative(4022e-6).epsilon(0.2));
    CHECK(raw(time<NcclAlgorithms>(Collective::reduce_scatter, group_of(8), 256_MiB)) == relative(726e-6).epsilon(0.2));
    CHECK(raw(time<NcclAlgorithms>(Collective::all_reduce, group_of(16), 1_GiB)) == relative(4608e-6).epsilon(0.2));
}

TEST_CASE("NCCL's lists follow the logs: no tree without a network, switches for more than four ranks of a node") {
    for (const double bytes : {1e2, 1e5, 1e8})
        CHECK(best<NcclAlgorithms>(Collective::all_reduce, group_of(4), make<Bytes>(bytes)).algorithm ==
              Algorithm::ring); // stas00/ml-engineering: "NCCL default" of 4 B200 is the ring
    Fabric host = dgx_h100<double>();
    host.tier[1].inside_host = true;
    host.tier[1].size = 16;
    host.tiers = 2;
    host.tier[0].in_network_reduction = false;
    const Group buses = make_group(host, 16, 16, 1, libraries::nccl);
    CHECK_FALSE(buses.network);
    CHECK(best<NcclAlgorithms>(Collective::all_reduce, buses, 1_kB).algorithm == Algorithm::ring);
}
