// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/depreciation.hpp>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr StraightLine four_years{.life = 4_years, .residual = 0.1};
constexpr EconomicDecline epoch{.decades_per_year = 0.14};

/// A rule that the library has never seen: all is lost on delivery.
struct WrittenOff {
    [[nodiscard]] constexpr double value(const Seconds& age) const noexcept { return raw(age) > 0 ? 0.0 : 1.0; }
    [[nodiscard]] constexpr double loss(const Seconds& age, const Seconds& time) const noexcept {
        return value(age) - value(age + time);
    }
};

static_assert(Depreciation<StraightLine> && Depreciation<EconomicDecline> && Depreciation<WrittenOff>);
static_assert(Depreciation<BasicEconomicDecline<float>, float> && !Depreciation<StraightLine, float>);
static_assert(four_years.value(2_years) == 0.55);
static_assert(epoch.value(0_s) == 1.0 && epoch.value(1_years) < 0.73);

template <class Rule>
std::size_t broken(const Rule& rule) {
    Violations violations;
    check_rules(rule, violations);
    return violations.size();
}

} // namespace

TEST_CASE("values start at one and fall, and losses are their differences") {
    const auto check = [](const auto& rule) {
        CHECK(rule.value(0_s) == 1.0);
        double before = 1.0;
        for (double age = 0; age < 8; age += 0.25) {
            const Seconds at = age * 1_years;
            CHECK(rule.value(at) <= before);
            CHECK(rule.value(at) >= 0.0);
            before = rule.value(at);
            for (const Seconds& time : {1_days, 1_years, 9_years}) {
                CHECK(rule.loss(at, time) == doctest::Approx(rule.value(at) - rule.value(at + time)).epsilon(1e-9));
                // Two jobs after each other lose what one of both lengths does.
                CHECK(rule.loss(at, time) + rule.loss(at + time, time) ==
                      doctest::Approx(rule.loss(at, time * 2.0)).epsilon(1e-9));
            }
        }
    };
    check(four_years);
    check(epoch);
    check(StraightLine{.life = 1_days, .residual = 0});
}

TEST_CASE("a straight line ends at the residual value") {
    CHECK(four_years.value(4_years) == relative(0.1));
    CHECK(four_years.value(40_years) == relative(0.1));
    CHECK(four_years.loss(0_s, 100_years) == relative(0.9));
    CHECK(four_years.loss(5_years, 1_years) == 0.0);
    CHECK(StraightLine{.life = 4_years, .residual = 1.0}.loss(0_s, 4_years) == 0.0);
}

TEST_CASE("the economic decline is Epoch's: a factor of 0.72 a year, and price 0.14 ln 10 / 8766 in the first hour") {
    CHECK(epoch.value(1_years) == doctest::Approx(0.7244).epsilon(1e-4));
    CHECK(epoch.value(10_years) == doctest::Approx(0.0398).epsilon(1e-3)); // 10^-1.4
    CHECK(30000.0 * epoch.loss(0_s, 1_hours) == doctest::Approx(30000.0 * 0.14 * 2.302585 / 8766).epsilon(1e-4));
    CHECK(EconomicDecline{.decades_per_year = 0}.loss(1_years, 1_years) == 0.0);
    // Small losses keep their digits.
    CHECK(epoch.loss(0_s, 1_us) == doctest::Approx(0.14 * 2.302585093 / 31557600e6).scale(1e-30).epsilon(1e-9));
}

TEST_CASE("rules that cannot be are refused") {
    CHECK(broken(four_years) == 0);
    CHECK(broken(epoch) == 0);
    CHECK(broken(StraightLine{}) == 1);
    CHECK(broken(StraightLine{.life = 4_years, .residual = 1.1}) == 1);
    CHECK(broken(EconomicDecline{.decades_per_year = -0.1}) == 1);
}

TEST_CASE("a loss has the derivative of its rate") {
    using Number = Dual<double, 1>;
    const BasicEconomicDecline<Number> rule{.decades_per_year = variable<1>(0.14, 0)};
    const Number loss = rule.loss(over_scalar<Number>(1_years), over_scalar<Number>(1_years));
    const auto at = [](double d) { return EconomicDecline{.decades_per_year = d}.loss(1_years, 1_years); };
    CHECK(loss.value == relative(at(0.14)));
    CHECK(loss.gradient[0] == doctest::Approx((at(0.1401) - at(0.1399)) / 2e-4).epsilon(1e-6));
}
