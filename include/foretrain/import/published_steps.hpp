// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Lines shorter than a megabyte in one thread: a table of measurements is read once.
#define CSV_IO_NO_THREAD
#include <libfccp/csv.h>

// Tables of published training steps: one measured configuration a row, as text, exactly as the file has it.

namespace foretrain::inline v0 {

/// One row of a table with the columns of `published.csv`; a column the file does not have stays empty.
struct PublishedStep {
    std::string id, family, hardware, gpus, gpus_per_node, interconnect, model_name, layers, hidden, feed_forward, gated, heads,
        kv_heads, head_dimension, vocabulary, sequence, experts, precision, global_batch, micro_batch, tensor, pipeline,
        virtual_stages, context, expert, data, sharding, sequence_parallel, recompute, flash_attention, step_time,
        tokens_per_second, derived_step_time, peak_memory, notes, row_type, quality, source_family, memory_fields, complete;
};

/// Reads such a table. Throws `io::error::base` with file and line where the file is not a table of this kind.
[[nodiscard]] inline std::vector<PublishedStep> read_published_steps(const std::string& path) {
    io::CSVReader<40, io::trim_chars<' ', '\t', '\r'>, io::double_quote_escape<',', '"'>, io::throw_on_overflow> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "id", "family", "hardware", "gpus", "gpus_per_node",
                     "interconnect_inter", "model_name", "layers", "hidden", "ffn_hidden", "gated_mlp", "heads", "kv_heads",
                     "head_dim", "vocab", "seq_len", "experts_total", "precision", "global_batch_seqs", "micro_batch_seqs", "tp",
                     "pp", "virtual_pp", "cp", "ep", "dp", "sharding", "sequence_parallel", "recompute", "flash_attention",
                     "step_time_s", "tokens_per_s_per_gpu", "derived_step_time_s", "peak_mem_gb_per_gpu", "notes", "row_type",
                     "quality", "source_family", "memory_fields", "complete_config");
    std::vector<PublishedStep> rows;
    PublishedStep r;
    while (file.read_row(r.id, r.family, r.hardware, r.gpus, r.gpus_per_node, r.interconnect, r.model_name, r.layers, r.hidden,
                         r.feed_forward, r.gated, r.heads, r.kv_heads, r.head_dimension, r.vocabulary, r.sequence, r.experts,
                         r.precision, r.global_batch, r.micro_batch, r.tensor, r.pipeline, r.virtual_stages, r.context, r.expert,
                         r.data, r.sharding, r.sequence_parallel, r.recompute, r.flash_attention, r.step_time,
                         r.tokens_per_second, r.derived_step_time, r.peak_memory, r.notes, r.row_type, r.quality, r.source_family,
                         r.memory_fields, r.complete))
        rows.push_back(r);
    return rows;
}

/// Reads a table of vTrain's measurements (VIA-Research/vTrain), on A100, into the same rows: iteration times of
/// Megatron-DeepSpeed in FP16 with full recomputation and plain data parallelism.
[[nodiscard]] inline std::vector<PublishedStep> read_vtrain_steps(const std::string& path) {
    io::CSVReader<11, io::trim_chars<' ', '\t', '\r'>, io::double_quote_escape<',', '"'>> file(path);
    file.read_header(io::ignore_extra_column, "# GPUs", "global batch", "micro batch", "hidden size", "attention heads",
                     "# layers", "sequence length", "tensor parallelism", "data parallelism", "pipeline parallelism",
                     "iteration time (ms)");
    std::vector<PublishedStep> rows;
    PublishedStep r;
    r.source_family = r.family = "VIA-Research/vTrain";
    r.hardware = "A100-SXM-80GB";
    r.gpus_per_node = "8";
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
    double milliseconds = 0;
    while (file.read_row(r.gpus, r.global_batch, r.micro_batch, r.hidden, r.heads, r.layers, r.sequence, r.tensor, r.data,
                         r.pipeline, milliseconds)) {
        r.id = "vtrain-" + std::to_string(rows.size() + 1);
        r.kv_heads = r.heads;
        const long hidden = std::stol(r.hidden);
        r.feed_forward = std::to_string(4 * hidden);
        r.head_dimension = std::to_string(hidden / std::stol(r.heads));
        r.step_time = std::to_string(milliseconds / 1000.0);
        rows.push_back(r);
    }
    return rows;
}

} // namespace foretrain::inline v0
