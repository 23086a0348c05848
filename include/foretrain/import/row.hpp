// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../hardware/cluster.hpp"
#include "../parallel/plan.hpp"
#include "../workload/transformer.hpp"
#include "published_steps.hpp"

// A configuration read from a row of a table, and the reader of its fields: what is assumed is written down, what makes
// no sense refuses the row.

namespace foretrain::inline v0 {

/// A configuration read from a row, or the reason why there is none.
struct ImportedStep {
    std::string id;
    std::string source;        ///< source family
    std::string accelerator;   ///< as the table names it
    std::string configuration; ///< equal for rows that describe the same configuration
    Transformer model{};
    Cluster cluster{};
    ParallelPlan plan{};
    std::optional<Seconds> measured;      ///< step time, given or derived
    std::optional<Bytes> measured_memory; ///< peak of one accelerator
    bool complete = false;                ///< the source leaves no needed field unpublished
    std::string quality;
    std::string refusal;                  ///< empty: the configuration is usable
    std::vector<std::string> assumptions; ///< fields the row leaves open and what was taken
};

namespace detail {

/// Above the largest degree that `check` admits, and small enough that three of them multiply.
inline constexpr std::int64_t most_degree = 100000;

/// Reads fields of one row, notes what was assumed and why a row is refused; the first refusal stands.
class RowReader {
public:
    explicit RowReader(ImportedStep& step) : step_{step} {}

    void refuse(std::string reason) {
        if (step_.refusal.empty()) step_.refusal = std::move(reason);
    }
    void assume(std::string text) { step_.assumptions.push_back(std::move(text)); }

    /// A field without which nothing can be predicted.
    [[nodiscard]] std::int64_t required(std::string_view field, std::string_view text) {
        const std::optional<std::int64_t> value = integer_of(text);
        if (value && *value > 0) return *value;
        refuse(text.empty() ? std::string{field} + " not published"
                            : std::string{field} + " is not a whole number above 0: " + std::string{text});
        return 1;
    }
    /// A field with a sensible assumption.
    [[nodiscard]] std::int64_t otherwise(std::string_view field, std::string_view text, std::int64_t assumed,
                                         bool neutral = false) {
        if (!text.empty()) {
            const std::optional<std::int64_t> value = integer_of(text);
            if (value && *value > 0) return *value;
            refuse(std::string{field} + " is not a whole number above 0: " + std::string{text});
            return 1;
        }
        if (!neutral) assume(std::string{field} + " = " + std::to_string(assumed));
        return assumed;
    }

private:
    ImportedStep& step_;
};

} // namespace detail

} // namespace foretrain::inline v0
