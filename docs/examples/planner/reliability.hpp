// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/goodput.hpp>

#include "configuration.hpp"

// How often a job fails and what it does about that, read from the options that `reliability_options` (main.cpp) lists.

namespace planner {

/// What the options say of reliability. `at` may be called only if nothing was refused.
struct ReliabilityChoice {
    std::optional<foretrain::ExponentialFailures> failures{}; ///< nothing: unknown
    std::string failures_from;                                ///< where the rate is from, in words
    std::string_view policy;                                  ///< blocking, async, tiered or none
    std::optional<foretrain::Bytes> checkpoint{};             ///< size of a whole one
    foretrain::ReliabilityAt at;                              ///< by the number of accelerators
};

/// Reads the choice for a job on so many accelerators; `by_model`: the job has a model, whose checkpoint counts.
[[nodiscard]] ReliabilityChoice read_reliability(Reader& read, const Configuration& job, bool by_model,
                                                 std::int64_t accelerators);

} // namespace planner
