// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <foretrain/planner/growth.hpp>
#include <foretrain/report/solve.hpp>

#include "arguments.hpp"
#include "configuration.hpp"

// The questions of `foretrain solve`. Each reads its options and fills in a report, or notes what is wrong; false only
// if a profile cannot be read.

namespace planner {

[[nodiscard]] bool solve_accelerators(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_tokens(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_model(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_price(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_bandwidth(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_memory(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_micro_batch(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_rent(Reader& read, foretrain::SolveReport& report);
[[nodiscard]] bool solve_purchase(Reader& read, foretrain::SolveReport& report);

/// A job in words: model, accelerators, plan.
[[nodiscard]] std::string job_words(const Configuration& job, bool with_count = true);
/// A plan in words.
[[nodiscard]] std::string plan_words(const foretrain::ParallelPlan& plan);
/// A number with so many digits that neighbours differ.
[[nodiscard]] std::string digits(double number, int significant);
/// An amount of dollars.
[[nodiscard]] inline std::string dollars(const std::string& amount) {
    std::string text(1, '$');
    text += amount;
    return text;
}

/// A grown job, by the options --layout and, for a curve, --batch.
struct Growth {
    foretrain::Transformer model{};
    foretrain::Cluster cluster{};
    foretrain::ParallelPlan plan{};
    foretrain::BatchGrowth batch = foretrain::BatchGrowth::fixed;
    bool best = false;               ///< laid out anew at each size
    bool same_recomputation = false; ///< then, too

    [[nodiscard]] std::optional<foretrain::SizedJob> on(std::int64_t accelerators) const noexcept;
};
[[nodiscard]] Growth read_growth(Reader& read, const Configuration& job, foretrain::BatchGrowth batch);
/// What was assumed, but of what is laid out anew.
[[nodiscard]] std::vector<foretrain::Assumption> assumed_of(const Reader& read, bool best_layout);

/// At most `count` of the points, those near the answer first, in their order.
void thin_out(std::vector<foretrain::SolvedPoint>& points, double answer, std::size_t count);

} // namespace planner
