// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fits the error model of step times to errors of steps whose source, or accelerator, the calibration did not see.
//
//   minimise  sum w L(ln |e| / w(x)) + sum (ln s_k / prior_k)^2       L: pinball loss of the 80% quantile
//
// e is the logarithm of measured over predicted under the fit without the row's source or accelerator; w(x) the half
// width of step/uncertainty.hpp, for the ground that the same fit stood on: software, accelerators and sizes of the
// rows that are left. A configuration that repeats counts once, sources count by the square root of their
// configurations. Every term has a prior, so that what few rows speak of keeps a sensible width.

#include <foretrain/foretrain.hpp>
#include <foretrain/import/configuration.hpp>
#include <foretrain/step/uncertainty.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace error_model {

using namespace foretrain;

/// A step with what the calibration made of it.
struct HeldOutStep {
    ImportedStep step;
    StepEstimate estimate;
    std::string source;
    double seen = 0;                ///< ln(measured / predicted), fitted to all rows
    double without_source = 0;      ///< the same, fitted without its source
    double without_accelerator = 0; ///< the same, fitted without its accelerator
    double weight = 0;              ///< repeats of one configuration share a weight of 1
};

/// A term of the error model, what is believed of it, and the name of its member.
struct Term {
    const char* name;
    double StepErrorModel::* member;
    double prior;
    const char* why;
};
inline constexpr std::array terms = {
    Term{"base", &StepErrorModel::base, 0.15, "of every prediction"},
    Term{"software", &StepErrorModel::software, 0.15, "of unknown software"},
    Term{"accelerator", &StepErrorModel::accelerator, 0.10, "of an accelerator without calibrated steps"},
    Term{"kernels", &StepErrorModel::kernels, 0.30, "of one whose kernel constants are assumed, too"},
    Term{"combination", &StepErrorModel::combination, 0.08, "of software not calibrated on this accelerator"},
    Term{"short_format", &StepErrorModel::short_format, 0.10, "of products in 8 or 4 bits"},
    Term{"experts", &StepErrorModel::experts, 0.30, "of mixtures of experts"},
    Term{"short_layers", &StepErrorModel::short_layers, 1.0, "hosts differ by a factor of nine"},
    Term{"communication", &StepErrorModel::communication, 0.40, "a share of exposed communication"},
    Term{"bubble", &StepErrorModel::bubble, 0.25, "a share of the pipeline's bubble"},
    Term{"assumption", &StepErrorModel::assumption, 0.05, "of each assumption"},
    Term{"extrapolation", &StepErrorModel::extrapolation, 0.10, "a factor of e beyond a range"},
};
using Amounts = std::array<double, terms.size()>;

/// Ground that a calibration stands on.
struct Ground {
    std::vector<CalibratedPair> pairs;
    std::vector<NumberFormat> formats;
    std::array<CalibratedRange, extents> ranges{};

    void lend_to(StepErrorModel& errors) const {
        errors.pairs = pairs;
        errors.formats = formats;
        errors.ranges = ranges;
    }
};

/// Configurations that make software on an accelerator, or a number format, calibrated.
constexpr std::size_t enough = 5;

/// The ground of the rows that `stays` keeps.
template <class Stays>
[[nodiscard]] Ground ground_of(const std::vector<HeldOutStep>& steps, Stays stays) {
    Ground ground;
    std::map<std::pair<std::string_view, std::string_view>, std::set<std::string>> pairs;
    std::map<NumberFormat, std::set<std::string>> formats;
    bool first = true;
    for (const HeldOutStep& s : steps) {
        if (!stays(s)) continue;
        const ParallelPlan& plan = s.step.plan;
        pairs[{plan.stack.name, s.step.cluster.accelerator.name}].insert(s.step.configuration);
        formats[plan.precision.compute].insert(s.step.configuration);
        const auto sizes = detail::extents_of(s.step.model, s.step.cluster, plan);
        for (std::size_t i = 0; i < extents; ++i) {
            CalibratedRange& range = ground.ranges[i];
            range = first ? CalibratedRange{sizes[i], sizes[i]}
                          : CalibratedRange{std::min(range.low, sizes[i]), std::max(range.high, sizes[i])};
        }
        first = false;
    }
    // What no one knows is not known better for having been seen.
    for (const auto& [pair, configurations] : pairs)
        if (configurations.size() >= enough && pair.first != catalog::generic_stack.name)
            ground.pairs.push_back({pair.first, pair.second});
    for (const auto& [format, configurations] : formats)
        if (configurations.size() >= enough) ground.formats.push_back(format);
    return ground;
}

/// How much of each term a step has on a ground: asked of the library, one term at a time.
[[nodiscard]] inline Amounts amounts_of(const HeldOutStep& s, const Ground& ground) {
    Amounts amounts{};
    for (std::size_t k = 0; k < terms.size(); ++k) {
        StepErrorModel one;
        ground.lend_to(one);
        one.*terms[k].member = 1;
        Doubts reasons;
        amounts[k] = model_width(s.estimate, s.step.model, s.step.cluster, s.step.plan, one, reasons,
                                 static_cast<std::int64_t>(s.step.assumptions.size()));
    }
    return amounts;
}

/// One error on one ground.
struct Case {
    const HeldOutStep* step = nullptr;
    bool by_source = true; ///< its source was left out; else its accelerator
    double error = 0;
    double weight = 0;
    Amounts amounts{};
};

/// A case for each row without its source, then for each row without its accelerator.
[[nodiscard]] inline std::vector<Case> cases_of(const std::vector<HeldOutStep>& steps) {
    std::vector<Case> cases;
    for (const bool by_source : {true, false}) {
        const auto group = [&](const HeldOutStep& s) -> const std::string& {
            return by_source ? s.source : s.step.accelerator;
        };
        std::map<std::string, double> count;
        for (const HeldOutStep& s : steps) count[group(s)] += s.weight;
        std::map<std::string, Ground> grounds;
        for (const auto& [name, configurations] : count)
            grounds[name] = ground_of(steps, [&](const HeldOutStep& s) { return group(s) != name; });
        for (const HeldOutStep& s : steps)
            cases.push_back({&s, by_source, by_source ? s.without_source : s.without_accelerator,
                             s.weight / std::sqrt(count[group(s)]), amounts_of(s, grounds[group(s)])});
    }
    return cases;
}

[[nodiscard]] inline double width(const Case& c, const Amounts& squares) {
    double sum = 0;
    for (std::size_t k = 0; k < squares.size(); ++k) sum += c.amounts[k] * c.amounts[k] * squares[k];
    return std::sqrt(sum);
}

[[nodiscard]] inline Amounts squares_of(const Amounts& values) {
    Amounts squares{};
    for (std::size_t k = 0; k < values.size(); ++k) squares[k] = values[k] * values[k];
    return squares;
}

constexpr double quantile = 0.8;
constexpr double stiffness = 0.01; ///< of the priors, against the mean loss

/// The terms fitted to cases, by pattern search in their logarithms.
[[nodiscard]] inline Amounts fit_terms(const std::vector<const Case*>& cases) {
    double total = 0;
    for (const Case* c : cases) total += c->weight;
    const auto loss_of = [&](const Amounts& logs) {
        Amounts values{};
        double loss = 0;
        for (std::size_t k = 0; k < terms.size(); ++k) {
            values[k] = std::exp(logs[k]);
            const double off = logs[k] - std::log(terms[k].prior);
            loss += stiffness * off * off;
        }
        const Amounts squares = squares_of(values);
        for (const Case* c : cases) {
            const double off = std::log(std::max(std::fabs(c->error), 1e-3) / width(*c, squares));
            loss += c->weight / total * (off > 0 ? quantile * off : (quantile - 1) * off);
        }
        return loss;
    };
    Amounts at{};
    for (std::size_t k = 0; k < terms.size(); ++k) at[k] = std::log(terms[k].prior);
    double best = loss_of(at);
    for (double step = 0.4; step > 0.01;) {
        bool moved = false;
        for (std::size_t k = 0; k < terms.size(); ++k) {
            for (const double by : {step, -step}) {
                Amounts there = at;
                there[k] += by;
                const double loss = loss_of(there);
                if (loss < best) {
                    best = loss;
                    at = there;
                    moved = true;
                    break;
                }
            }
        }
        if (!moved) step *= 0.5;
    }
    for (double& value : at) value = std::exp(value);
    return at;
}

/// One factor on all terms, without a say of the source `without`, so that `quantile` of the cases, each under a fit
/// without its own source, are covered: terms fitted to some sources are too narrow for others.
[[nodiscard]] inline double factor_of(const std::vector<Case>& cases, const std::vector<double>& widths,
                                      const std::string& without = {}) {
    std::vector<std::pair<double, double>> needed; // factor, weight
    double total = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (cases[i].step->source == without) continue;
        needed.emplace_back(std::fabs(cases[i].error) / widths[i], cases[i].weight);
        total += cases[i].weight;
    }
    std::sort(needed.begin(), needed.end());
    double sum = 0;
    for (const auto& [factor, weight] : needed) {
        sum += weight;
        if (sum >= quantile * total) return factor;
    }
    return 1;
}

/// Half widths of all cases, each under the terms fitted without the cases of its own source, in the order of `cases`.
[[nodiscard]] inline std::vector<double> cross_validated_widths(const std::vector<Case>& cases) {
    std::map<std::string, Amounts> fits;
    for (const Case& c : cases) fits[c.step->source] = {};
    for (auto& [source, squares] : fits) {
        std::vector<const Case*> others;
        for (const Case& c : cases)
            if (c.step->source != source) others.push_back(&c);
        squares = squares_of(fit_terms(others));
    }
    std::vector<double> widths;
    for (const Case& c : cases) widths.push_back(width(c, fits[c.step->source]));
    return widths;
}

/// The same with the factor that follows from all other sources.
[[nodiscard]] inline std::vector<double> unseen_widths_of(const std::vector<Case>& cases, std::vector<double> widths) {
    std::map<std::string, double> factors;
    for (const Case& c : cases) factors[c.step->source] = 1;
    for (auto& [source, factor] : factors) factor = factor_of(cases, widths, source);
    for (std::size_t i = 0; i < cases.size(); ++i) widths[i] *= factors[cases[i].step->source];
    return widths;
}

/// Share of cases inside their band: by rows, and with repeats counted once and sources by the root of their size.
struct Coverage {
    std::size_t rows = 0;
    double share = 0;
    double weighted = 0;
    double median_width = 0;
};

template <class Counts>
[[nodiscard]] Coverage coverage_of(const std::vector<Case>& cases, const std::vector<double>& widths, Counts counts) {
    Coverage coverage;
    double weight = 0;
    std::vector<double> chosen;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!counts(cases[i])) continue;
        const double in = std::fabs(cases[i].error) <= widths[i] ? 1.0 : 0.0;
        chosen.push_back(widths[i]);
        coverage.share += in;
        coverage.weighted += in * cases[i].weight;
        weight += cases[i].weight;
    }
    coverage.rows = chosen.size();
    if (chosen.empty()) return coverage;
    std::sort(chosen.begin(), chosen.end());
    coverage.share /= static_cast<double>(chosen.size());
    coverage.weighted /= weight;
    coverage.median_width = chosen[chosen.size() / 2];
    return coverage;
}

/// The steps of the tables in `directory`, with the errors that `fit_constants held-out` wrote to `errors`.
[[nodiscard]] inline std::vector<HeldOutStep> read_held_out(const std::string& directory, const std::string& errors) {
    struct Errors {
        double seen, source, accelerator;
    };
    std::map<std::pair<std::string, std::string>, Errors> of;
    detail::StepReader<5> file(errors);
    file.read_header(io::ignore_extra_column, "id", "source", "error", "error_without_source",
                     "error_without_accelerator");
    std::string id, source;
    double seen = 0, without_source = 0, without_accelerator = 0;
    while (file.read_row(id, source, seen, without_source, without_accelerator))
        of[{source, id}] = {-std::log1p(seen), -std::log1p(without_source), -std::log1p(without_accelerator)};
    std::vector<HeldOutStep> steps;
    const auto add = [&](const std::vector<PublishedStep>& table, const char* name) {
        for (const PublishedStep& row : table) {
            HeldOutStep s;
            s.step = import_step(row);
            if (!s.step.refusal.empty()) continue;
            s.source = *name != 0 ? name : s.step.source;
            const auto found = of.find({s.source, s.step.id});
            const Result<StepEstimate> estimate = try_estimate_step(s.step.model, s.step.cluster, s.step.plan);
            if (found == of.end() || !estimate) continue;
            s.estimate = *estimate;
            s.seen = found->second.seen;
            s.without_source = found->second.source;
            s.without_accelerator = found->second.accelerator;
            steps.push_back(std::move(s));
        }
    };
    add(read_published_steps(directory + "/published_steps.csv"), "");
    add(read_vtrain_steps(directory + "/vtrain_a100_single.csv"), "vTrain single node");
    add(read_vtrain_steps(directory + "/vtrain_a100_multi.csv"), "vTrain multi node");
    std::map<std::string, double> repeats;
    const auto key = [](const HeldOutStep& s) { return s.source + s.step.configuration; };
    for (const HeldOutStep& s : steps) repeats[key(s)] += 1;
    for (HeldOutStep& s : steps) s.weight = 1 / repeats[key(s)];
    return steps;
}

} // namespace error_model
