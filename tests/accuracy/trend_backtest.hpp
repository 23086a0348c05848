// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trend_fits.hpp"

#include <foretrain/planner/trend_curve.hpp>

// The curve of best times, fitted up to a date and compared with what came after.

namespace trends {

/// The best time of a benchmark up to and including a round.
struct RecordPoint {
    std::string benchmark;
    Date date{};
    Seconds age{}; ///< of the benchmark
    double minutes = 0;
    double best_of_round = 0; ///< minutes, without earlier rounds
};

/// Records of every benchmark with at least two rounds, by benchmark, then by date; nothing after `until`.
[[nodiscard]] inline std::vector<RecordPoint> record_points(const std::vector<Result>& results, const Date& until) {
    std::vector<RecordPoint> points;
    for (const auto& [name, best] : best_results(results)) {
        double record = 1e300;
        for (const Result& result : best) {
            if (until < result.date) break;
            record = std::min(record, result.minutes);
            points.push_back({name, result.date, result.date - best.front().date, record, result.minutes});
        }
    }
    return points;
}

/// Two rounds of one benchmark.
struct RecordPair {
    const RecordPoint* from;
    const RecordPoint* to;
};
[[nodiscard]] inline std::vector<RecordPair> pairs_of(const std::vector<RecordPoint>& points) {
    std::vector<RecordPair> pairs;
    for (const RecordPoint& a : points)
        for (const RecordPoint& b : points)
            if (a.benchmark == b.benchmark && a.date < b.date) pairs.push_back({&a, &b});
    return pairs;
}

/// ln(projected / actual) of the later record.
[[nodiscard]] inline double error_of(const RecordCurve& curve, const RecordPair& pair) {
    return std::log(pair.from->minutes / record_speed_up(curve, pair.from->age, pair.to->age) / pair.to->minutes);
}

[[nodiscard]] inline double quantile_of(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

/// Mean time between rounds.
[[nodiscard]] inline Seconds time_between_rounds(const std::vector<RecordPoint>& points) {
    std::set<double> dates;
    for (const RecordPoint& point : points) dates.insert(raw(point.date.since_2000));
    if (dates.size() < 2) throw CalibrationError("one round says nothing about what comes next");
    return make<Seconds>((*dates.rbegin() - *dates.begin()) / static_cast<double>(dates.size() - 1));
}

/// Fits the exponent, with a level for each benchmark.
[[nodiscard]] inline RecordCurve fit_record_shape(const std::vector<RecordPoint>& points, const Seconds& between) {
    std::vector<LogPoint> list;
    Numbers group;
    for (const RecordPoint& point : points) {
        const std::size_t number = group(point.benchmark);
        list.push_back({{std::log1p(raw(point.age) / raw(between))}, 1 / point.minutes, number, number});
    }
    const LogLinearFit fit = fit_log_linear(list);
    return {.exponent = fit.slopes[0],
            .learning_time = between,
            .width = 0,
            .exponent_error = fit.errors[0],
            .provenance = {"MLPerf Training v0.5 to v5.0, closed division (mlcommons/training_results)", "2026-11",
                           Evidence::fitted}};
}

/// Fits the curve. The band is what held eight in ten of the pairs of rounds of benchmarks that the shape had not seen.
[[nodiscard]] inline RecordCurve fit_record_curve(const std::vector<RecordPoint>& points) {
    const Seconds between = time_between_rounds(points);
    RecordCurve curve = fit_record_shape(points, between);
    std::set<std::string> names;
    for (const RecordPoint& point : points) names.insert(point.benchmark);
    std::vector<double> widths;
    for (const std::string& name : names) {
        std::vector<RecordPoint> seen, unseen;
        for (const RecordPoint& point : points) (point.benchmark == name ? unseen : seen).push_back(point);
        if (unseen.size() < 2) continue;
        const RecordCurve other = fit_record_shape(seen, between);
        for (const RecordPair& pair : pairs_of(unseen))
            widths.push_back(std::abs(error_of(other, pair)) /
                             std::sqrt(raw(pair.to->date - pair.from->date) / raw(julian_year)));
    }
    curve.width = quantile_of(widths, 0.8);
    return curve;
}

/// How projections from one date on turned out.
struct BackTest {
    Date cut{};
    double horizon_low = 0, horizon_high = 0; ///< years
    std::size_t points = 0;
    double median = 0;    ///< of |projected / actual - 1|
    double mean = 0;      ///< of the same
    double unchanged = 0; ///< the same median for "the record stays"
    double bias = 0;      ///< median of ln(projected / actual)
    double coverage = 0;  ///< share inside the band of eight in ten
};

/// Fits up to `cut`, projects from the last record of each benchmark known then to every later round within a horizon.
[[nodiscard]] inline std::optional<BackTest> back_test(const std::vector<Result>& results, const Date& cut, double low,
                                                       double high) {
    const std::vector<RecordPoint> known = record_points(results, cut);
    const std::vector<RecordPoint> all = record_points(results, calendar_date(2100, 1, 1));
    const RecordCurve curve = fit_record_curve(known);
    std::vector<double> errors, sizes, still;
    std::size_t inside = 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const bool last = i + 1 == known.size() || known[i + 1].benchmark != known[i].benchmark;
        if (!last) continue;
        for (const RecordPoint& point : all) {
            if (point.benchmark != known[i].benchmark || !(cut < point.date)) continue;
            const double years = raw(point.date - known[i].date) / raw(julian_year);
            if (years <= low || years > high) continue;
            const RecordPair pair{&known[i], &point};
            const double error = error_of(curve, pair);
            errors.push_back(error);
            sizes.push_back(std::abs(std::expm1(error)));
            still.push_back(std::abs(known[i].minutes / point.minutes - 1));
            inside += std::abs(error) <= curve.width * std::sqrt(years);
        }
    }
    if (errors.empty()) return std::nullopt;
    const auto count = static_cast<double>(errors.size());
    double sum = 0;
    for (const double size : sizes) sum += size;
    return BackTest{cut,
                    low,
                    high,
                    errors.size(),
                    quantile_of(sizes, 0.5),
                    sum / count,
                    quantile_of(still, 0.5),
                    quantile_of(errors, 0.5),
                    static_cast<double>(inside) / count};
}

/// How projections of benchmarks turned out that came after the fit, from their first result on.
struct NewBornTest {
    std::size_t benchmarks = 0, points = 0;
    double median = 0, mean = 0, unchanged = 0, coverage = 0;
};
[[nodiscard]] inline std::optional<NewBornTest> test_new_benchmarks(const std::vector<Result>& results,
                                                                    const Date& cut) {
    const RecordCurve curve = fit_record_curve(record_points(results, cut));
    const std::vector<RecordPoint> all = record_points(results, calendar_date(2100, 1, 1));
    std::vector<double> sizes, still;
    std::set<std::string> names;
    std::size_t inside = 0;
    double sum = 0;
    for (const RecordPair& pair : pairs_of(all)) {
        if (!(cut < pair.from->date) || raw(pair.from->age) > 0) continue;
        const double error = error_of(curve, pair), years = raw(pair.to->date - pair.from->date) / raw(julian_year);
        names.insert(pair.from->benchmark);
        sizes.push_back(std::abs(std::expm1(error)));
        still.push_back(std::abs(pair.from->minutes / pair.to->minutes - 1));
        sum += sizes.back();
        inside += std::abs(error) <= curve.width * std::sqrt(years);
    }
    if (sizes.empty()) return std::nullopt;
    const auto count = static_cast<double>(sizes.size());
    return NewBornTest{names.size(),
                       sizes.size(),
                       quantile_of(sizes, 0.5),
                       sum / count,
                       quantile_of(still, 0.5),
                       static_cast<double>(inside) / count};
}

} // namespace trends
