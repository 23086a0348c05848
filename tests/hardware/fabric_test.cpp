// SPDX-License-Identifier: Apache-2.0
#include <foretrain/hardware/fabric.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "refusals.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using namespace refusals;

namespace {

/// A tier whose numbers are all different and all floats.
constexpr FabricTier tier(std::string_view name, std::int64_t size, double factor) {
    return {.name = name,
            .size = size,
            .link = {.bandwidth = factor * 1_GiB_per_s, .latency = make<Seconds>(factor * 0x1p-18)},
            .oversubscription = 1.0 + factor,
            .efficiency = 1.0 / (1.0 + factor),
            .topology = factor == 1.0 ? Topology::torus : Topology::switched,
            .torus_dimensions = factor == 1.0 ? 3 : 0,
            .in_network_reduction = factor == 3.0,
            .start = 2.0 + factor,
            .local_copy = 0.5 * factor,
            .exchange = 1.0 / (1.0 + factor),
            .inside_host = factor == 7.0,
            .provenance = {name, "2024", Evidence::assumed}};
}
constexpr Fabric fabric{
    .tiers = 4,
    .tier = {{tier("scale-up", 8, 1.0), tier("leaf", 64, 3.0), tier("pod", 3072, 7.0), tier("spine", 24576, 15.0)}}};

// One tier: its size can take any value without another tier's being in the way.
template <std::size_t Index>
constexpr std::array<Field<Fabric>, 9> fields() {
    constexpr std::array<std::array<std::string_view, 9>, 4> names{
        {{"fabric.tier[0].size", "fabric.tier[0].link.bandwidth", "fabric.tier[0].link.latency",
          "fabric.tier[0].oversubscription", "fabric.tier[0].efficiency", "fabric.tier[0].torus_dimensions",
          "fabric.tier[0].start", "fabric.tier[0].local_copy", "fabric.tier[0].exchange"},
         {"fabric.tier[1].size", "fabric.tier[1].link.bandwidth", "fabric.tier[1].link.latency",
          "fabric.tier[1].oversubscription", "fabric.tier[1].efficiency", "fabric.tier[1].torus_dimensions",
          "fabric.tier[1].start", "fabric.tier[1].local_copy", "fabric.tier[1].exchange"},
         {"fabric.tier[2].size", "fabric.tier[2].link.bandwidth", "fabric.tier[2].link.latency",
          "fabric.tier[2].oversubscription", "fabric.tier[2].efficiency", "fabric.tier[2].torus_dimensions",
          "fabric.tier[2].start", "fabric.tier[2].local_copy", "fabric.tier[2].exchange"},
         {"fabric.tier[3].size", "fabric.tier[3].link.bandwidth", "fabric.tier[3].link.latency",
          "fabric.tier[3].oversubscription", "fabric.tier[3].efficiency", "fabric.tier[3].torus_dimensions",
          "fabric.tier[3].start", "fabric.tier[3].local_copy", "fabric.tier[3].exchange"}}};
    const auto& name = names[Index];
    return {{{name[0], [](Fabric& f, double x) { f.tier[Index].size = static_cast<std::int64_t>(x); }, 1, 1e8, true, "",
              "from 1 to 100000000 [range]; hint: accelerators that one unit of the tier joins"},
             {name[1], [](Fabric& f, double x) { f.tier[Index].link.bandwidth = make<Bandwidth>(x); }, 1e6, 1e16, false,
              "B/s", "from 1000000 to 1e16 B/s [range]; hint: one direction, per unit of the tier below"},
             {name[2], [](Fabric& f, double x) { f.tier[Index].link.latency = make<Seconds>(x); }, 0, 1, false, "s",
              "from 0 to 1 s [range]"},
             {name[3], [](Fabric& f, double x) { f.tier[Index].oversubscription = x; }, 1, 1000, false, "",
              "from 1 to 1000 [range]; hint: 1 is full bisection"},
             {name[4], [](Fabric& f, double x) { f.tier[Index].efficiency = x; }, 0.01, 1, false, "",
              "from 0.01 to 1 [range]"},
             {name[5],
              [](Fabric& f, double x) {
                  f.tier[Index].topology = Topology::torus;
                  f.tier[Index].torus_dimensions = static_cast<std::int64_t>(x);
              },
              1, 6, true, "", "from 1 to 6 [range]; hint: 0 unless the topology is a torus"},
             {name[6], [](Fabric& f, double x) { f.tier[Index].start = x; }, 0, 1000, false, "",
              "from 0 to 1000 [range]; hint: 1 unless measured"},
             {name[7], [](Fabric& f, double x) { f.tier[Index].local_copy = x; }, 0, 100, false, "",
              "from 0 to 100 [range]"},
             {name[8], [](Fabric& f, double x) { f.tier[Index].exchange = x; }, 0.01, 100, false, "",
              "from 0.01 to 100 [range]; hint: 1 unless measured"}}};
}
constexpr std::array tiers_field{Field<Fabric>{"fabric.tiers",
                                               [](Fabric& f, double x) { f.tiers = static_cast<std::int64_t>(x); }, 1,
                                               4, true, "", "from 1 to 4 [range]; hint: innermost first"}};
template <std::size_t Index>
constexpr std::array fields_of = fields<Index>();
static_assert(all_refused<fabric, fields_of<0>> && all_refused<fabric, fields_of<1>>);
static_assert(all_refused<fabric, fields_of<2>> && all_refused<fabric, fields_of<3>>);
static_assert(all_refused<fabric, tiers_field>);
static_assert(accepted(fabric));

constexpr Fabric with_sizes(std::int64_t tiers, std::int64_t a, std::int64_t b) {
    Fabric f = fabric;
    f.tiers = tiers;
    f.tier[0].size = a;
    f.tier[1].size = b;
    return f;
}

struct Nesting {
    std::int64_t inner, outer;
    std::string_view message; ///< empty: accepted
};
constexpr Nesting nestings[] = {
    {8, 64, ""},
    {8, 8, ""},
    {1, 7, ""},
    {8, 12,
     "fabric.tier[1].size = 12: must be a multiple of the size of the tier below, 8 [tiers_nest]; hint: list tiers "
     "innermost first"},
    {64, 8,
     "fabric.tier[1].size = 8: must be a multiple of the size of the tier below, 64 [tiers_nest]; hint: list tiers "
     "innermost first"},
    {8, 0,
     "fabric.tier[1].size = 0: must be a multiple of the size of the tier below, 8 [tiers_nest]; hint: list tiers "
     "innermost first"},
    {8, -8,
     "fabric.tier[1].size = -8: must be a multiple of the size of the tier below, 8 [tiers_nest]; hint: list tiers "
     "innermost first"},
};
constexpr Message nesting(const Nesting& c) {
    return message_of(with_sizes(2, c.inner, c.outer), "tiers_nest", "fabric.tier[1].size");
}
constexpr bool all_nestings() {
    for (const Nesting& c : nestings)
        if (nesting(c) != c.message) return false;
    return true;
}
static_assert(all_nestings());

template <class Real>
constexpr std::array<double, 9> numbers(const BasicFabricTier<Real>& t) {
    using detail::plain;
    return {plain(t.size),       plain(t.link.bandwidth),   plain(t.link.latency), plain(t.oversubscription),
            plain(t.efficiency), plain(t.torus_dimensions), plain(t.start),        plain(t.local_copy),
            plain(t.exchange)};
}

template <class Real>
constexpr bool converted() {
    const BasicFabric<Real> other = over_scalar<Real>(fabric);
    const Fabric back = over_scalar<double>(other);
    for (std::size_t i = 0; i < 4; ++i) {
        const FabricTier& from = fabric.tier[i];
        if (numbers(other.tier[i]) != numbers(from) || numbers(back.tier[i]) != numbers(from)) return false;
        if (other.tier[i].name != from.name || other.tier[i].topology != from.topology) return false;
        if (other.tier[i].in_network_reduction != from.in_network_reduction) return false;
        if (other.tier[i].inside_host != from.inside_host) return false;
        if (other.tier[i].provenance.source != from.provenance.source) return false;
    }
    return other.tiers == fabric.tiers && accepted(other);
}
static_assert(converted<float>() && converted<double>() && converted<Dual<double, 2>>());
static_assert(name_of(Topology::switched) == "switched" && name_of(Topology::mesh) == "mesh" &&
              name_of(Topology::torus) == "torus");

} // namespace

TEST_CASE("every field of every tier has a range, and its refusal names tier and field") {
    check_all_refused(fabric, fields_of<0>);
    check_all_refused(fabric, fields_of<1>);
    check_all_refused(fabric, fields_of<2>);
    check_all_refused(fabric, fields_of<3>);
    check_all_refused(fabric, tiers_field);
}

TEST_CASE("tiers nest, the innermost first") {
    for (const Nesting& c : nestings) CHECK(nesting(c) == c.message);
}

TEST_CASE("tiers beyond the number of tiers are not looked at") {
    Fabric f = fabric;
    f.tiers = 1;
    f.tier[1] = {};
    CHECK(accepted(f));
    f.tiers = 2;
    CHECK(!accepted(f));
    // Nor is memory beyond the array.
    f.tiers = std::numeric_limits<std::int64_t>::max();
    CHECK(!accepted(f));
    f.tiers = std::numeric_limits<std::int64_t>::min();
    CHECK(!accepted(f));
}

TEST_CASE("a number of dimensions belongs to a torus, and only to a torus") {
    Fabric f = fabric;
    f.tier[1].torus_dimensions = 2;
    CHECK(message_of(f, "range", "fabric.tier[1].torus_dimensions") ==
          "fabric.tier[1].torus_dimensions = 2: must be 0 [range]; hint: 0 unless the topology is a torus");
    f.tier[1].topology = Topology::torus;
    CHECK(accepted(f));
    f.tier[1].topology = Topology::mesh;
    f.tier[1].torus_dimensions = 0;
    CHECK(accepted(f));
}

TEST_CASE("a fabric keeps its values over another scalar and back") {
    CHECK(converted<float>());
    CHECK(converted<double>());
    CHECK(converted<Dual<double, 2>>());
}

TEST_CASE("each topology has its name") {
    CHECK((name_of(Topology::switched) == "switched"));
    CHECK((name_of(Topology::mesh) == "mesh"));
    CHECK((name_of(Topology::torus) == "torus"));
}
