// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/algorithm.hpp>

#include <doctest/doctest.h>
#include <foretrain/collective/ring.hpp>
#include <foretrain/collective/select.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Group pair_of(std::int64_t ranks) {
    Group group{.ranks = ranks, .tiers = 1};
    group.tier[0] = {.members = ranks, .units = ranks, .link = {100_GB_per_s, 2_us}};
    return group;
}

/// An algorithm the library has never seen: a parameter server, which every rank sends to in turn.
struct ParameterServer {
    static constexpr std::string_view name = "parameter server";
    static constexpr bool supports(Collective collective) noexcept { return collective == Collective::all_reduce; }
    template <class Real>
    static constexpr BasicSeconds<Real> time(Collective, const BasicGroup<Real>& group,
                                             const BasicBytes<Real>& size) noexcept {
        return BasicSeconds<Real>(size / group.tier[0].link.bandwidth *
                                  Real(2.0 * static_cast<double>(group.ranks - 1)));
    }
};

struct Nameless {
    static constexpr bool supports(Collective) noexcept { return true; }
    template <class Real>
    static constexpr BasicSeconds<Real> time(Collective, const BasicGroup<Real>&, const BasicBytes<Real>&) noexcept {
        return {};
    }
};

struct RawTime : Nameless {
    static constexpr std::string_view name = "gives a double for seconds";
    template <class Real>
    static constexpr Real time(Collective, const BasicGroup<Real>&, const BasicBytes<Real>&) noexcept {
        return Real(0.0);
    }
};

} // namespace

static_assert(CollectiveAlgorithm<ParameterServer>);
static_assert(!CollectiveAlgorithm<Nameless>);
static_assert(!CollectiveAlgorithm<RawTime>);
static_assert(!CollectiveAlgorithm<int>);

using OnlyGather = Only<Ring, Collective::all_gather, Collective::all_to_all>;
static_assert(CollectiveAlgorithm<OnlyGather>);
static_assert(OnlyGather::id == Algorithm::ring);
static_assert(Only<ParameterServer, Collective::all_reduce>::id == Algorithm::custom);

static_assert(detail::ceil_log2(1) == 0 && detail::ceil_log2(2) == 1 && detail::ceil_log2(5) == 3);
static_assert(detail::floor_log2(1) == 0 && detail::floor_log2(2) == 1 && detail::floor_log2(7) == 2);

TEST_CASE("an algorithm limited to some collectives stays what it is") {
    CHECK(OnlyGather::supports(Collective::all_gather));
    CHECK_FALSE(OnlyGather::supports(Collective::all_reduce)); // the ring does, the limit does not
    CHECK_FALSE(OnlyGather::supports(Collective::all_to_all)); // the ring does not
    CHECK(OnlyGather::available(pair_of(4)));
    CHECK(OnlyGather::time(Collective::all_gather, pair_of(4), 1_MB) ==
          Ring::time(Collective::all_gather, pair_of(4), 1_MB));
}

TEST_CASE("latency, transfer and cross term add, and the larger cross term counts") {
    Group group = pair_of(2);
    const detail::CollectiveCost<double> cost{.latency = 4e-6, .per_byte = 1e-11, .fill = 1e-6};
    // W = 9 us; 2 sqrt(1 us x 9 us) = 6 us from the pipeline
    CHECK(raw(detail::time_of(group, cost, 900_kB)) == relative(19e-6));
    group.ramp = 1.5; // 1.5 sqrt(4 us x 9 us) = 9 us from the library
    CHECK(raw(detail::time_of(group, cost, 900_kB)) == relative(22e-6));
    CHECK(raw(detail::time_of(Group{}, cost, 900_kB)) == 0.0);
}

TEST_CASE("derivatives are those of the formula, and finite for an empty message") {
    using Number = Dual<double, 1>;
    BasicGroup<Number> group{.ranks = 8, .tiers = 1};
    group.tier[0] = {
        .members = 8,
        .units = 8,
        .link = {make<BasicBandwidth<Number>>(Number{1e11, {1.0}}), make<BasicSeconds<Number>>(Number{2e-6})}};
    const Number time = raw(Ring::time(Collective::all_reduce, group, make<BasicBytes<Number>>(Number{8e8})));
    CHECK(time.gradient[0] == relative(-1.75 * 8e8 / 1e22));
    group.ramp = Number{1.5};
    const Number empty = raw(Ring::time(Collective::all_reduce, group, make<BasicBytes<Number>>(Number{0.0})));
    CHECK(empty.gradient[0] == 0.0);
}

TEST_CASE("every algorithm has a name of its own") {
    for (int a = 0; a <= static_cast<int>(Algorithm::custom); ++a)
        for (int b = 0; b <= static_cast<int>(Algorithm::custom); ++b)
            CHECK((a == b) == (name_of(static_cast<Algorithm>(a)) == name_of(static_cast<Algorithm>(b))));
}

TEST_CASE("small sizes go by the protocol of low latency, large ones by that of full bandwidth") {
    Group group = pair_of(8);
    group.base_latency = 6_us;
    group.quick_bytes = 2.0;
    group.bulk_latency = 3.0;
    const auto time = [&](double bytes) { return raw(Ring::time(Collective::all_gather, group, make<Bytes>(bytes))); };
    CHECK(time(0) == relative(6e-6 + 7 * 2e-6));          // not three times that
    CHECK(time(8e5) == relative(20e-6 + 2 * 7e5 / 1e11)); // two bytes on the wire for one
    CHECK(time(8e9) == relative(3 * 20e-6 + 7e9 / 1e11)); // one, at three times the latency
    const double crossing = 8.0 / 7.0 * 2 * 20e-6 * 1e11; // where (q - 1) W = (b - 1) L
    CHECK(time(crossing) == relative(60e-6 + 40e-6));
    CHECK(time(0.99 * crossing) < time(crossing));
}

TEST_CASE("switches that add are set up before the first byte, and know no low-latency protocol") {
    Group group = pair_of(8);
    group.tier[0].in_network_reduction = true;
    group.quick_bytes = 2.0;
    group.bulk_latency = 3.0;
    group.in_network_latency = 40_us;
    CHECK(raw(InNetwork::time(Collective::all_reduce, group, 0_B)) == relative(3 * 4e-6 + 40e-6));
}

TEST_CASE("a rank's own share costs a copy, the less the more ranks share") {
    Group group = pair_of(2);
    group.local_copy = 0.5;
    const auto over_wires = [&](Collective collective) {
        Group plain = group;
        plain.local_copy = 0.0;
        return raw(best<NcclAlgorithms>(collective, group, 100_GB).time) -
               raw(best<NcclAlgorithms>(collective, plain, 100_GB).time);
    };
    CHECK(over_wires(Collective::all_gather) == relative(0.25).epsilon(1e-9)); // half of 100 GB, half as dear
    CHECK(over_wires(Collective::all_to_all) == relative(0.25).epsilon(1e-9));
    group = pair_of(100);
    group.local_copy = 0.5;
    CHECK(over_wires(Collective::all_gather) == relative(0.005).epsilon(1e-6));
}
