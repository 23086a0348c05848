// SPDX-License-Identifier: Apache-2.0
#include <foretrain/calibrate/growth.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace foretrain;
using doctest::Approx;

namespace {

/// Evenly spread and without correlation from one to the next.
class Noise {
public:
    double operator()() { // sum of twelve, about normal with variance 1
        double sum = -6;
        for (int i = 0; i < 12; ++i) {
            state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
            sum += static_cast<double>(state_ >> 11U) * 0x1p-53;
        }
        return sum;
    }

private:
    std::uint64_t state_ = 42;
};

Date at(double years) { return Date{julian_year * years}; }

} // namespace

TEST_CASE("an exact exponential comes back") {
    std::vector<DatedValue> values;
    for (std::size_t i = 0; i < 12; ++i)
        values.push_back({at(static_cast<double>(i) / 2), 3.0 * std::pow(1.7, static_cast<double>(i) / 2), 0, i});
    const Trend trend = fit_growth(values, {});
    CHECK(factor_per_year(trend.growth) == Approx(1.7));
    CHECK(raw(trend.growth.error) * raw(julian_year) < 1e-9);
    CHECK(trend.points == 12);
    CHECK(trend.from == at(0));
    CHECK(trend.to == at(5.5));
}

TEST_CASE("groups have levels of their own, and a group of one says nothing") {
    std::vector<DatedValue> values;
    Noise noise;
    for (std::size_t group = 0; group < 8; ++group)
        for (int i = 0; i < 4; ++i) {
            // Groups that come later start higher: without levels of their own they would steepen the trend.
            const double year = static_cast<double>(group) + i * 0.5;
            values.push_back(
                {at(year), std::exp(2.0 * static_cast<double>(group) + 0.1 * year + 0.01 * noise()), group, group});
        }
    CHECK(factor_per_year(fit_growth(values, {}).growth) == Approx(std::exp(0.1)).epsilon(0.01));
    values.push_back({at(30), 1e-9, 99, 99});
    CHECK(factor_per_year(fit_growth(values, {}).growth) == Approx(std::exp(0.1)).epsilon(0.01));
}

TEST_CASE("a wild point hardly moves the slope") {
    std::vector<DatedValue> values;
    Noise noise;
    for (std::size_t i = 0; i < 40; ++i)
        values.push_back(
            {at(0.25 * static_cast<double>(i)), std::exp(0.1 * static_cast<double>(i) + 0.05 * noise()), 0, i});
    const double before = factor_per_year(fit_growth(values, {}).growth);
    values[38].value *= 1e4;
    const double after = factor_per_year(fit_growth(values, {}).growth);
    CHECK(after == Approx(before).epsilon(0.02));
}

TEST_CASE("the band of the slope holds eight in ten, also where clusters err alike") {
    Noise noise;
    for (const double shared : {0.0, 0.5}) {
        int inside = 0;
        constexpr int trials = 400;
        for (int trial = 0; trial < trials; ++trial) {
            std::vector<DatedValue> values;
            for (std::size_t cluster = 0; cluster < 12; ++cluster) {
                const double common = shared * noise();
                for (int i = 0; i < 5; ++i) {
                    const double year = static_cast<double>(cluster) + 0.1 * i;
                    values.push_back({at(year), std::exp(0.3 * year + common + 0.2 * noise()), 0, cluster});
                }
            }
            const Growth growth = fit_growth(values, {}).growth;
            const double off = std::abs(raw(growth.rate) * raw(julian_year) - 0.3);
            inside += off <= eight_in_ten * raw(growth.error) * raw(julian_year);
        }
        CHECK(static_cast<double>(inside) / trials > 0.72);
        CHECK(static_cast<double>(inside) / trials < 0.88);
    }
}

TEST_CASE("two regressors are told apart") {
    std::vector<LogPoint> points;
    Noise noise;
    for (std::size_t i = 0; i < 60; ++i) {
        const double x = noise(), y = noise();
        points.push_back({{x, y}, std::exp(1.0 + 0.7 * x - 0.2 * y + 0.01 * noise()), 0, i});
    }
    const LogLinearFit fit = fit_log_linear(points);
    CHECK(fit.slopes[0] == Approx(0.7).epsilon(0.02));
    CHECK(fit.slopes[1] == Approx(-0.2).epsilon(0.05));
    CHECK(fit.constants.at(0) == Approx(1.0).epsilon(0.02));
    CHECK(fit.scatter == Approx(0.01).epsilon(0.5));
}

TEST_CASE("what nothing can be fitted to is refused") {
    CHECK_THROWS_AS(static_cast<void>(fit_growth({}, {})), CalibrationError);
    CHECK_THROWS_AS(static_cast<void>(fit_growth({{at(0), 1, 0, 0}, {at(1), 2, 0, 1}}, {})), CalibrationError);
    std::vector<DatedValue> one_cluster;
    for (int i = 0; i < 9; ++i) one_cluster.push_back({at(i), 1.0 + i, 0, 0});
    CHECK_THROWS_AS(static_cast<void>(fit_growth(one_cluster, {})), CalibrationError);
    one_cluster[3].value = 0;
    CHECK_THROWS_AS(static_cast<void>(fit_growth(one_cluster, {})), CalibrationError);
}
