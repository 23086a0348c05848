// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../import/configuration.hpp"
#include "../memory/footprint.hpp"
#include "../parallel/check.hpp"
#include "prediction.hpp"

// Predicted memory beside tables of runs: their peak where a table has it, and whether they fit at all.
//
// A table has the columns of `published.csv`. A row ran if its notes or its column `outcome` say so, or if it has a
// time, a rate or a peak; it ran out of memory if they say OUTCOME=OOM. What a peak means is up to its source:
//
//   allocated  largest allocation of the framework (torch.cuda.max_memory_allocated)
//   reserved   what its allocator held at most, with what it could not use
//   device     what the driver says is in use (nvidia-smi): with context and communicators; taken where nothing is said

namespace foretrain::inline v0 {

/// Columns without which a table is not one of runs that did or did not fit. `published.csv` has them too: a table is
/// of this kind if `tells_outcomes` says so.
inline constexpr std::array memory_columns = {"id", "hardware", "gpus", "layers", "hidden", "seq_len", "notes"};

/// What a published peak is a peak of.
enum class MemoryReading : unsigned char { allocated, reserved, device };

/// A run that did or did not fit, and whether the library says it does. `row.predicted` is the fullest stage, bytes.
struct FitsRow {
    PredictedRow row;
    double capacity = 0; ///< bytes of the accelerator
    bool ran_out = false;

    [[nodiscard]] std::optional<bool> predicted_fits() const {
        if (!row.predicted) return std::nullopt;
        return *row.predicted <= capacity;
    }
};

/// A table of runs: outcomes of all rows that have one, peaks (bytes) of those that have one.
struct MemoryTable {
    std::vector<FitsRow> outcomes;
    std::vector<PredictedRow> peaks;
};

/// How often the library is right about what fits.
struct FitsScore {
    int ran = 0;        ///< predicted rows that ran
    int ran_out = 0;    ///< predicted rows that did not
    int false_fits = 0; ///< predicted to fit, but ran out
    int false_outs = 0; ///< predicted to run out, but ran
    int refused = 0;    ///< not predicted; in no other count

    /// Share of rows whose outcome is predicted right, 0 to 1; 0 without rows.
    [[nodiscard]] double fits_accuracy() const {
        const int rows = ran + ran_out;
        return rows == 0 ? 0.0 : 1.0 - static_cast<double>(false_fits + false_outs) / rows;
    }
    /// Share of the rows that ran out which were predicted to fit; 0 without such rows.
    [[nodiscard]] double false_fit_rate() const {
        return ran_out == 0 ? 0.0 : static_cast<double>(false_fits) / ran_out;
    }
};

/// Errors of predicted peaks, relative to the measured ones.
struct PeakScore {
    int rows = 0;
    double mean_absolute = 0;
    double bias = 0;
    double largest = 0;
};

namespace detail {

/// Whether text has `part`, in any case.
[[nodiscard]] inline bool mentions(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
        std::size_t length = 0;
        while (length < part.size() && same(text[at + length], part[length])) ++length;
        if (length == part.size()) return true;
    }
    return false;
}

/// True: ran out; false: ran; nothing: the row says neither.
[[nodiscard]] inline std::optional<bool> ran_out(const PublishedStep& row, std::string_view outcome) {
    if (mentions(row.notes, "OUTCOME=OOM") || mentions(outcome, "oom") || mentions(outcome, "out of memory"))
        return true;
    if (mentions(row.notes, "OUTCOME=") || !outcome.empty() || !row.step_time.empty() ||
        !row.tokens_per_second.empty() || !row.peak_memory.empty())
        return false;
    return std::nullopt;
}

[[nodiscard]] inline MemoryReading reading_of(const PublishedStep& row) {
    if (mentions(row.notes, "nvidia-smi")) return MemoryReading::device;
    if (mentions(row.notes, "allocated") || mentions(row.notes, "max_memory_usage")) return MemoryReading::allocated;
    if (mentions(row.notes, "reserved") || mentions(row.family, "torchtitan")) return MemoryReading::reserved;
    return MemoryReading::device;
}

/// What the software and the accelerator say of a plan's memory where the row does not: the format of gradients and
/// transposed copies in 8 bits. NVIDIA's own benchmarks (NeMo, Megatron-Bridge, MLPerf) add gradients up in BF16 and,
/// in 8 bits, keep no other weights. XLA's "selective" policies keep outputs of a few projections of a layer at most.
inline void apply_software_memory(const PublishedStep& row, const Cluster& cluster, ParallelPlan& plan,
                                  std::vector<std::string>& assumptions) {
    Precision& p = plan.precision;
    if (p.weights == NumberFormat::bf16 && p.master_weights) {
        bool benchmark = false;
        for (const std::string_view name : {"training_results", "dgxc", "Megatron-Bridge", "NeMo"})
            benchmark = benchmark || mentions(row.family, name) || mentions(row.source_family, name);
        if (benchmark) {
            p.gradients = NumberFormat::bf16;
            assumptions.emplace_back("gradients in bf16");
            if (p.casts_kept && p.compute == NumberFormat::fp8) {
                p.weights = p.compute;
                assumptions.emplace_back("weights in fp8");
            }
        } else if (plan.sharding != Sharding::parameters) {
            p.gradients = plan.stack.memory.gradients;
        }
    }
    if (mentions(cluster.accelerator.name, "b200") || mentions(cluster.accelerator.name, "b300"))
        plan.stack.memory.transposed_casts = false;
    if (plan.recomputation == Recomputation::selective && mentions(row.notes, "rest recomputed")) {
        plan.recomputation = Recomputation::full;
        assumptions.emplace_back("recompute = full for a policy that keeps few outputs");
    }
}

} // namespace detail

/// Whether rows of a table tell of runs that ran out of memory, which no table of step times does.
[[nodiscard]] inline bool tells_outcomes(const std::vector<PublishedStep>& rows) {
    for (const PublishedStep& row : rows)
        if (detail::mentions(row.notes, "OUTCOME=")) return true;
    return false;
}

/// Outcomes and peaks of the rows of a table beside predictions. `outcomes`: the column of that name, if any, row by
/// row.
[[nodiscard]] inline MemoryTable predict_memory(const std::vector<PublishedStep>& table,
                                                const std::vector<std::string>& outcomes = {}) {
    MemoryTable result;
    for (std::size_t i = 0; i < table.size(); ++i) {
        PublishedStep published = table[i];
        const std::optional<bool> out =
            detail::ran_out(published, i < outcomes.size() ? std::string_view{outcomes[i]} : std::string_view{});
        // Memory does not depend on time, but the importer refuses a step without any.
        if (published.step_time.empty() && published.tokens_per_second.empty() && published.derived_step_time.empty())
            published.step_time = "1";
        ImportedStep step = import_step(published);

        PredictedRow row;
        row.id = step.id;
        row.source = step.source;
        row.accelerator = step.accelerator;
        row.model = published.model_name;
        row.quality = step.quality;
        row.complete = step.complete;
        row.refusal = row.reason = step.refusal;
        BasicPeakFootprint<double> peak{};
        Footprint first{};
        if (row.refusal.empty()) {
            const Violations violations = check(step.model, step.cluster, step.plan);
            if (!violations.empty()) {
                row.reason = violations[0].rule;
                row.refusal = std::string{violations[0].field} + ": " + std::string{violations[0].rule};
            } else {
                detail::apply_software_memory(published, step.cluster, step.plan, step.assumptions);
                peak = peak_footprint(step.model, step.plan);
                first = footprint(step.model, step.plan, 0);
            }
        }
        row.assumptions = std::move(step.assumptions);

        if (!published.peak_memory.empty()) {
            PredictedRow reading = row;
            const std::optional<double> gibibytes = detail::number_of(published.peak_memory);
            if (!gibibytes || !(*gibibytes > 0)) {
                reading.reason = "peak_mem_gb_per_gpu is not a number above 0";
                reading.refusal = reading.reason + ": " + published.peak_memory;
            } else {
                reading.measured = *gibibytes * 1073741824.0;
            }
            if (reading.refusal.empty()) {
                const Footprint& f = detail::mentions(published.notes, "rank 0") ? first : peak.footprint;
                switch (detail::reading_of(published)) {
                case MemoryReading::allocated: reading.predicted = raw(f.allocated()); break;
                case MemoryReading::reserved: reading.predicted = raw(reserved(f)); break;
                case MemoryReading::device: reading.predicted = raw(device_reading(f, step.cluster.accelerator)); break;
                }
            }
            result.peaks.push_back(std::move(reading));
        }
        if (out) {
            FitsRow fits{
                .row = std::move(row), .capacity = raw(step.cluster.accelerator.memory.capacity), .ran_out = *out};
            if (fits.row.refusal.empty()) fits.row.predicted = raw(peak.footprint.total());
            result.outcomes.push_back(std::move(fits));
        }
    }
    return result;
}

/// Reads such a table. Throws `UnreadableTable`.
[[nodiscard]] inline MemoryTable predict_memory_table(const std::string& path) try {
    detail::StepReader<2> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "id", "outcome");
    std::vector<std::string> outcomes;
    std::string id, outcome;
    while (file.read_row(id, outcome)) {
        outcomes.push_back(outcome);
        id = outcome = {};
    }
    return predict_memory(read_published_steps(path), outcomes);
} catch (const io::error::base& error) {
    throw UnreadableTable(path + ": " + error.what());
}

[[nodiscard]] inline FitsScore score(const std::vector<FitsRow>& rows) {
    FitsScore score;
    for (const FitsRow& row : rows) {
        const std::optional<bool> fits = row.predicted_fits();
        if (!fits) {
            ++score.refused;
            continue;
        }
        ++(row.ran_out ? score.ran_out : score.ran);
        if (*fits && row.ran_out) ++score.false_fits;
        if (!*fits && !row.ran_out) ++score.false_outs;
    }
    return score;
}

[[nodiscard]] inline PeakScore score(const std::vector<PredictedRow>& peaks) {
    PeakScore score;
    for (const PredictedRow& row : peaks) {
        const std::optional<double> error = row.error();
        if (!error) continue;
        const double absolute = *error < 0 ? -*error : *error;
        ++score.rows;
        score.mean_absolute += absolute;
        score.bias += *error;
        if (score.largest < absolute) score.largest = absolute;
    }
    if (score.rows > 0) {
        score.mean_absolute /= score.rows;
        score.bias /= score.rows;
    }
    return score;
}

} // namespace foretrain::inline v0
