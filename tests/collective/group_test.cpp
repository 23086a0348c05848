// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/group.hpp>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// Nodes of `node` accelerators at 400 GB/s, each node with 400 GB/s outside.
constexpr Fabric nodes_of(std::int64_t node, std::int64_t all = 1 << 20) {
    Fabric fabric{.tiers = 2};
    fabric.tier[0] = {.name = "inside",
                      .size = node,
                      .link = {400_GB_per_s, 1_us},
                      .oversubscription = 1.0,
                      .efficiency = 1.0,
                      .in_network_reduction = true};
    fabric.tier[1] = {.name = "across",
                      .size = all * node,
                      .link = {400_GB_per_s, 10_us},
                      .oversubscription = 1.0,
                      .efficiency = 1.0};
    return fabric;
}
constexpr Fabric dgx = nodes_of(8);

constexpr Fabric one_tier(Topology topology, std::int64_t size, std::int64_t dimensions = 0) {
    Fabric fabric{.tiers = 1};
    fabric.tier[0] = {.name = "all",
                      .size = size,
                      .link = {600_GB_per_s, 1_us},
                      .oversubscription = 1.0,
                      .efficiency = 1.0,
                      .topology = topology,
                      .torus_dimensions = dimensions};
    return fabric;
}

constexpr double left(const Group& group, std::size_t tier) { return raw(group.tier[tier].link.bandwidth) / 1e9; }

} // namespace

constexpr Group tensor_8 = make_group(dgx, 1024, 8, 1);
static_assert(tensor_8.tiers == 1 && tensor_8.tier[0].members == 8 && tensor_8.tier[0].in_network_reduction);
constexpr Group data_64 = make_group(dgx, 512, 64, 8);
static_assert(data_64.tiers == 2 && data_64.tier[0].members == 1 && data_64.tier[1].members == 64);

TEST_CASE("a tensor group fills a node and stays inside") {
    CHECK(left(tensor_8, 0) == relative(400.0));
    CHECK(tensor_8.ranks == 8);
}

TEST_CASE("one rank a node and eight groups on each node's ports") {
    CHECK(left(data_64, 1) == relative(50.0));
    CHECK(data_64.tier[1].units == 64);
    CHECK_FALSE(data_64.tier[1].in_network_reduction);
}

TEST_CASE("a group of two whole nodes has their ports for itself") {
    constexpr Group group = make_group(dgx, 1024, 16, 1);
    CHECK(group.tier[0].members == 8);
    CHECK(group.tier[1].members == 2);
    CHECK(left(group, 1) == relative(400.0));
}

TEST_CASE("groups at half a node apart: two ranks a node and four groups") {
    constexpr Group group = make_group(dgx, 1024, 32, 4);
    CHECK(group.tier[0].members == 2);
    CHECK(group.tier[1].members == 16);
    CHECK(left(group, 1) == relative(100.0));
}

TEST_CASE("ranks farther apart than a node: eight other groups share the node, not more") {
    constexpr Group group = make_group(dgx, 4096, 16, 64);
    CHECK(group.tier[0].members == 1);
    CHECK(group.tier[1].members == 16);
    CHECK(left(group, 1) == relative(50.0));
}

TEST_CASE("straddling groups: the worst placed one counts") {
    SUBCASE("6 ranks over nodes of 4 lie on two nodes, four on the fuller, two groups meet at a node") {
        constexpr Group group = make_group(nodes_of(4), 24, 6, 1);
        CHECK(group.ranks == 6);
        CHECK(group.tier[0].members == 4);
        CHECK(group.tier[1].members == 2);
        CHECK(left(group, 1) == relative(200.0));
    }
    SUBCASE("12 ranks over nodes of 8: one node and a half") {
        constexpr Group group = make_group(dgx, 24, 12, 1);
        CHECK(group.tier[0].members == 8);
        CHECK(group.tier[1].members == 2);
        CHECK(left(group, 1) == relative(200.0));
    }
    SUBCASE("6 ranks over nodes of 8: the group that crosses leaves at least one rank on the other node") {
        CHECK(make_group(dgx, 480, 6, 1).tier[0].members == 5);
        CHECK(make_group(dgx, 480, 6, 1).tier[1].members == 2);
    }
    SUBCASE("3 ranks over nodes of 8: some group crosses, unless the job fits one node") {
        CHECK(make_group(dgx, 24, 3, 1).tiers == 2);
        CHECK(make_group(dgx, 24, 3, 1).tier[1].members == 2);
        CHECK(make_group(dgx, 6, 3, 1).tiers == 1);
    }
    SUBCASE("stride 3 on nodes of 8 puts up to three ranks on a node") {
        constexpr Group group = make_group(dgx, 48, 16, 3);
        CHECK(group.tier[0].members == 3);
        CHECK(group.tier[1].members == 6);
        CHECK(left(group, 1) == relative(400.0 / 3.0));
    }
}

TEST_CASE("the spans of the worst placed group agree with placing every group") {
    int exact = 0;
    int cases = 0;
    for (const std::int64_t node : {1, 2, 3, 4, 6, 8, 16})
        for (const std::int64_t stride : {1, 2, 3, 4, 5, 8, 12})
            for (std::int64_t ranks = 2; ranks <= 20; ++ranks)
                for (const std::int64_t blocks : {1, 2, 3, 8}) {
                    const std::int64_t in_use = ranks * stride * blocks;
                    std::int64_t most_nodes = 0;
                    std::int64_t most_inside = 0;
                    for (std::int64_t first = 0; first < in_use; ++first) {
                        if (first / stride % ranks != 0) continue; // not the first rank of a group
                        std::int64_t nodes = 0;
                        std::int64_t inside = 0;
                        std::int64_t fullest = 0;
                        std::int64_t last = -1;
                        for (std::int64_t rank = 0; rank < ranks; ++rank) {
                            const std::int64_t at = (first + rank * stride) / node;
                            nodes += at != last;
                            inside = at == last ? inside + 1 : 1;
                            last = at;
                            fullest = inside > fullest ? inside : fullest;
                        }
                        if (nodes > most_nodes) most_inside = 0; // only the most spread groups count
                        if (nodes >= most_nodes) most_inside = fullest > most_inside ? fullest : most_inside;
                        most_nodes = nodes > most_nodes ? nodes : most_nodes;
                    }
                    const Group group = make_group(nodes_of(node), in_use, ranks, stride);
                    const std::int64_t units = group.tiers == 2 ? group.tier[1].units : 1;
                    CAPTURE(node);
                    CAPTURE(stride);
                    CAPTURE(ranks);
                    CAPTURE(blocks);
                    // Never too few, at most one node too many, and one node exactly if one node it is.
                    CHECK(units >= most_nodes);
                    CHECK(units <= most_nodes + 1);
                    CHECK((units == 1) == (most_nodes == 1));
                    if (units == most_nodes) CHECK(group.tier[0].members >= most_inside);
                    CHECK(group.tier[0].units == ranks);
                    exact += units == most_nodes;
                    ++cases;
                }
    CHECK(exact > cases * 9 / 10);
}

TEST_CASE("aligned groups multiply out to their ranks") {
    for (const std::int64_t stride : {1, 2, 4, 8, 16, 64})
        for (const std::int64_t ranks : {2, 4, 8, 16, 64, 256}) {
            const Group group = make_group(dgx, 1 << 16, ranks, stride);
            std::int64_t product = 1;
            for (const GroupTier& tier : group.tier) product *= tier.members;
            CHECK(product == ranks);
        }
}

TEST_CASE("efficiency and oversubscription scale the bandwidth") {
    Fabric fabric = dgx;
    fabric.tier[1].efficiency = 0.9;
    fabric.tier[1].oversubscription = 3.0;
    CHECK(left(make_group(fabric, 512, 64, 8), 1) == relative(50.0 * 0.9 / 3.0));
}

TEST_CASE("a third tier cannot pass more than the ports below it") {
    Fabric fabric = nodes_of(8, 8);
    fabric.tiers = 3;
    fabric.tier[2] = {
        .name = "pods", .size = 8 * 8 * 64, .link = {10_TB_per_s, 20_us}, .oversubscription = 1.0, .efficiency = 1.0};
    const Group whole = make_group(fabric, 4096, 512, 1);
    CHECK(whole.tier[2].members == 8);
    CHECK(left(whole, 2) == relative(8 * 400.0)); // eight nodes' ports, not 10 TB/s
    fabric.tier[2].link.bandwidth = 800_GB_per_s;
    CHECK(left(make_group(fabric, 4096, 512, 1), 2) == relative(800.0));
    const Group spread = make_group(fabric, 4096, 64, 64); // one rank a pod
    CHECK(spread.tier[1].members == 1);
    CHECK(spread.tier[2].members == 64);
    CHECK(left(spread, 2) == relative(800.0 / 64.0));
}

TEST_CASE("a mesh gives a group only the wires between its members") {
    const Fabric mesh = one_tier(Topology::mesh, 8);
    CHECK(left(make_group(mesh, 8, 8, 1), 0) == relative(600.0));
    CHECK(make_group(mesh, 8, 8, 1).tier[0].pair_share == relative(1.0 / 7.0));
    CHECK(left(make_group(mesh, 8, 2, 4), 0) == relative(600.0 / 7.0));
    CHECK(make_group(mesh, 8, 2, 4).tier[0].pair_share == 1.0);
}

TEST_CASE("a torus gives a group the axes it fills") {
    const Fabric torus = one_tier(Topology::torus, 4096, 3); // 16 x 16 x 16
    CHECK(left(make_group(torus, 4096, 4096, 1), 0) == relative(600.0));
    CHECK(left(make_group(torus, 4096, 256, 1), 0) == relative(400.0));
    CHECK(left(make_group(torus, 4096, 16, 1), 0) == relative(200.0));
    CHECK(left(make_group(torus, 4096, 2, 1), 0) == relative(100.0));
    CHECK(make_group(torus, 4096, 4096, 1).tier[0].pair_share == relative(1.0 / 6.0));
    // A bisection of a 16-ring moves a quarter of what its ends could inject over four hops on average.
    CHECK(make_group(torus, 4096, 16, 1).tier[0].exchange_share == relative(0.25));
}

TEST_CASE("a group of one crosses nothing, and the library's constants come along") {
    CHECK(make_group(dgx, 8, 1, 1).tiers == 0);
    const Group group = make_group(dgx, 8, 8, 1, libraries::nccl);
    CHECK(group.ramp == libraries::nccl.ramp);
    CHECK(group.base_latency == libraries::nccl.base_latency);
    CHECK(group.in_network_latency == libraries::nccl.in_network_latency);
    CHECK(group.in_network_efficiency == libraries::nccl.in_network_efficiency);
    CHECK(tensor_8.ramp == 0.0);
    CHECK(tensor_8.in_network_efficiency == 1.0);
}

TEST_CASE("the bandwidth left follows the link and its efficiency, with derivatives, and in float") {
    using Number = Dual<double, 1>;
    BasicFabric<Number> fabric{.tiers = 1};
    fabric.tier[0] = {.name = "all",
                      .size = 8,
                      .link = {make<BasicBandwidth<Number>>(Number{4e11}), make<BasicSeconds<Number>>(Number{1e-6})},
                      .oversubscription = Number{1.0},
                      .efficiency = Number{0.8, {1.0}}};
    const Number bandwidth = raw(make_group(fabric, 8, 8, 1).tier[0].link.bandwidth);
    CHECK(bandwidth.value == relative(3.2e11));
    CHECK(bandwidth.gradient[0] == relative(4e11));

    BasicFabric<float> single{.tiers = 1};
    single.tier[0] = {.name = "all",
                      .size = 8,
                      .link = {make<BasicBandwidth<float>>(4e11F), make<BasicSeconds<float>>(1e-6F)},
                      .oversubscription = 1.0F,
                      .efficiency = 0.5F};
    CHECK(raw(make_group(single, 8, 8, 1).tier[0].link.bandwidth) == relative(2e11));
}

TEST_CASE("a lone transfer to another node has one accelerator's share of the ports, siblings or not") {
    for (const std::int64_t stride : {1, 2, 8}) {
        const Group group = make_group(dgx, 64, 64 / stride, stride);
        const GroupTier& nodes = group.tier[1];
        CHECK(raw(nodes.link.bandwidth) * nodes.lone_share == relative(raw(dgx.tier[1].link.bandwidth) / 8));
        CHECK(group.tier[0].lone_share == 1.0);
    }
}

TEST_CASE("the library's protocols differ inside and across nodes, and a slow start is the fabric's") {
    CommunicationLibrary library{.name = "test"};
    library.base_latency = 4_us;
    library.quick_bytes = 2.0;
    library.bulk_latency = 2.0;
    library.network_bulk_latency = 5.0;
    library.network_quick_rate = 1_GB_per_s;
    library.own_copy = 1.0;
    Fabric fabric = dgx;
    fabric.tier[0].start = 3.0;
    fabric.tier[0].local_copy = 0.5;
    const Group inside = make_group(fabric, 64, 8, 1, library);
    CHECK_FALSE(inside.network);
    CHECK(raw(inside.base_latency) == relative(12e-6));
    CHECK(inside.bulk_latency == 2.0);
    CHECK(inside.quick_bytes == 2.0);
    CHECK(inside.local_copy == 0.5);
    const Group across = make_group(fabric, 64, 64, 1, library);
    CHECK(across.network);
    CHECK(across.bulk_latency == 5.0);
    CHECK(across.local_copy == 0.0);
    // A gigabyte a second each way for each of the node's eight accelerators.
    CHECK(across.quick_bytes == relative(raw(fabric.tier[1].link.bandwidth) / 8e9));
    fabric.tier[1].inside_host = true;
    const Group host = make_group(fabric, 64, 64, 1, library);
    CHECK_FALSE(host.network);
    CHECK(host.quick_bytes == 2.0);
    CHECK(host.tier[1].lone_share == 1.0);
}
