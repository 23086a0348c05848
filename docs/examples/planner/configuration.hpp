// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <foretrain/calibrate/profile.hpp>
#include <foretrain/step/estimate.hpp>

#include "arguments.hpp"

// What a training job is: model, cluster and plan, read from the options that `configuration_options` (main.cpp) lists.

namespace planner {

/// A training job and the estimate of its step.
struct Configuration {
    foretrain::Transformer model{};
    foretrain::Cluster cluster{};
    foretrain::ParallelPlan plan{};
    std::vector<foretrain::StatedRange> ranges{};  ///< of inputs, as far as they are stated
    std::optional<foretrain::StepEstimate> step{}; ///< nothing: something was refused
    foretrain::Profile profile{};                  ///< what fitted constants refer to for where they come from
};

/// Reads a job; what is wrong with it is noted in `read`. False, and a message printed, if a profile cannot be read.
[[nodiscard]] bool read_configuration(Reader& read, std::string_view command, Configuration& result);

/// Refuses every option of a configuration that is given, but --accelerators, where no --model is.
void refuse_configuration(Reader& read, std::string_view hint);

} // namespace planner
