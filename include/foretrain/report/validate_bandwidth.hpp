// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/accelerators.hpp"
#include "../import/published_steps.hpp"
#include "../roofline/kernel.hpp"
#include "prediction.hpp"

// Measured copies within the memory of one accelerator beside the time the library gives a stream of as many bytes:
//
//   time = fixed time of a kernel + bytes / (bandwidth x memory efficiency)
//
// There is no gap to another kernel: a copy is timed on the device. A table gives the bandwidth, bytes read and written
// over the time; compared are times. Bytes are those of the array that is copied, so a copy moves twice as many. Copies
// that fit the cache are predicted as if they did not.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of memory bandwidths.
inline constexpr std::array bandwidth_columns = {"hardware", "bytes", "bandwidth_GBps"};

namespace detail {

/// What a word that tables use for an accelerator means, given the words beside it.
struct AcceleratorAlias {
    std::string_view word, also; ///< both must occur; empty: nothing more
    std::string_view name;       ///< in the catalogue
};
/// For names that leave open what the catalogue distinguishes. First match first.
inline constexpr std::array kernel_table_accelerators = {
    AcceleratorAlias{"h100", "pcie", "h100-pcie"},
    AcceleratorAlias{"h100", "nvl", "h100-nvl"},
    AcceleratorAlias{"h100", "", "h100-sxm"},
    AcceleratorAlias{"a100", "pcie", "a100-pcie-80gb"},
    AcceleratorAlias{"a100", "40gb", "a100-sxm-40gb"},
    AcceleratorAlias{"a100", "", "a100-sxm-80gb"},
    AcceleratorAlias{"a800", "", "a800-sxm-80gb"},
    AcceleratorAlias{"b200", "", "b200-sxm"},
    AcceleratorAlias{"b300", "", "b300-sxm"},
    AcceleratorAlias{"h200", "", "h200-sxm"},
    AcceleratorAlias{"gh200", "", "gh200-96gb"},
    AcceleratorAlias{"h800", "", "h800-sxm"},
    AcceleratorAlias{"v100", "16gb", "v100-16gb"},
    AcceleratorAlias{"v100", "", "v100-32gb"},
    AcceleratorAlias{"pro", "6000", "rtx-pro-6000-blackwell"},
    AcceleratorAlias{"v7", "tpu", "tpu-v7x"},
    AcceleratorAlias{"ironwood", "", "tpu-v7x"},
    AcceleratorAlias{"v6", "tpu", "tpu-v6e"},
    AcceleratorAlias{"trillium", "", "tpu-v6e"},
};

/// Lower case, with '-' for spaces and underscores.
[[nodiscard]] inline std::string joined_lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == ' ' || c == '_') c = '-';
    }
    return result;
}

/// The words of a name in lower case, from '-' to '-'; a count before the name ("8xA100") is dropped.
[[nodiscard]] inline std::vector<std::string> name_words(std::string_view name) {
    std::string text = joined_lower(name);
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits != std::string::npos && digits > 0 && text[digits] == 'x') text.erase(0, digits + 1);
    if (text.substr(0, 4) == "tpuv") text.insert(3, "-");
    if (text.find("gaudi-") != std::string::npos) text.erase(text.find("gaudi-") + 5, 1);
    std::vector<std::string> words(1);
    for (const char c : text) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) words.back() += c;
        else if (!words.back().empty()) words.emplace_back();
    }
    return words;
}

/// Whether a word occurs among others, a generation after it aside: "sxm" is in "H100-SXM5".
[[nodiscard]] inline bool has_word(const std::vector<std::string>& words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& w) {
        return w == word || (word == "sxm" && w.size() == 4 && w.substr(0, 3) == word);
    });
}

/// The accelerator a table of kernel timings names: the longest name of the catalogue whose words all occur, else an
/// alias. Null if there is none.
[[nodiscard]] inline const Accelerator* kernel_table_accelerator(std::string_view name) {
    const std::vector<std::string> words = name_words(name);
    const Accelerator* found = nullptr;
    for (const Accelerator& accelerator : catalog::all_accelerators) {
        const std::vector<std::string> wanted = name_words(accelerator.name);
        const bool all =
            std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) { return has_word(words, word); });
        if (all && (found == nullptr || accelerator.name.size() > found->name.size())) found = &accelerator;
    }
    if (found != nullptr) return found;
    for (const AcceleratorAlias& alias : kernel_table_accelerators)
        if (has_word(words, alias.word) && (alias.also.empty() || has_word(words, alias.also)))
            return catalog::find_accelerator(alias.name);
    return found;
}

/// Notes in `row` that it cannot be predicted, and why; `detail` only in the full text.
inline void refuse(PredictedRow& row, std::string reason, std::string_view detail = {}) {
    row.predicted.reset();
    row.refusal = reason;
    if (!detail.empty()) row.refusal += " (" + std::string{detail} + ")";
    row.reason = std::move(reason);
}

} // namespace detail

/// Reads such a table; predictions are times of one copy, s. Throws `UnreadableTable`.
[[nodiscard]] inline std::vector<PredictedRow> predict_bandwidth_table(const std::string& path) try {
    detail::StepReader<6> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "hardware", "bytes", "bandwidth_GBps", "note",
                     "source", "confidence");
    std::vector<PredictedRow> rows;
    std::string hardware, size, rate, note, source, confidence;
    while (file.read_row(hardware, size, rate, note, source, confidence)) {
        PredictedRow row;
        row.id = std::to_string(rows.size() + 1);
        row.source = source;
        row.accelerator = hardware;
        row.quality = confidence;
        row.model = "copy of " + size + " B";
        row.configuration = hardware + "/" + size;
        const Accelerator* found = detail::kernel_table_accelerator(hardware);
        const std::optional<double> bytes = detail::number_of(size);
        const std::optional<double> bandwidth = detail::number_of(rate);
        if (!bytes || !(*bytes > 0)) {
            detail::refuse(row, "bytes is not a number above 0", size);
        } else if (!bandwidth || !(*bandwidth > 0)) {
            detail::refuse(row, "bandwidth_GBps is not a number above 0", rate);
        } else {
            const double moved = 2.0 * *bytes;
            row.measured = moved / (*bandwidth * 1e9);
            if (found == nullptr) {
                detail::refuse(row, "accelerator '" + hardware + "' is not in the catalogue");
            } else {
                Accelerator accelerator = *found;
                accelerator.launch_overhead = Seconds{};
                const RooflineKernels kernels{accelerator, NumberFormat::bf16, Load::burst};
                row.predicted = raw(
                    kernels.time(stream(OperationKind::elementwise, Pass::forward, make<Bytes>(moved), Flops{})).time);
                row.complete = true;
            }
        }
        rows.push_back(row);
        hardware = size = rate = note = source = confidence = {};
    }
    return rows;
} catch (const io::error::base& error) {
    throw UnreadableTable(path + ": " + error.what());
}

} // namespace foretrain::inline v0
