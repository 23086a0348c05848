// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Lines shorter than a megabyte in one thread: a table of measurements is read once.
#define CSV_IO_NO_THREAD
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-truncation" // it cuts file names in messages, and terminates them
#endif
#include <libfccp/csv.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

// Tables of published training steps: one measured configuration a row, as text, exactly as the file has it.

namespace foretrain::inline v0 {

/// One row of a table with the columns of `published.csv`; a column the file does not have stays empty.
struct PublishedStep {
    std::string id, family, hardware, gpus, gpus_per_node, interconnect, model_name, layers, hidden, feed_forward,
        gated, heads, kv_heads, head_dimension, vocabulary, sequence, experts, precision, global_batch, micro_batch,
        tensor, pipeline, virtual_stages, context, expert, data, sharding, sequence_parallel, recompute,
        flash_attention, step_time, tokens_per_second, derived_step_time, peak_memory, notes, row_type, quality,
        source_family, memory_fields, complete, source, experts_active, expert_width, model_tflops, utilization,
        flop_convention, attention_flops, total_tokens, total_hours, losses, effective_share, batch_ramp;
};

namespace detail {

/// The whole text as a number; nothing if it is not one.
[[nodiscard]] inline std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= -1e300 && value <= 1e300))
        return std::nullopt;
    return value;
}

/// The whole text as an integer from 0 to 10^9 (a product of two is still one); nothing if it is not one.
[[nodiscard]] inline std::optional<std::int64_t> integer_of(std::string_view text) {
    const std::optional<double> value = number_of(text);
    if (!value || !(*value >= 0 && *value <= 1e9) || *value != static_cast<double>(static_cast<std::int64_t>(*value)))
        return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

/// The shortest decimal that reads back as the same number.
[[nodiscard]] inline std::string decimal(double number) {
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
    return {text.data(), end};
}

/// Commas separate, double quotes protect them, a carriage return before the line break and empty lines do not matter.
template <unsigned Columns>
using StepReader = io::CSVReader<Columns, io::trim_chars<' ', '\t', '\r'>, io::double_quote_escape<',', '"'>,
                                 io::throw_on_overflow, io::empty_line_comment>;

} // namespace detail

/// Reads such a table. Throws `io::error::base` with file and line where the file is not a table of this kind.
[[nodiscard]] inline std::vector<PublishedStep> read_published_steps(const std::string& path) {
    detail::StepReader<52> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "id", "family", "hardware", "gpus",
                     "gpus_per_node", "interconnect_inter", "model_name", "layers", "hidden", "ffn_hidden", "gated_mlp",
                     "heads", "kv_heads", "head_dim", "vocab", "seq_len", "experts_total", "precision",
                     "global_batch_seqs", "micro_batch_seqs", "tp", "pp", "virtual_pp", "cp", "ep", "dp", "sharding",
                     "sequence_parallel", "recompute", "flash_attention", "step_time_s", "tokens_per_s_per_gpu",
                     "derived_step_time_s", "peak_mem_gb_per_gpu", "notes", "row_type", "quality", "source_family",
                     "memory_fields", "complete_config", "source", "experts_active", "expert_ffn_hidden",
                     "model_tflops_per_gpu", "mfu_pct", "flop_convention", "attn_flops", "total_tokens",
                     "total_gpu_hours", "losses", "effective_share", "batch_ramp");
    std::vector<PublishedStep> rows;
    PublishedStep r;
    while (file.read_row(r.id, r.family, r.hardware, r.gpus, r.gpus_per_node, r.interconnect, r.model_name, r.layers,
                         r.hidden, r.feed_forward, r.gated, r.heads, r.kv_heads, r.head_dimension, r.vocabulary,
                         r.sequence, r.experts, r.precision, r.global_batch, r.micro_batch, r.tensor, r.pipeline,
                         r.virtual_stages, r.context, r.expert, r.data, r.sharding, r.sequence_parallel, r.recompute,
                         r.flash_attention, r.step_time, r.tokens_per_second, r.derived_step_time, r.peak_memory,
                         r.notes, r.row_type, r.quality, r.source_family, r.memory_fields, r.complete, r.source,
                         r.experts_active, r.expert_width, r.model_tflops, r.utilization, r.flop_convention,
                         r.attention_flops, r.total_tokens, r.total_hours, r.losses, r.effective_share, r.batch_ramp))
        rows.push_back(r);
    return rows;
}

/// Reads a table of vTrain's measurements (VIA-Research/vTrain), on A100, into the same rows: iteration times of
/// Megatron-DeepSpeed in FP16 with full recomputation and plain data parallelism.
[[nodiscard]] inline std::vector<PublishedStep> read_vtrain_steps(const std::string& path) {
    detail::StepReader<11> file(path);
    file.read_header(io::ignore_extra_column, "# GPUs", "global batch", "micro batch", "hidden size", "attention heads",
                     "# layers", "sequence length", "tensor parallelism", "data parallelism", "pipeline parallelism",
                     "iteration time (ms)");
    std::vector<PublishedStep> rows;
    PublishedStep r;
    r.source_family = r.family = "VIA-Research/vTrain";
    r.hardware = "A100-SXM-80GB";
    r.gpus_per_node = "8";
    r.interconnect = "4x200 Gb/s HDR";
    r.gated = "0";
    r.vocabulary = "51200";
    r.precision = "fp16";
    r.virtual_stages = r.context = "1";
    r.sharding = "none";
    r.sequence_parallel = r.flash_attention = "0";
    r.recompute = "full";
    r.row_type = "pretrain";
    r.quality = "B";
    r.complete = "1";
    r.model_name = "GPT";
    std::string milliseconds;
    while (file.read_row(r.gpus, r.global_batch, r.micro_batch, r.hidden, r.heads, r.layers, r.sequence, r.tensor,
                         r.data, r.pipeline, milliseconds)) {
        r.id = "vtrain-" + std::to_string(rows.size() + 1);
        r.kv_heads = r.heads;
        // What is no number stays as it is, for the importer to refuse.
        const std::optional<std::int64_t> hidden = detail::integer_of(r.hidden), heads = detail::integer_of(r.heads);
        r.feed_forward = hidden ? std::to_string(4 * *hidden) : r.hidden;
        r.head_dimension = hidden && heads && *heads > 0 ? std::to_string(*hidden / *heads) : r.heads;
        const std::optional<double> time = detail::number_of(milliseconds);
        r.step_time = time ? detail::decimal(*time / 1000.0) : milliseconds;
        rows.push_back(r);
    }
    return rows;
}

} // namespace foretrain::inline v0
