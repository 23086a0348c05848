// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/step/error_model.hpp>

#include "../relative.hpp"

using namespace foretrain;

TEST_CASE("every doubt has a name of its own") {
    std::set<std::string> names;
    for (std::size_t i = 0; i < doubts; ++i) names.insert(std::string{name_of(static_cast<Doubt>(i))});
    CHECK(names.size() == doubts);
    CHECK(names.count("") == 0);
    Doubts none;
    CHECK(none.inside_domain());
    CHECK_FALSE(none.has(Doubt::software));
}

TEST_CASE("what widens a band does not all leave the domain") {
    Doubts some;
    some.add(Doubt::assumptions);
    some.add(Doubt::experts);
    some.add(Doubt::communication);
    CHECK(some.inside_domain());
    for (const Doubt doubt : {Doubt::software, Doubt::accelerator, Doubt::kernels, Doubt::memory, Doubt::hidden,
                              Doubt::expert, Doubt::format_unseen}) {
        Doubts one = some;
        one.add(doubt);
        CHECK(one.has(doubt));
        CHECK(one.has(Doubt::experts));
        CHECK_FALSE(one.inside_domain());
    }
}

TEST_CASE("an interval: equal factors to both sides, and its own middle always covered") {
    constexpr Interval<Seconds> band = interval_of(make<Seconds>(2.0), 0.1);
    static_assert(band.p10 < band.p50 && band.p50 < band.p90);
    CHECK(raw(band.p50) == 2.0);
    CHECK(raw(band.p90) / raw(band.p50) == relative(raw(band.p50) / raw(band.p10)));
    CHECK(std::log(raw(band.p90) / 2.0) == relative(0.1));
    CHECK(band.covers(make<Seconds>(2.0)));
    CHECK(band.covers(band.p10));
    CHECK_FALSE(band.covers(make<Seconds>(1.8)));
    CHECK_FALSE(band.covers(make<Seconds>(std::nan(""))));
    CHECK(interval_of(make<Bytes>(1.0), 0.0).p90 == make<Bytes>(1.0));
}

TEST_CASE("kernels and collectives: wider where constants are assumed, each kind its own width") {
    constexpr KernelErrorModel errors{.product = 0.1, .attention = 0.2, .collective = 0.3, .unknown = 2.0};
    const Seconds time = make<Seconds>(1e-3);
    const auto width = [&](const Interval<Seconds>& band) { return std::log(band.p90 / time); };
    Accelerator timed = catalog::h100_sxm;
    REQUIRE(timed.kernel.provenance.evidence == Evidence::fitted);
    CHECK(width(kernel_band(time, OperationKind::feed_forward, timed, errors)) == relative(0.1));
    CHECK(width(kernel_band(time, OperationKind::attention, timed, errors)) == relative(0.2));
    timed.kernel.provenance.evidence = Evidence::assumed;
    CHECK(width(kernel_band(time, OperationKind::attention, timed, errors)) == relative(0.4));
    CHECK(width(collective_band(time, {"", "", Evidence::fitted}, errors)) == relative(0.3));
    CHECK(width(collective_band(time, {"", "", Evidence::assumed}, errors)) == relative(0.6));
}

TEST_CASE("distance from a range: the logarithm of a factor, the same from both sides, nothing inside") {
    CHECK(detail::beyond(2.0, {4.0, 8.0}) == relative(std::log(2.0)));
    CHECK(detail::beyond(16.0, {4.0, 8.0}) == relative(std::log(2.0)));
    for (const double inside : {4.0, 5.0, 8.0}) CHECK(detail::beyond(inside, {4.0, 8.0}) == 0.0);
}
