// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../catalog/accelerators.hpp"
#include "../import/published_steps.hpp"
#include "../math/smooth.hpp"
#include "../roofline/attention.hpp"
#include "../roofline/kernel.hpp"
#include "prediction.hpp"
#include "validate_bandwidth.hpp"

// Measured attention kernels beside predictions. An implementation is a generation of kernels: its rate relative to the
// best one of the accelerator's family, and what the call measured does around the kernel (docs/attention.md). Unfused
// attention is two matrix products (backward: four) and passes over the scores in memory.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of attention kernels.
inline constexpr std::array attention_columns = {"implementation", "pass",    "mask",       "batch",
                                                 "seqlen_q",       "heads_q", "head_dim_qk"};

namespace detail {

/// How a generation of attention kernels differs from the best one of the family, and how calls of it are measured.
struct AttentionSoftware {
    std::string_view part;            ///< of the implementation's name in lower case, spaces and underscores as '-'
    double forward = 1, backward = 1; ///< rate of the matrix units
    double softmax = 1;               ///< work of the vector units
    double fixed = 9e-6;              ///< s around the forward kernel
    double fixed_backward = 9e-6;
    double query_traffic = 0;      ///< passes over the queries before the kernel, where a cache is written
    double cache_traffic = 0;      ///< passes over keys and values, likewise
    std::int64_t head_step = 0;    ///< coarser padding of the head dimension on Hopper; 0: none
    std::int64_t kept_keys = 0;    ///< keys a query sees under a sparse pattern; 0: all
    bool native_on_ampere = false; ///< written for Ampere: the rates are those on later families
    bool unfused = false;          ///< scores go through memory
    double mask_passes = 0;        ///< over the scores, where a mask is applied unfused
};
/// First match first; the last one matches everything.
inline constexpr std::array attention_software = {
    AttentionSoftware{.part = "no-flashattention", .unfused = true, .mask_passes = 1},
    AttentionSoftware{.part = "megatron", .unfused = true, .mask_passes = 1},
    AttentionSoftware{.part = "pytorch-attention", .unfused = true, .mask_passes = 5},
    AttentionSoftware{.part = "block-sparse",
                      .forward = 0.33,
                      .backward = 0.33,
                      .fixed = 24e-6,
                      .fixed_backward = 64e-6,
                      .kept_keys = 300},
    AttentionSoftware{.part = "fa4", .forward = 0.75, .softmax = 0.8},
    AttentionSoftware{.part = "attention-4", .forward = 0.75, .softmax = 0.8, .fixed = 24e-6, .fixed_backward = 64e-6},
    AttentionSoftware{.part = "vllm", .cache_traffic = 2.9},
    AttentionSoftware{.part = "sglang", .cache_traffic = 2.9},
    AttentionSoftware{.part = "flashinfer", .cache_traffic = 2.9},
    AttentionSoftware{
        .part = "trtllm", .forward = 0.83, .fixed = 12e-6, .query_traffic = 3.0, .cache_traffic = 0.9, .head_step = 64},
    AttentionSoftware{.part = "cudnn", .forward = 1.1, .fixed = 24e-6, .fixed_backward = 64e-6},
    AttentionSoftware{.part = "fa3", .fixed = 24e-6, .fixed_backward = 64e-6},
    AttentionSoftware{.part = "attention-3", .fixed = 24e-6, .fixed_backward = 64e-6},
    AttentionSoftware{.part = "fa2",
                      .forward = 0.56,
                      .backward = 0.56,
                      .fixed = 24e-6,
                      .fixed_backward = 64e-6,
                      .native_on_ampere = true},
    AttentionSoftware{.part = "attention-2",
                      .forward = 0.56,
                      .backward = 0.56,
                      .fixed = 24e-6,
                      .fixed_backward = 64e-6,
                      .native_on_ampere = true},
    AttentionSoftware{
        .part = "flashattention", .forward = 0.33, .backward = 0.33, .fixed = 24e-6, .fixed_backward = 64e-6},
    AttentionSoftware{
        .part = "", .forward = 0.9, .fixed = 12e-6, .fixed_backward = 24e-6, .query_traffic = 1.5, .cache_traffic = 2},
};

[[nodiscard]] inline const AttentionSoftware& attention_software_of(std::string_view implementation) {
    const std::string name = joined_lower(implementation);
    for (const AttentionSoftware& software : attention_software)
        if (name.find(software.part) != std::string::npos) return software;
    return attention_software.back();
}

/// The number format of a `dtype`, nothing if unknown.
[[nodiscard]] inline std::optional<NumberFormat> attention_format(std::string_view dtype) {
    const std::string name = joined_lower(dtype);
    const auto begins = [&](std::string_view part) { return name.substr(0, part.size()) == part; };
    if (begins("fp8") || begins("e4m3") || begins("float8")) return NumberFormat::fp8;
    if (begins("bf16") || begins("bfloat16")) return NumberFormat::bf16;
    if (begins("fp16") || begins("float16") || begins("half")) return NumberFormat::fp16;
    return std::nullopt;
}

/// One call of attention as a table has it.
struct AttentionCall {
    std::int64_t batch = 0, queries = 0, keys = 0, heads = 0, kv_heads = 0, head = 0, value = 0, window = 0;
    bool forward = false, backward = false, causal = false, masked = false, dropout = false, writes_cache = false;

    /// Scores of a query that the mask leaves.
    [[nodiscard]] double kept() const {
        const double q = static_cast<double>(queries);
        const double k = static_cast<double>(keys);
        double scores = k;
        if (causal) scores = q <= k ? k - 0.5 * q : 0.5 * k * k / q;
        return window > 0 ? std::min(scores, static_cast<double>(window)) : scores;
    }
    /// FLOPs a score, head dimension and value dimension as they are.
    [[nodiscard]] double flops() const {
        const double scores = static_cast<double>(batch * heads) * static_cast<double>(queries) * kept();
        return 2.0 * scores * static_cast<double>(head + value) * ((forward ? 1.0 : 0.0) + (backward ? 2.5 : 0.0));
    }
    /// Elements of queries and outputs, or of keys and values.
    [[nodiscard]] double query_elements() const {
        return static_cast<double>(batch * heads) * static_cast<double>(queries) * static_cast<double>(head + value);
    }
    [[nodiscard]] double key_elements() const {
        return static_cast<double>(batch * kv_heads) * static_cast<double>(keys) * static_cast<double>(head + value);
    }
};

/// Seconds of a fused call.
[[nodiscard]] inline double fused_time(const AttentionCall& call, const AttentionSoftware& software, Accelerator a,
                                       NumberFormat format) {
    const bool native = software.native_on_ampere && a.matrix.of(NumberFormat::fp8) == FlopRate{};
    const bool coarse = software.head_step > 0 && a.kernel.attention_softmax > 25.0; // Hopper's kernels
    a.kernel.attention_softmax *= software.softmax;
    const double bandwidth = raw(a.memory.bandwidth) * a.kernel.memory_efficiency;
    // Kernels with one head dimension pad the shorter of the two.
    std::int64_t head = std::max(call.head, call.value);
    if (coarse) head = (head + software.head_step - 1) / software.head_step * software.head_step;
    double kept = call.kept();
    if (software.kept_keys > 0) kept = std::min(kept, static_cast<double>(software.kept_keys));
    const double element = format == NumberFormat::fp8 ? 1.0 : 2.0;
    double seconds = 0;
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        const bool forward = pass == Pass::forward;
        if (!(forward ? call.forward : call.backward)) continue;
        const double products = forward ? 1.0 : AttentionModel::backward_products;
        const AttentionModel model{a, format, 1.0, native ? 1.0 : forward ? software.forward : software.backward};
        const double scores = static_cast<double>(call.batch * call.heads) * static_cast<double>(call.queries) * kept;
        const Operation operation{.form = OperationForm::fused_attention,
                                  .pass = pass,
                                  .rows = call.queries,
                                  .columns = call.keys,
                                  .inner = head,
                                  .batch = call.batch * call.heads,
                                  .flops = make<Flops>(4.0 * products * scores * static_cast<double>(head))};
        // Dropout draws a random number a score.
        const double compute = model.time(operation) * (call.dropout ? 1.24 : 1.0);
        const double memory = products * (call.query_elements() + call.key_elements()) * element / bandwidth;
        seconds +=
            smooth_maximum(compute, memory) + (forward ? software.fixed : software.fixed_backward - software.fixed);
    }
    if (!call.forward) seconds += software.fixed;
    if (call.writes_cache) {
        const double queries =
            static_cast<double>(call.batch * call.heads) * static_cast<double>(call.queries * call.head);
        seconds += (software.query_traffic * queries + software.cache_traffic * call.key_elements()) * 2.0 / bandwidth;
    }
    return seconds;
}

/// Seconds of an unfused call in 16 bits from Python: on small shapes the host is slower than the device.
[[nodiscard]] inline double unfused_time(const AttentionCall& call, const AttentionSoftware& software,
                                         const Accelerator& a, NumberFormat format) {
    const RooflineKernels kernels{a, format, Load::burst};
    const Bytes element = make<Bytes>(2.0);
    const std::int64_t batch = call.batch * call.heads;
    const double scores =
        static_cast<double>(batch) * static_cast<double>(call.queries) * static_cast<double>(call.keys);
    const auto product = [&](std::int64_t rows, std::int64_t columns, std::int64_t inner) {
        return raw(
            kernels.time(matrix_product(OperationKind::attention, Pass::forward, rows, columns, inner, batch, element))
                .time);
    };
    const auto passes = [&](double count) {
        return raw(
            kernels.time(stream(OperationKind::attention, Pass::forward, element * (count * scores), Flops{})).time);
    };
    const double mask = call.masked || call.causal ? software.mask_passes : 0.0;
    const double dropout = call.dropout ? 2.5 : 0.0;
    const double forward = product(call.queries, call.keys, call.head) + passes(2.5 + mask + dropout) +
                           product(call.queries, call.value, call.keys);
    const double backward = product(call.queries, call.keys, call.value) +
                            product(call.keys, call.value, call.queries) + product(call.queries, call.head, call.keys) +
                            product(call.keys, call.head, call.queries) + passes(5.0 + mask + dropout);
    const double device = (call.forward ? forward : 0.0) + (call.backward ? backward : 0.0);
    const double host = (call.forward ? 0.25e-3 : 0.0) + (call.backward ? 0.35e-3 : 0.0);
    return std::max(device, host);
}

/// A row of such a table, as text.
struct AttentionText {
    std::string source, hardware, dtype, implementation, pass, mask, batch, queries, keys, heads, kv_heads, head, value,
        milliseconds, tflops, note, confidence, window;
};

/// Reads the shape into `call`; the name of the column that is no positive integer, or nothing.
[[nodiscard]] inline std::optional<std::string> read_call(const AttentionText& text, AttentionCall& call) {
    const auto read = [](const std::string& field, std::int64_t& number) {
        const std::optional<std::int64_t> value = integer_of(field);
        number = value.value_or(0);
        return number > 0;
    };
    const auto read_or = [&](const std::string& field, std::int64_t& number, std::int64_t otherwise) {
        if (!field.empty()) return read(field, number);
        number = otherwise;
        return true;
    };
    if (!read(text.batch, call.batch)) return "batch";
    if (!read(text.queries, call.queries)) return "seqlen_q";
    if (!read_or(text.keys, call.keys, call.queries)) return "seqlen_kv";
    if (!read(text.heads, call.heads)) return "heads_q";
    if (!read_or(text.kv_heads, call.kv_heads, call.heads)) return "heads_kv";
    if (!read(text.head, call.head)) return "head_dim_qk";
    if (!read_or(text.value, call.value, call.head)) return "head_dim_v";
    const std::optional<std::int64_t> window = integer_of(text.window);
    if (!text.window.empty() && !window) return "window";
    call.window = window.value_or(0);
    return std::nullopt;
}

/// Predicts one row.
inline void predict_attention(const AttentionText& text, PredictedRow& row) {
    const auto says = [](const std::string& words, std::string_view part) {
        return joined_lower(words).find(part) != std::string::npos;
    };
    AttentionCall call;
    call.forward = text.pass == "fwd" || text.pass == "fwd+bwd" || text.pass == "fwd_bwd";
    call.backward = text.pass == "bwd" || text.pass == "fwd+bwd" || text.pass == "fwd_bwd";
    if (!call.forward && !call.backward) return refuse(row, "pass is not fwd, bwd or fwd+bwd of attention", text.pass);
    const Accelerator* found = kernel_table_accelerator(text.hardware);
    if (found == nullptr) return refuse(row, "accelerator '" + text.hardware + "' is not in the catalogue");
    const std::optional<NumberFormat> format = attention_format(text.dtype);
    if (!format) return refuse(row, "dtype '" + text.dtype + "' is not known");
    if (found->matrix.of(*format) == FlopRate{}) return refuse(row, std::string{found->name} + " has no " + text.dtype);
    call.causal = says(text.mask, "causal");
    call.masked = says(text.mask, "mask");
    call.dropout = says(text.mask, "dropout");
    call.writes_cache = says(text.note, "kv-cache-write");
    if (!call.causal && text.mask.substr(0, 4) != "full" && text.mask != "none" && !text.mask.empty())
        return refuse(row, "mask is neither full nor causal", text.mask);
    if (const std::optional<std::string> column = read_call(text, call))
        return refuse(row, *column + " is missing or not a positive integer");
    if (call.heads % call.kv_heads != 0) return refuse(row, "heads_q is not a multiple of heads_kv");

    const std::optional<double> milliseconds = number_of(text.milliseconds);
    const std::optional<double> tflops = number_of(text.tflops);
    if (!text.milliseconds.empty()) {
        if (!milliseconds || !(*milliseconds > 0)) return refuse(row, "time_ms is not a number above 0");
        row.measured = *milliseconds * 1e-3;
    } else if (!text.tflops.empty()) {
        if (!tflops || !(*tflops > 0)) return refuse(row, "tflops is not a number above 0");
        // Some sources count the scores that a causal mask removes.
        const bool counts_all = call.causal && says(text.note, "full-flops");
        row.measured = call.flops() * (counts_all ? 2.0 : 1.0) / (*tflops * 1e12);
    }

    const AttentionSoftware& software = attention_software_of(text.implementation);
    if (text.mask.empty()) row.assumptions.emplace_back("no mask");
    if (software.part.empty()) row.assumptions.emplace_back("unknown implementation, taken as one of this generation");
    if (software.kept_keys > 0) row.assumptions.emplace_back("300 keys kept for each query");
    row.predicted =
        software.unfused ? unfused_time(call, software, *found, *format) : fused_time(call, software, *found, *format);
    row.complete = row.assumptions.empty();
}

} // namespace detail

/// Reads such a table; times are those of one call, s. Where `time_ms` is empty it follows from `tflops`, which count
/// half of the scores under a causal mask. Throws `UnreadableTable`.
[[nodiscard]] inline std::vector<PredictedRow> predict_attention_table(const std::string& path) try {
    detail::StepReader<18> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "source", "hardware", "dtype",
                     "implementation", "pass", "mask", "batch", "seqlen_q", "seqlen_kv", "heads_q", "heads_kv",
                     "head_dim_qk", "head_dim_v", "time_ms", "tflops", "note", "confidence", "window");
    std::vector<PredictedRow> rows;
    for (detail::AttentionText t;
         file.read_row(t.source, t.hardware, t.dtype, t.implementation, t.pass, t.mask, t.batch, t.queries, t.keys,
                       t.heads, t.kv_heads, t.head, t.value, t.milliseconds, t.tflops, t.note, t.confidence, t.window);
         t = {}) {
        PredictedRow row;
        row.id = std::to_string(rows.size() + 1);
        row.source = t.source;
        row.accelerator = t.hardware;
        row.quality = t.confidence;
        const std::string heads = t.heads + (t.kv_heads.empty() || t.kv_heads == t.heads ? "" : "/" + t.kv_heads);
        row.model = t.implementation + " " + t.dtype + " " + t.pass + " " + t.mask + " b" + t.batch + " h" + heads +
                    " q" + t.queries + " k" + t.keys + " d" + t.head +
                    (t.value.empty() || t.value == t.head ? "" : "/" + t.value);
        row.configuration = t.hardware + "/" + row.model + "/" + t.window + (t.note.empty() ? "" : "/" + t.note);
        detail::predict_attention(t, row);
        rows.push_back(std::move(row));
    }
    return rows;
} catch (const io::error::base& error) {
    throw UnreadableTable(path + ": " + error.what());
}

} // namespace foretrain::inline v0
