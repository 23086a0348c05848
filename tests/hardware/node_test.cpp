// SPDX-License-Identifier: Apache-2.0
#include <foretrain/hardware/node.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "refusals.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using namespace refusals;

namespace {

constexpr Node node{.name = "eight",
                    .accelerators = 8,
                    .nics = 4,
                    .nic_bandwidth = 32_GiB_per_s,
                    .host_power = 2_kW,
                    .host_link = 32_GiB_per_s,
                    .host_memory = 2_TiB,
                    .host_memory_bandwidth = 400_GiB_per_s,
                    .drive_bandwidth = 25_GiB_per_s,
                    .provenance = {"made up", "2024", Evidence::assumed}};

constexpr std::array fields{
    Field<Node>{"node.accelerators", [](Node& n, double x) { n.accelerators = static_cast<std::int64_t>(x); }, 1, 1e4,
                true, "", "from 1 to 10000 [range]; hint: accelerators in one server"},
    Field<Node>{"node.nics", [](Node& n, double x) { n.nics = static_cast<std::int64_t>(x); }, 0, 1e4, true, "",
                "from 0 to 10000 [range]"},
    Field<Node>{"node.nic_bandwidth", [](Node& n, double x) { n.nic_bandwidth = make<Bandwidth>(x); }, 0, 1e13, false,
                "B/s", "from 0 to 10000000000000 B/s [range]; hint: one direction of one NIC"},
    Field<Node>{"node.host_power", [](Node& n, double x) { n.host_power = make<Watts>(x); }, 0, 1e6, false, "W",
                "from 0 to 1000000 W [range]"},
    Field<Node>{"node.host_link", [](Node& n, double x) { n.host_link = make<Bandwidth>(x); }, 0, 1e13, false, "B/s",
                "from 0 to 10000000000000 B/s [range]; hint: one direction of one accelerator"},
    Field<Node>{"node.host_memory", [](Node& n, double x) { n.host_memory = make<Bytes>(x); }, 0, 1e16, false, "B",
                "from 0 to 1e16 B [range]"},
    Field<Node>{"node.host_memory_bandwidth", [](Node& n, double x) { n.host_memory_bandwidth = make<Bandwidth>(x); },
                0, 1e14, false, "B/s", "from 0 to 100000000000000 B/s [range]"},
    Field<Node>{"node.drive_bandwidth", [](Node& n, double x) { n.drive_bandwidth = make<Bandwidth>(x); }, 0, 1e13,
                false, "B/s", "from 0 to 10000000000000 B/s [range]; hint: all drives together"},
};
static_assert(all_refused<node, fields>);
static_assert(accepted(node) && !accepted(Node{}));

template <class Real>
constexpr bool converted() {
    const BasicNode<Real> other = over_scalar<Real>(node);
    using detail::plain;
    return other.name == node.name && other.accelerators == 8 && other.nics == 4 &&
           plain(other.nic_bandwidth) == plain(node.nic_bandwidth) && plain(other.host_power) == 2000.0 &&
           plain(other.host_link) == plain(node.host_link) && plain(other.host_memory) == plain(node.host_memory) &&
           plain(other.host_memory_bandwidth) == plain(node.host_memory_bandwidth) &&
           plain(other.drive_bandwidth) == plain(node.drive_bandwidth) && other.provenance.source == "made up" &&
           other.provenance.as_of == "2024" && accepted(other);
}
static_assert(converted<float>() && converted<double>() && converted<Dual<double, 2>>());

} // namespace

TEST_CASE("every field of a node has a range, and its refusal names it") {
    check_all_refused(node, fields);
    CHECK(accepted(node));
}

TEST_CASE("a node without values is refused, one without network is not") {
    CHECK(!accepted(Node{}));
    Node alone = node;
    alone.nics = 0;
    alone.nic_bandwidth = 0_B_per_s;
    CHECK(accepted(alone));
}

TEST_CASE("a node keeps its values over another scalar") {
    CHECK(converted<float>());
    CHECK(converted<double>());
    CHECK(converted<Dual<double, 2>>());
}
