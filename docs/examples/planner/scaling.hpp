// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "arguments.hpp"
#include "configuration.hpp"

// Tokens to a loss by a scaling law, for a run that has one as its target.

namespace planner {

/// Options that say more of `--target-loss`.
inline constexpr const char* target_loss_options[] = {"law", "unique-tokens", "critical-batch"};

/// Tokens to train on, and where they come from, in words.
struct TokensToLoss {
    foretrain::Tokens tokens{};
    std::string words;
};

/// What `--target-loss` takes the model and the batch of a job; nothing, and noted, if it is never reached.
[[nodiscard]] std::optional<TokensToLoss> read_target_loss(Reader& read, const Configuration& job);

} // namespace planner
