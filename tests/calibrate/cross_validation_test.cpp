// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <foretrain/calibrate/cross_validation.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// The mean of the chosen values: a model of one constant.
struct Mean {
    const std::vector<double>& y;
    double operator()(const std::vector<std::size_t>& rows) const {
        if (rows.empty()) throw CalibrationError("nothing left");
        double sum = 0;
        for (const std::size_t row : rows) sum += y[row];
        return sum / static_cast<double>(rows.size());
    }
};

} // namespace

TEST_CASE("a group that differs is predicted from the others alone") {
    const std::vector<double> y{1, 1, 1, 1, 5, 5};
    const std::vector<std::string> group{"a", "a", "b", "b", "c", "c"};
    const CrossValidation result =
        leave_one_group_out(group, Mean{y}, [&](double mean, std::size_t row) { return std::abs(y[row] - mean); });
    REQUIRE(result.groups.size() == 3);
    CHECK(result.groups[2].name == "c");
    CHECK(result.groups[2].rows == 2);
    CHECK(result.groups[2].held_out == relative(4)); // the others say 1
    CHECK(result.groups[0].held_out == relative(2)); // the others say 3
    CHECK(result.in_sample == relative((4 * (7.0 / 3 - 1) + 2 * (5 - 7.0 / 3)) / 6));
    CHECK(result.held_out == relative((4 * 2.0 + 2 * 4.0) / 6));
    CHECK(result.ratio() > 1);
    CHECK(result.rows == 6);
}

TEST_CASE("a model that memorises looks perfect in sample and fails held out") {
    std::mt19937_64 random(1);
    std::normal_distribution<double> noise(0, 1);
    std::vector<double> y;
    for (int i = 0; i < 60; ++i) y.push_back(noise(random));
    const auto memorise = [&](const std::vector<std::size_t>& rows) {
        std::vector<double> known(y.size(), 0.0);
        for (const std::size_t row : rows) known[row] = y[row];
        return known;
    };
    const CrossValidation result =
        k_fold(y.size(), 5, memorise,
               [&](const std::vector<double>& known, std::size_t row) { return std::abs(y[row] - known[row]); });
    CHECK(result.in_sample == 0);
    CHECK(result.held_out > 0.5);
    CHECK(result.groups.size() == 5);
    for (const HeldOutGroup& group : result.groups) CHECK(group.rows == 12);
}

TEST_CASE("groups whose complement cannot be fitted are left out of the answer") {
    const std::vector<double> y{1, 2, 3};
    const auto picky = [&](const std::vector<std::size_t>& rows) {
        if (rows.size() < 2) throw CalibrationError("too few");
        return Mean{y}(rows);
    };
    const CrossValidation result = leave_one_group_out(
        {"a", "a", "b"}, picky, [&](double mean, std::size_t row) { return std::abs(y[row] - mean); });
    REQUIRE(result.groups.size() == 1);
    CHECK(result.groups[0].name == "b");
    CHECK(result.rows == 1);
}

TEST_CASE("one group cannot be held out, nor one fold") {
    const std::vector<double> y{1, 2};
    const auto error = [](double, std::size_t) { return 0.0; };
    CHECK_THROWS_WITH_AS((void)leave_one_group_out({"a", "a"}, Mean{y}, error),
                         "holding out a group needs at least two of them", CalibrationError);
    CHECK_THROWS_AS((void)k_fold(2, 1, Mean{y}, error), CalibrationError);
    CHECK_THROWS_AS((void)k_fold(2, 3, Mean{y}, error), CalibrationError);
}
