// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// One row of a table of measurements beside what the library predicts for it.

namespace foretrain::inline v0 {

/// A file that cannot be read as a table of measurements; `what()` says why and what was expected.
class UnreadableTable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A measured row and its prediction, both in the table's unit (seconds, or bytes for memory).
struct PredictedRow {
    std::string id, source, accelerator, model, quality;
    std::string benchmark{}, round{}; ///< of a benchmark's results; empty: it is none
    std::string configuration;        ///< equal for rows that measure the same thing again; empty: unlike any other
    bool complete = false;            ///< the source left no needed field open
    std::optional<double> measured;
    std::optional<double> predicted; ///< nothing: refused
    std::optional<double> low, high; ///< P10 and P90, where the prediction has a band
    std::string reason;              ///< of a refusal, without the row's own numbers, so that it can be counted
    std::string refusal;             ///< in full
    std::vector<std::string> assumptions;

    /// (predicted - measured) / measured.
    [[nodiscard]] std::optional<double> error() const {
        if (!predicted || !measured) return std::nullopt;
        return (*predicted - *measured) / *measured;
    }
    /// Whether the measurement lies in the 80% band.
    [[nodiscard]] std::optional<bool> covered() const {
        if (!low || !high || !measured) return std::nullopt;
        return *low <= *measured && *measured <= *high;
    }
};

} // namespace foretrain::inline v0
