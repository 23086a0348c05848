// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/hosts.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/systems.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

TEST_CASE("hosts are sourced, unique, and memory is faster than the links to it or nearly so") {
    for (const catalog::Host& host : catalog::all_hosts) {
        CAPTURE(host.node);
        CHECK(!host.provenance.source.empty());
        CHECK(!host.provenance.as_of.empty());
        CHECK(host.links > 10_GB_per_s);
        CHECK(host.memory > 100_GB);
        CHECK(host.memory_bandwidth > 0.7 * host.links);
        CHECK(host.drives < host.links);
        int same = 0;
        for (const catalog::Host& other : catalog::all_hosts) same += other.node == host.node ? 1 : 0;
        CHECK(same == 1);
    }
}

TEST_CASE("every node of the catalogue has a host, unless processor and accelerator share one memory") {
    for (const catalog::System& system : catalog::all_systems) {
        CAPTURE(system.name);
        const Node node = catalog::with_host(system.make(1).node);
        if (system.name == "mi300a-node") {
            CHECK(node.host_link == 0_B_per_s);
            continue;
        }
        CHECK(node.host_link > 1_GB_per_s);
        CHECK(node.host_memory > 100_GB);
        CHECK(node.host_memory_bandwidth > 0_B_per_s);
    }
}

TEST_CASE("accelerators of a node share its links") {
    const Node a100 = catalog::with_host(Node{.name = "dgx-a100", .accelerators = 8, .provenance = {}});
    CHECK(raw(a100.host_link) == relative(31.5e9 / 2)); // two GPUs a PCIe 4 switch
    const Node chips = catalog::with_host(Node{.name = "trn1.32xlarge", .accelerators = 16, .provenance = {}});
    const Node cores = catalog::with_host(Node{.name = "trn1.32xlarge", .accelerators = 32, .provenance = {}});
    CHECK(raw(chips.host_link) == relative(2 * raw(cores.host_link)));
    const Node grace = catalog::with_host(Node{.name = "gb200-tray", .accelerators = 4, .provenance = {}});
    CHECK(grace.host_link == 225_GB_per_s); // 450 each way between a Grace and its two GPUs
    const Node unknown = catalog::with_host(Node{.name = "never heard of", .accelerators = 8, .provenance = {}});
    CHECK(unknown.host_link == 0_B_per_s);
}
