// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <foretrain/report/report.hpp>
#include <foretrain/run/input_pipeline.hpp>

#include "arguments.hpp"
#include "configuration.hpp"
#include "reliability.hpp"

// A run of a training job, read from options.

namespace planner {

/// How much of a run is asked about: `predict` adds a simple one to a step, `run` has all of it.
enum class RunDetail : unsigned char { simple, whole };

/// What a run trains on, and how that is said.
struct Budget {
    std::optional<foretrain::TokenBudget> tokens{};
    std::optional<foretrain::SampleBudget> samples{};
    std::string words;
};
/// One of --tokens, --samples and, where a run may have a target, --benchmark and --target-loss; nothing if none is
/// given or it is wrong.
[[nodiscard]] std::optional<Budget> read_budget(Reader& read, const Configuration& job);

/// What a run meets beside its steps.
struct RunSurroundings {
    foretrain::RunConditions conditions{};          ///< with faults as a share of the wall clock
    std::optional<ReliabilityChoice> reliability{}; ///< instead of that share, where a failure rate is given
};

/// Reads site, prices, faults and, of a whole run, overheads, input and failures; what is to be said of them in `run`.
[[nodiscard]] RunSurroundings read_surroundings(Reader& read, const Configuration& job, RunDetail detail,
                                                foretrain::ReportedRun& run);

/// Whether a budget is given, by any of the options that do.
[[nodiscard]] bool has_budget(const Reader& read);
/// Refuses everything that only a run asks about, where there is none.
void refuse_run_options(Reader& read);

/// Adds the run that the options describe to a report, or notes what is wrong. Without a budget a simple run is none.
void add_run(Reader& read, const Configuration& job, foretrain::Report& report, RunDetail detail);

/// The input pipeline, if any of its options is given.
[[nodiscard]] std::optional<foretrain::InputPipeline> read_input(Reader& read, const Configuration& job);

} // namespace planner
