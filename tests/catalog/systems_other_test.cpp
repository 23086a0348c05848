// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/systems_other.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

static_assert(catalog::mi300x_node(64).accelerators == 64);
static_assert(catalog::mi300x_node(64).fabric.tier[0].topology == Topology::mesh);

TEST_CASE("AMD and Gaudi nodes are meshes") {
    for (const Cluster& c : {catalog::mi250x_node(4), catalog::mi300x_node(8), catalog::mi325x_node(8),
                             catalog::mi355x_node(8), catalog::gaudi2_node(8), catalog::gaudi3_node(8)}) {
        CAPTURE(c.name);
        CHECK(c.fabric.tier[0].topology == Topology::mesh);
        CHECK(c.fabric.tier[0].torus_dimensions == 0);
        CHECK(c.fabric.tier[0].size == c.node.accelerators);
        CHECK_FALSE(c.fabric.tier[0].in_network_reduction);
    }
}

// Links of one GPU: xGMI 7 x 64 GB/s (MI300X), 7 x 76.5 GB/s (MI355X).
TEST_CASE("a mesh carries a wire to each peer") {
    const auto wire = [](const Cluster& c) {
        return raw(c.fabric.tier[0].link.bandwidth) * 1e-9 / static_cast<double>(c.node.accelerators - 1);
    };
    CHECK(wire(catalog::mi300x_node(8)) == doctest::Approx(64));
    CHECK(wire(catalog::mi325x_node(8)) == doctest::Approx(64));
    CHECK(wire(catalog::mi355x_node(8)) == doctest::Approx(76.5));
    CHECK(wire(catalog::gaudi2_node(8)) == doctest::Approx(3 * 12.5)); // three ports to each of seven
    CHECK(wire(catalog::gaudi3_node(8)) == doctest::Approx(3 * 25));
}

TEST_CASE("all ports of a Gaudi are used once") {
    const auto ports = [](const Cluster& c) {
        return raw(c.fabric.tier[0].link.bandwidth) + raw(c.fabric.tier[1].link.bandwidth) / 8.0;
    };
    CHECK(ports(catalog::gaudi2_node(8)) == doctest::Approx(24 * 12.5e9));
    CHECK(ports(catalog::gaudi3_node(8)) == doctest::Approx(24 * 25e9));
}

TEST_CASE("scale-out of AWS and AMD nodes") {
    CHECK(catalog::trn1(16).fabric.tier[1].link.bandwidth == 100_GB_per_s);
    CHECK(catalog::trn2(16).fabric.tier[1].link.bandwidth == 400_GB_per_s);
    CHECK(catalog::mi250x_node(4).fabric.tier[1].link.bandwidth == 100_GB_per_s);
    CHECK(catalog::mi300x_node(8).fabric.tier[1].link.bandwidth == 400_GB_per_s);
}

TEST_CASE("Trainium counted in cores is the same machine") {
    const Cluster chips = catalog::trn1(64);
    const Cluster cores = catalog::trn1_neuroncores(128);
    CHECK(cores.fabric.tier[1].link.bandwidth == chips.fabric.tier[1].link.bandwidth);
    CHECK(cores.node.host_power == chips.node.host_power);
    CHECK(cores.node.accelerators == 2 * chips.node.accelerators);
    CHECK(2.0 * raw(cores.fabric.tier[0].link.bandwidth) == doctest::Approx(raw(chips.fabric.tier[0].link.bandwidth)));
    CHECK(chips.fabric.tier[0].torus_dimensions == 2);
}
