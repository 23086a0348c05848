// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <foretrain/cost/ownership.hpp>
#include <foretrain/report/cost.hpp>

#include "arguments.hpp"

// What is to be paid for, and what owning it would cost, read from the options that `payment_options` lists.

namespace planner {

/// The job: accelerators, time and energy, stated or of a run of a model. False if a profile cannot be read.
[[nodiscard]] bool read_paid_job(Reader& read, foretrain::CostReport& report);

/// The cluster that could be owned: losing value as the market does, or written off in a straight line.
struct OwnedChoice {
    foretrain::Owned declining{};
    std::optional<foretrain::OwnedStraightLine> straight_line{}; ///< instead, where a life is given
    std::string offer;                                           ///< where the price is from
};

/// Reads it for the job in `report`.
[[nodiscard]] OwnedChoice read_owned(Reader& read, const foretrain::CostReport& report);

} // namespace planner
