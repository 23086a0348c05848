// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/storage.hpp>

#include <doctest/doctest.h>

#include <foretrain/cost/price.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Retention kept{.data_set = 30_TB, .checkpoint = 5_TB, .interval = 4_hours, .latest = 3, .every = 6};

static_assert(stored(kept, 54_days).at_end == 30_TB + 5_TB * (3.0 + 53.0)); // 324 written, every sixth of 321 kept

/// Checkpoint by checkpoint.
struct Counted {
    double life = 0;
    double at_end = 0;
};
Counted counted(const Retention& retention, double time) {
    Counted sum;
    const double interval = raw(retention.interval);
    const auto written = static_cast<int>(time / interval);
    for (int i = 1; i <= written; ++i) {
        const bool old = i <= written - retention.latest;
        const bool forever = !old || (retention.every > 0 && i % retention.every == 0);
        const double to_end = time - i * interval;
        sum.life += forever ? to_end : static_cast<double>(retention.latest) * interval;
        sum.at_end += forever ? 1 : 0;
    }
    return sum;
}

} // namespace

TEST_CASE("byte-time and bytes are those of a count, checkpoint by checkpoint") {
    for (const std::int64_t latest : {1, 3, 10, 1000})
        for (const std::int64_t every : {0, 1, 6, 50})
            for (const double days : {0.0, 0.1, 0.5, 3.0, 54.0, 54.1}) {
                CAPTURE(latest);
                CAPTURE(every);
                CAPTURE(days);
                Retention retention = kept;
                retention.latest = latest;
                retention.every = every;
                const Stored s = stored(retention, days * 1_days);
                const Counted truth = counted(retention, days * 86400);
                CHECK(raw(s.checkpoints) == doctest::Approx(5e12 * truth.life).scale(1e12).epsilon(1e-9));
                CHECK(raw(s.at_end) == relative(30e12 + 5e12 * truth.at_end));
                CHECK(raw(s.data_set) == relative(30e12 * days * 86400));
                CHECK(raw(s.total()) == relative(raw(s.data_set) + raw(s.checkpoints)));
            }
}

TEST_CASE("keeping more costs more, and all of them grow with the square of the run") {
    double before = -1;
    for (std::int64_t latest = 1; latest < 400; latest += 7) {
        Retention retention = kept;
        retention.latest = latest;
        CHECK(raw(stored(retention, 54_days).checkpoints) >= before);
        before = raw(stored(retention, 54_days).checkpoints);
    }
    Retention all = kept;
    all.latest = 1'000'000;
    const double month = raw(stored(all, 30_days).checkpoints);
    CHECK(raw(stored(all, 60_days).checkpoints) == doctest::Approx(4 * month).epsilon(0.01));
}

TEST_CASE("the bill of storage is byte-months times the price") {
    const Stored s =
        stored(Retention{.data_set = 100_TB, .checkpoint = 0_B, .interval = 1_hours, .latest = 1}, 1_years);
    const Prices prices{.storage = 0.02_usd_per_GB_month};
    CHECK(raw(*bill_of(prices, Usage{.stored = s.total()})[CostItem::storage]) == relative(100e3 * 12 * 0.02));
    CHECK_FALSE(bill_of(Prices{}, Usage{.stored = s.total()}).total().complete);
}

TEST_CASE("what cannot be kept is refused") {
    CHECK(try_stored(Retention{}, 1_days).violations().size() == 2);
    Retention bad = kept;
    bad.checkpoint = make<Bytes>(-1.0);
    CHECK_THROWS_AS((void)stored(bad, make<Seconds>(-1.0)), InvalidConfiguration);
    CHECK(try_stored(bad, make<Seconds>(-1.0)).violations().size() == 2);
}

TEST_CASE("byte-time has the derivative of the size") {
    using Number = Dual<double, 1>;
    const BasicRetention<Number> retention{.data_set = over_scalar<Number>(30_TB),
                                           .checkpoint = make<BasicBytes<Number>>(variable<1>(5e12, 0)),
                                           .interval = over_scalar<Number>(4_hours),
                                           .latest = 3,
                                           .every = 6};
    const Number total = raw(stored(retention, over_scalar<Number>(54_days)).total());
    CHECK(total.value == relative(raw(stored(kept, 54_days).total())));
    CHECK(total.gradient[0] == relative(counted(kept, 54 * 86400.0).life));
}
