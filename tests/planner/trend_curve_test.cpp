// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend_curve.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

namespace {

constexpr RecordCurve curve{0.7, 0.6_years, 0.44, 0.1, {}};
static_assert(project_record(curve, 10_min, 0_years, 1_years).p50 < 10_min);

} // namespace

TEST_CASE("a record is where it is today, and never rises") {
    const Interval<Seconds> now = project_record(curve, 10_min, 1_years, 1_years);
    CHECK(now.p10 == 10_min);
    CHECK(now.p90 == 10_min);
    Seconds before = 10_min;
    for (double age = 0.5; age < 20; age += 0.5) {
        const Interval<Seconds> then = project_record(curve, 10_min, 0_years, age * julian_year);
        CHECK(then.p50 < before);
        CHECK(then.p10 < then.p50);
        CHECK(then.p50 < then.p90);
        before = then.p50;
    }
}

TEST_CASE("each doubling of the tries is worth the same factor, so that the fall slows down") {
    const double one = record_speed_up(curve, 0_years, 0.6_years), two = record_speed_up(curve, 0.6_years, 1.8_years);
    CHECK(one == Approx(two));
    CHECK(one == Approx(exp2(0.7)));
    CHECK(record_speed_up(curve, 0_years, 1_years) > record_speed_up(curve, 1_years, 2_years));
    // In two steps as in one.
    CHECK(record_speed_up(curve, 0_years, 1_years) * record_speed_up(curve, 1_years, 3_years) ==
          Approx(record_speed_up(curve, 0_years, 3_years)));
}

TEST_CASE("the band opens with the root of time") {
    const auto width = [](Seconds span) {
        const Interval<Seconds> band = project_record(curve, 10_min, 1_years, 1_years + span);
        return log(band.p90 / band.p50);
    };
    CHECK(width(1_years) == Approx(0.44));
    CHECK(width(4_years) == Approx(0.88));
}

TEST_CASE("derivatives and what is refused") {
    using Number = Dual<double, 1>;
    const BasicRecordCurve<Number> dual{
        variable<1>(0.7, 0), BasicSeconds<Number>::from_value(Number(2e7)), Number(0.4), Number(0), {}};
    const Number factor = record_speed_up(dual, BasicSeconds<Number>::from_value(Number(0)),
                                          BasicSeconds<Number>::from_value(Number(2e7)));
    CHECK(factor.gradient[0] == Approx(exp2(0.7) * 0.6931471805599453));
    const auto bad = try_project_record(RecordCurve{-1, 0_s, -1, 0, {}}, 0_s, 2_years, 1_years);
    REQUIRE_FALSE(bad);
    CHECK(bad.violations().size() == 5);
}
