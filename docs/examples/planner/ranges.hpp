// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <foretrain/hardware/cluster.hpp>
#include <foretrain/parallel/plan.hpp>
#include <foretrain/report/report.hpp>

#include "arguments.hpp"

// Inputs that are known as ranges: --range node-network=300Gbit/s..400Gbit/s, --range matrix-rate=5%.

namespace planner {

/// The ranges that are stated, with the middle of those between two values in place of the catalogue's. The effects are
/// still to be filled in.
[[nodiscard]] std::vector<foretrain::StatedRange> read_ranges(Reader& read, foretrain::Cluster& cluster,
                                                              foretrain::ParallelPlan& plan);

} // namespace planner
