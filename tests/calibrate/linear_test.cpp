// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <foretrain/calibrate/linear.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {
Eigen::VectorXd vector_of(std::initializer_list<double> list) {
    Eigen::VectorXd v(static_cast<Eigen::Index>(list.size()));
    Eigen::Index i = 0;
    for (const double x : list) v[i++] = x;
    return v;
}
} // namespace

// Longley (1967) as in NIST StRD: the classic of ill-conditioned linear regression, certified to 15 digits.
TEST_CASE("Longley's data come out as NIST certifies them") {
    const double rows[16][7] = {
        {60323, 83.0, 234289, 2356, 1590, 107608, 1947},  {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
        {60171, 88.2, 258054, 3682, 1616, 109773, 1949},  {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
        {63221, 96.2, 328975, 2099, 3099, 112075, 1951},  {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
        {64989, 99.0, 365385, 1870, 3547, 115094, 1953},  {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
        {66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
        {68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
        {68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
        {69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
    Eigen::MatrixXd design(16, 7);
    Eigen::VectorXd observed(16);
    for (Eigen::Index i = 0; i < 16; ++i) {
        observed[i] = rows[i][0];
        design(i, 0) = 1;
        for (Eigen::Index j = 1; j < 7; ++j) design(i, j) = rows[i][j];
    }
    const LinearFit fit = solve_linear(design, observed);
    const double certified[7] = {-3482258.63459582, 15.0618722713733,       -0.358191792925910E-01, -2.02022980381683,
                                 -1.03322686717359, -0.511041056535807E-01, 1829.15146461355};
    const double errors[7] = {890420.383607373,  84.9149257747669,  0.334910077722432E-01, 0.488399681651699,
                              0.214274163161675, 0.226073200069370, 455.478499142212};
    for (Eigen::Index j = 0; j < 7; ++j) {
        CHECK(fit.parameters[j] == relative(certified[j]).epsilon(1e-7));
        CHECK(std::sqrt(fit.covariance(j, j)) == relative(errors[j]).epsilon(1e-7));
    }
    CHECK(fit.residual_squares == relative(836424.055505915).epsilon(1e-9));
    CHECK(fit.degrees_of_freedom == 9);
    CHECK(fit.identifiability.condition > 1000);
}

TEST_CASE("a weight of two is the row twice") {
    Eigen::MatrixXd design(4, 2), twice(5, 2);
    design << 1, 1, 1, 2, 1, 3, 1, 5;
    twice << 1, 1, 1, 2, 1, 3, 1, 5, 1, 5;
    const LinearFit weighted = solve_linear(design, vector_of({1.1, 1.9, 3.2, 4.8}), vector_of({1, 1, 1, 2}));
    const LinearFit repeated = solve_linear(twice, vector_of({1.1, 1.9, 3.2, 4.8, 4.8}));
    for (Eigen::Index j = 0; j < 2; ++j)
        CHECK(weighted.parameters[j] == relative(repeated.parameters[j]).epsilon(1e-12));
}

TEST_CASE("covariance agrees with repeated experiments") {
    std::mt19937_64 random(7);
    std::normal_distribution<double> noise(0, 0.3);
    Eigen::MatrixXd design(12, 2);
    for (Eigen::Index i = 0; i < 12; ++i) design.row(i) << 1, static_cast<double>(i * i);
    double sum = 0, squares = 0, promised = 0;
    const int trials = 4000;
    for (int t = 0; t < trials; ++t) {
        Eigen::VectorXd y = design * vector_of({2, 0.5});
        for (Eigen::Index i = 0; i < 12; ++i) y[i] += noise(random);
        const LinearFit fit = solve_linear(design, y);
        sum += fit.parameters[1];
        squares += fit.parameters[1] * fit.parameters[1];
        promised += fit.covariance(1, 1);
    }
    const double mean = sum / trials;
    CHECK(mean == relative(0.5).epsilon(1e-3));
    CHECK(squares / trials - mean * mean == relative(promised / trials).epsilon(0.08));
}

TEST_CASE("parameters that cannot be told apart are found") {
    Eigen::MatrixXd design(5, 3);
    for (Eigen::Index i = 0; i < 5; ++i) {
        const double x = static_cast<double>(i);
        design.row(i) << 1, x, 2 * x; // the last two act alike
    }
    const LinearFit fit = solve_linear(design, vector_of({1, 3, 5, 7, 9}));
    CHECK(fit.identifiability.rank == 2);
    CHECK(fit.identifiability.determined == std::vector<bool>{true, false, false});
    CHECK(fit.residual_squares < 1e-20); // still the best fit
    CHECK(fit.degrees_of_freedom == 3);
}

TEST_CASE("what cannot be solved is refused by name") {
    const Eigen::MatrixXd design = Eigen::MatrixXd::Ones(3, 2);
    CHECK_THROWS_WITH_AS((void)solve_linear(design, vector_of({1, 2})), "one observation a row of the design is needed",
                         CalibrationError);
    CHECK_THROWS_WITH_AS((void)solve_linear(Eigen::MatrixXd::Ones(1, 2), vector_of({1})),
                         "1 observations for 2 parameters", CalibrationError);
    CHECK_THROWS_WITH_AS((void)solve_linear(design, vector_of({1, NAN, 2})), "observations must be finite",
                         CalibrationError);
    CHECK_THROWS_AS((void)solve_linear(design, vector_of({1, 2, 3}), vector_of({1, -1, 1})), CalibrationError);
    CHECK_THROWS_AS((void)solve_linear(design, vector_of({1, 2, 3}), vector_of({1, 1})), CalibrationError);
}
