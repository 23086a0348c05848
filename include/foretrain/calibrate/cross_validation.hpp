// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "error.hpp"
#include "robust.hpp"

// How well a fit predicts what it has not seen: refit without a group of measurements, then predict that group.
//
// Measurements of one source, or of one accelerator, err alike; leaving out single rows would flatter the fit.

namespace foretrain::inline v0 {

/// One group left out: its error under the fit to everything, and under the fit to all but itself.
struct HeldOutGroup {
    std::string name;
    std::size_t rows = 0;
    double in_sample = 0; ///< mean error
    double held_out = 0;
};

/// Errors over all rows that were held out once. Both are of the same rows, so their ratio is one of like and like.
struct CrossValidation {
    std::vector<HeldOutGroup> groups;
    std::size_t rows = 0;
    double in_sample = 0; ///< mean error under the fit to all rows
    double held_out = 0;  ///< mean error of each row under the fit without its group
    double in_sample_median = 0;
    double held_out_median = 0;

    /// Held-out over in-sample error: near 1 for a model with few constants, large for one that memorises.
    [[nodiscard]] double ratio() const { return in_sample > 0 ? held_out / in_sample : 1.0; }
};

/// Leaves out each of the groups in turn, in order of first appearance. `group` has a name a row; `fit(rows)` returns
/// any model for the given row numbers; `error(model, row)` is not negative. A group whose complement cannot be fitted
/// (`CalibrationError`) is left out of the answer. Throws `CalibrationError` if there are fewer than two groups.
template <class FitRows, class Error>
[[nodiscard]] CrossValidation leave_one_group_out(const std::vector<std::string>& group, const FitRows& fit,
                                                  const Error& error) {
    std::vector<std::string> names;
    for (const std::string& name : group)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (names.size() < 2) throw CalibrationError("holding out a group needs at least two of them");
    std::vector<std::size_t> all(group.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto whole = fit(all);
    CrossValidation result;
    std::vector<double> seen, unseen;
    for (const std::string& name : names) {
        std::vector<std::size_t> kept, left;
        for (std::size_t i = 0; i < group.size(); ++i) (group[i] == name ? left : kept).push_back(i);
        HeldOutGroup entry;
        entry.name = name;
        entry.rows = left.size();
        try {
            const auto model = fit(kept);
            for (const std::size_t row : left) {
                seen.push_back(error(whole, row));
                unseen.push_back(error(model, row));
                entry.in_sample += seen.back() / static_cast<double>(left.size());
                entry.held_out += unseen.back() / static_cast<double>(left.size());
            }
        } catch (const CalibrationError&) {
            continue; // e.g. too few measurements remain
        }
        result.groups.push_back(entry);
    }
    result.rows = seen.size();
    for (std::size_t i = 0; i < seen.size(); ++i) {
        result.in_sample += seen[i] / static_cast<double>(seen.size());
        result.held_out += unseen[i] / static_cast<double>(seen.size());
    }
    result.in_sample_median = median(seen);
    result.held_out_median = median(unseen);
    return result;
}

/// The same with rows dealt to `folds` groups in turn: row i belongs to group i modulo `folds`. For rows that do not
/// err alike.
template <class FitRows, class Error>
[[nodiscard]] CrossValidation k_fold(std::size_t rows, std::size_t folds, const FitRows& fit, const Error& error) {
    if (folds < 2 || folds > rows) throw CalibrationError("folds must be from 2 to the number of rows");
    std::vector<std::string> group;
    for (std::size_t i = 0; i < rows; ++i) group.push_back(std::to_string(i % folds));
    return leave_one_group_out(group, fit, error);
}

} // namespace foretrain::inline v0
