// SPDX-License-Identifier: Apache-2.0
// Convergence constants against batches that a fit did not see.

#include "convergence_fit.hpp"

#include <foretrain/report/validate_convergence.hpp>

#include <doctest/doctest.h>

using namespace convergence_fit;

namespace {

const char* const path = FORETRAIN_DATA_DIR "/reference_convergence_points.csv";
const Benchmarks& benchmarks() {
    static const Benchmarks all = read_points(path);
    return all;
}

} // namespace

TEST_CASE("the constants that ship are those of the fit") {
    const Prior prior = pooled(benchmarks());
    CHECK(catalog::benchmark_pool.critical_over_smallest == doctest::Approx(std::exp(prior.center)).epsilon(0.01));
    std::size_t found = 0;
    for (const auto& [name, points] : benchmarks()) {
        CAPTURE(name);
        const BenchmarkConvergence* shipped = catalog::find_convergence(name);
        REQUIRE(shipped != nullptr);
        const Convergence fitted = fit(points, prior);
        CHECK(raw(shipped->convergence.least_samples) == doctest::Approx(raw(fitted.least_samples)).epsilon(0.001));
        CHECK(raw(shipped->convergence.critical_batch) == doctest::Approx(raw(fitted.critical_batch)).epsilon(0.001));
        CHECK(raw(shipped->largest_batch) == points.back().batch);
        ++found;
    }
    CHECK(found == catalog::all_convergence.size());
}

TEST_CASE("the next larger batch of a benchmark is within 10% in the mean, from fits without it") {
    const std::vector<HeldOut> points = without_largest(benchmarks());
    REQUIRE(points.size() > 15);
    CHECK(mean_error(points, [](const HeldOut&) { return true; }) < 0.10);
    CHECK(mean_error(points, [](const HeldOut& p) { return p.points > 1; }) < 0.07);
}

TEST_CASE("the trade-off beats the assumptions that batches cost nothing and that steps stay") {
    // The curve has two constants; these have one, the mean of what was seen.
    const auto error = [](auto&& predict) {
        double sum = 0;
        int count = 0;
        for (const auto& [name, points] : benchmarks()) {
            if (points.size() < 2) continue;
            const Points left(points.begin(), points.end() - 1);
            sum += std::abs(predict(left, points.back().batch) / points.back().samples - 1);
            ++count;
        }
        return sum / count;
    };
    const double constant = error([](const Points& seen, double) {
        double sum = 0;
        for (const Point& p : seen) sum += std::log(p.samples);
        return std::exp(sum / static_cast<double>(seen.size()));
    });
    const double same_steps =
        error([](const Points& seen, double batch) { return seen.back().samples / seen.back().batch * batch; });
    const double ours = mean_error(without_largest(benchmarks()), [](const HeldOut&) { return true; });
    CHECK(ours < 0.6 * constant);
    CHECK(ours < 0.6 * same_steps);
}

TEST_CASE("one run of an unknown benchmark predicts batches up to twice its own") {
    CHECK(mean_error(without_benchmark(benchmarks()), [](const HeldOut& p) { return p.reach <= 2; }) < 0.10);
}

TEST_CASE("results of MLPerf took the samples that the reference points foretell, and no fit saw them") {
    const std::vector<HeldOut> results = submissions(FORETRAIN_DATA_DIR "/mlperf_training.csv");
    const auto within = [](const HeldOut& p) { return p.reach <= 1; };
    REQUIRE(results.size() > 1000);
    CHECK(mean_error(results, within) < 0.08);
    CHECK(median_error(results, within) < 0.05);
    // R-GAT at four times the largest batch of its references.
    const auto far = [](const HeldOut& p) { return p.benchmark == "rgat" && p.reach == 4; };
    CHECK(std::count_if(results.begin(), results.end(), far) == 2);
    CHECK(mean_error(results, far) < 0.03);
}

TEST_CASE("80% bands hold about that share of the rows") {
    int inside = 0, all = 0;
    for (const PredictedRow& row : predict_convergence_table(path)) {
        REQUIRE(row.covered().has_value());
        inside += *row.covered();
        ++all;
    }
    CHECK(inside > 0.70 * all);
    CHECK(inside < 0.95 * all);
}
