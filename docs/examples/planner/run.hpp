// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <foretrain/report/report.hpp>
#include <foretrain/run/input_pipeline.hpp>

#include "arguments.hpp"
#include "configuration.hpp"

// A run of a training job, read from options.

namespace planner {

/// How much of a run is asked about: `predict` adds a simple one to a step, `run` has all of it.
enum class RunDetail : unsigned char { simple, whole };

/// Adds the run that the options describe to a report, or notes what is wrong. Without a budget a simple run is none.
void add_run(Reader& read, const Configuration& job, foretrain::Report& report, RunDetail detail);

/// The input pipeline, if any of its options is given.
[[nodiscard]] std::optional<foretrain::InputPipeline> read_input(Reader& read, const Configuration& job);

} // namespace planner
