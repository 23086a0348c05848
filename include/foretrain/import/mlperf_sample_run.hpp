// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "../catalog/benchmarks_other.hpp"
#include "../catalog/stacks.hpp"
#include "configuration.hpp"
#include "mlperf.hpp"

// From an MLPerf result of a benchmark without a transformer to the step of a model known by its totals, on the usual
// system of its accelerators, data parallel, in 16 bits.

namespace foretrain::inline v0 {

/// A result of such a benchmark, with its step, or why there is none.
struct SampleRun {
    const catalog::SampleBenchmark* benchmark = nullptr;
    std::optional<SampleStep> step;
    Samples batch{};
    std::optional<Samples> samples;
    std::string refusal;
};

namespace detail {

/// Why a benchmark that results name has no model here.
[[nodiscard]] inline std::string without_model(const MlperfResult& row) {
    if (row.benchmark == "minigo") return "minigo: self-play on the host, not training, takes its time";
    if (row.benchmark == "transformer")
        return "transformer: its batch is of tokens in some results, of sentences in others";
    if (row.benchmark == "ncf") return "ncf: three results of one round, none to fit on";
    return "no model of the benchmark " + row.benchmark;
}

/// 16 bits: BF16 where the accelerator has no FP16, as TPUs.
[[nodiscard]] inline NumberFormat half_of(const Accelerator& accelerator) {
    return raw(accelerator.matrix.of(NumberFormat::fp16)) > 0 ? NumberFormat::fp16 : NumberFormat::bf16;
}

} // namespace detail

/// The step of a result; `work` in place of the catalogue's, for fits.
[[nodiscard]] inline SampleRun import_sample_run(const MlperfResult& row, const SampleWork* work = nullptr) {
    SampleRun run;
    run.benchmark = catalog::find_sample_benchmark(row.benchmark, detail::round_of(row));
    if (run.benchmark == nullptr) {
        run.refusal = detail::without_model(row);
        return run;
    }
    const std::optional<double> batch = detail::number_of(row.batch), samples = detail::number_of(row.samples);
    if (samples && *samples > 0) run.samples = make<Samples>(*samples);
    if (!batch || !(*batch >= 1)) {
        run.refusal = "global_batch_size not published";
        return run;
    }
    run.batch = make<Samples>(*batch);
    PublishedStep text;
    text.hardware = detail::hardware_of(row);
    text.gpus = row.accelerators;
    text.gpus_per_node = row.per_node;
    ImportedStep place;
    detail::RowReader read{place};
    detail::import_cluster(text, read, place.cluster);
    if (!place.refusal.empty()) {
        run.refusal = place.refusal;
        return run;
    }
    const Result<SampleStep> step =
        try_sample_step(work != nullptr ? *work : run.benchmark->work, place.cluster, *batch,
                        detail::half_of(place.cluster.accelerator), catalog::megatron_mlperf.data_overlap,
                        catalog::megatron_mlperf.library);
    if (step) run.step = *step;
    else run.refusal = std::string{step.violations()[0].field} + " [" + std::string{step.violations()[0].rule} + "]";
    return run;
}

} // namespace foretrain::inline v0
