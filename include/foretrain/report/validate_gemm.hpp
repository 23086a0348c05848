// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/accelerators.hpp"
#include "../import/published_steps.hpp"
#include "../import/words.hpp"
#include "../roofline/kernel.hpp"
#include "prediction.hpp"

// Measured matrix products beside predictions.
//
//   t = product + operator      M x K by K x N, `batch_or_groups` times, in one kernel
//
// The operator is what a library does around the kernel: TensorRT-LLM, vLLM and SGLang quantise the activations of FP8
// and FP4 layers in a pass of their own, Transformer Engine runs grouped products one after the other. Its constants
// come from the same timings as those of the kernels (docs/roofline.md).

namespace foretrain::inline v0 {

/// Columns without which a table is not one of matrix products.
inline constexpr std::array gemm_columns = {"hardware", "dtype", "op", "M", "N", "K"};

namespace detail {

/// Fixed time of a pass that quantises activations: fits to families and formats give 2.0 to 3.5 us.
inline constexpr double quantisation_fixed_time = 3e-6;
/// What weight-only and SmoothQuant operators of TensorRT-LLM take beside the product, whatever its size: fits give 7.6
/// to 9.9 us.
inline constexpr double plugin_fixed_time = 9e-6;

/// How tables of kernels name accelerators: letters and digits of the name, in lower case. First match first.
struct GemmHardware {
    std::string_view part;
    const Accelerator* accelerator;
    double share = 1; ///< of the accelerator that the table calls one device
};
inline constexpr std::array gemm_hardware = {
    GemmHardware{"gb300", &catalog::gb300},
    GemmHardware{"gb200", &catalog::gb200},
    GemmHardware{"gh200144", &catalog::gh200_144gb},
    GemmHardware{"gh200", &catalog::gh200_96gb},
    GemmHardware{"h200nvl", &catalog::h200_nvl},
    GemmHardware{"b100", &catalog::b100_sxm},
    GemmHardware{"b300", &catalog::b300_sxm},
    GemmHardware{"b200", &catalog::b200_sxm},
    GemmHardware{"h200", &catalog::h200_sxm},
    GemmHardware{"h800", &catalog::h800_sxm},
    GemmHardware{"h100pcie", &catalog::h100_pcie},
    GemmHardware{"h100nvl", &catalog::h100_nvl},
    GemmHardware{"h100", &catalog::h100_sxm},
    GemmHardware{"h20", &catalog::h20},
    GemmHardware{"a100pcie40", &catalog::a100_pcie_40gb},
    GemmHardware{"a10040gbpcie", &catalog::a100_pcie_40gb},
    GemmHardware{"a100pcie", &catalog::a100_pcie_80gb},
    GemmHardware{"a10080gbpcie", &catalog::a100_pcie_80gb},
    GemmHardware{"a100sxm40", &catalog::a100_sxm_40gb},
    GemmHardware{"a100", &catalog::a100_sxm_80gb},
    GemmHardware{"a800", &catalog::a800_sxm_80gb},
    GemmHardware{"v100pcie", &catalog::v100_pcie_32gb},
    GemmHardware{"v100", &catalog::v100_32gb},
    GemmHardware{"p100", &catalog::p100_pcie},
    GemmHardware{"titanxpascal", &catalog::titan_x_pascal},
    GemmHardware{"titanx", &catalog::titan_x_maxwell},
    GemmHardware{"1080ti", &catalog::gtx_1080_ti},
    GemmHardware{"4090", &catalog::rtx_4090},
    GemmHardware{"5090", &catalog::rtx_5090},
    GemmHardware{"3090", &catalog::rtx_3090},
    GemmHardware{"2080ti", &catalog::rtx_2080_ti},
    GemmHardware{"a6000", &catalog::rtx_a6000},
    GemmHardware{"a5000", &catalog::rtx_a5000},
    GemmHardware{"6000ada", &catalog::rtx_6000_ada},
    GemmHardware{"pro6000", &catalog::rtx_pro_6000_blackwell},
    GemmHardware{"l40s", &catalog::l40s},
    GemmHardware{"l40", &catalog::l40},
    GemmHardware{"a40", &catalog::a40},
    GemmHardware{"a30", &catalog::a30},
    GemmHardware{"a10", &catalog::a10},
    GemmHardware{"p40", &catalog::p40},
    GemmHardware{"k80", &catalog::k80},
    GemmHardware{"m40", &catalog::m40},
    GemmHardware{"mi350", &catalog::mi350x},
    GemmHardware{"mi355", &catalog::mi355x},
    GemmHardware{"mi325", &catalog::mi325x},
    GemmHardware{"mi308", &catalog::mi308x},
    GemmHardware{"mi300a", &catalog::mi300a},
    GemmHardware{"mi300", &catalog::mi300x},
    GemmHardware{"mi250x", &catalog::mi250x, 0.5}, // one of two dies
    GemmHardware{"mi250", &catalog::mi250, 0.5},   // one of two dies
    GemmHardware{"mi210", &catalog::mi210},
    GemmHardware{"mi100", &catalog::mi100},
    GemmHardware{"mi25", &catalog::mi25},
    GemmHardware{"vegafe", &catalog::vega_fe},
    GemmHardware{"knl", &catalog::xeon_phi_7250},
    GemmHardware{"gaudi2", &catalog::gaudi2},
    GemmHardware{"gaudi3", &catalog::gaudi3},
    GemmHardware{"tpuv2", &catalog::tpu_v2},
    GemmHardware{"tpuv3", &catalog::tpu_v3},
    GemmHardware{"tpuv4", &catalog::tpu_v4},
    GemmHardware{"tpuv5e", &catalog::tpu_v5e},
    GemmHardware{"tpuv5p", &catalog::tpu_v5p},
    GemmHardware{"tpuv6e", &catalog::tpu_v6e},
    GemmHardware{"tpuv7", &catalog::tpu_v7x, 0.5}, // one of two cores
    GemmHardware{"trainium1", &catalog::trainium1},
    GemmHardware{"trainium2", &catalog::trainium2},
    GemmHardware{"l4", &catalog::l4},
    GemmHardware{"t4", &catalog::t4},
    GemmHardware{"p4", &catalog::p4},
};

/// The accelerator that a table of kernels means; nothing if unknown.
[[nodiscard]] inline std::optional<Accelerator> gemm_accelerator(std::string_view hardware) {
    std::string name;
    for (const char c : hardware) {
        if (c >= 'A' && c <= 'Z') name += static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
    }
    for (const GemmHardware& entry : gemm_hardware) {
        if (name.find(entry.part) == std::string::npos) continue;
        Accelerator a = *entry.accelerator;
        if (entry.share != 1) {
            for (FlopRate* peak : {&a.matrix.fp32, &a.matrix.tf32, &a.matrix.fp16, &a.matrix.bf16, &a.matrix.fp8,
                                   &a.matrix.fp4, &a.matrix.int8, &a.vector})
                *peak = *peak * entry.share;
            a.memory = {a.memory.capacity * entry.share, a.memory.bandwidth * entry.share};
            a.compute_units = static_cast<std::int64_t>(static_cast<double>(a.compute_units) * entry.share);
        }
        return a;
    }
    return std::nullopt;
}

/// Number formats of a product: what the matrix units multiply in, and bytes an element in memory.
struct GemmFormat {
    std::string_view name; ///< how the type begins in a table
    NumberFormat operands;
    double activation, weight, result;
    double quantisation_bytes = 0; ///< memory traffic an activation before the kernel: read in 16 bits, write
    double fixed_time = 0;         ///< seconds beside the product and its quantisation
};
/// First match first. FP8 scales of a whole tensor or row need a pass of their own before the one that converts.
inline constexpr std::array gemm_formats = {
    GemmFormat{"int8_wo", NumberFormat::bf16, 2, 1, 2, 0, plugin_fixed_time},
    GemmFormat{"int4_wo", NumberFormat::bf16, 2, 0.5, 2, 0, plugin_fixed_time},
    GemmFormat{"w4a16", NumberFormat::bf16, 2, 0.5, 2, 0, plugin_fixed_time},
    GemmFormat{"sq", NumberFormat::int8, 1, 1, 2, 3, plugin_fixed_time},
    GemmFormat{"int8", NumberFormat::int8, 1, 1, 2, 3, quantisation_fixed_time},
    GemmFormat{"w4afp8", NumberFormat::fp8, 1, 0.5, 2, 3, quantisation_fixed_time},
    GemmFormat{"fp8_block", NumberFormat::fp8, 1, 1, 2, 3, quantisation_fixed_time},
    GemmFormat{"fp8", NumberFormat::fp8, 1, 1, 2, 5, quantisation_fixed_time},
    GemmFormat{"nvfp4", NumberFormat::fp4, 0.5625, 0.5625, 2, 2.5625, quantisation_fixed_time},
    GemmFormat{"mxfp4", NumberFormat::fp4, 0.53125, 0.53125, 2, 2.53125, quantisation_fixed_time},
    GemmFormat{"fp4", NumberFormat::fp4, 0.5, 0.5, 2, 2.5, quantisation_fixed_time},
    GemmFormat{"bf16", NumberFormat::bf16, 2, 2, 2},
    GemmFormat{"bfloat16", NumberFormat::bf16, 2, 2, 2},
    GemmFormat{"fp16", NumberFormat::fp16, 2, 2, 2},
    GemmFormat{"float16", NumberFormat::fp16, 2, 2, 2},
    GemmFormat{"half", NumberFormat::fp16, 2, 2, 2},
    GemmFormat{"tf32", NumberFormat::tf32, 4, 4, 4},
    GemmFormat{"fp32", NumberFormat::fp32, 4, 4, 4},
    GemmFormat{"float", NumberFormat::fp32, 4, 4, 4},
    GemmFormat{"16 bit inputs, 32 bit multiplication", NumberFormat::fp32, 2, 2, 2},
    GemmFormat{"16 bit inputs, 16 bit multiplication", NumberFormat::fp16, 2, 2, 4},
};

/// A row of such a table, as text.
struct GemmText {
    std::string source, hardware, type, op, m, n, k, batch, layout, microseconds, tflops, software, note, confidence;
};

/// What a row says once read.
struct GemmCall {
    Accelerator accelerator;
    GemmFormat format;
    std::int64_t m = 0, n = 0, k = 0, batch = 1;
    bool quantises = false;   ///< the time includes the quantisation of activations
    bool accumulates = false; ///< the result is added to what memory holds
    bool sequential = false;  ///< a kernel for each of the groups
    bool sustained = false;   ///< measured for training, on random data without pauses
};

[[nodiscard]] inline Seconds gemm_time(const GemmCall& c) {
    const RooflineKernels kernels{c.accelerator, c.format.operands, c.sustained ? Load::sustained : Load::burst};
    const double m = static_cast<double>(c.m), n = static_cast<double>(c.n), k = static_cast<double>(c.k);
    const double groups = static_cast<double>(c.batch);
    Operation product = matrix_product(OperationKind::feed_forward, Pass::forward, c.m, c.n, c.k,
                                       c.sequential ? 1 : c.batch, make<Bytes>(2.0));
    const double kernels_run = c.sequential ? groups : 1.0;
    const double result = c.format.result * (c.accumulates ? 2.0 : 1.0);
    product.bytes =
        make<Bytes>((c.format.activation * m * k + c.format.weight * k * n + result * m * n) * groups / kernels_run);
    Seconds time = kernels.time(product).time * kernels_run;
    if (c.quantises) {
        const double bandwidth = raw(c.accelerator.memory.bandwidth) * c.accelerator.kernel.memory_efficiency;
        time = time + make<Seconds>(c.format.fixed_time + c.format.quantisation_bytes * m * k * groups / bandwidth);
    }
    return time;
}

/// Reads a row into `call`; why it cannot be predicted, or nothing.
[[nodiscard]] inline std::string read_gemm(const GemmText& text, GemmCall& call,
                                           std::vector<std::string>& assumptions) {
    const std::optional<Accelerator> accelerator = gemm_accelerator(text.hardware);
    if (!accelerator) return "hardware is not in the catalogue";
    call.accelerator = *accelerator;
    std::string type;
    for (const char c : text.type) type += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const GemmFormat* format = nullptr;
    for (const GemmFormat& known : gemm_formats)
        if (!format && type.substr(0, known.name.size()) == known.name) format = &known;
    if (!format) return "dtype is not a known number format";
    call.format = *format;
    // Volta, Turing and Vega have FP16 alone; the two are equally fast where both exist, but on MI100.
    const MatrixPeaks& peaks = call.accelerator.matrix;
    if (call.format.operands == NumberFormat::bf16 && peaks.bf16 == FlopRate{})
        call.format.operands = NumberFormat::fp16;
    if (call.format.operands == NumberFormat::fp32 && contains(text.software, "tf32"))
        call.format.operands = NumberFormat::tf32;
    if (peaks.of(call.format.operands) == FlopRate{}) return "the accelerator does not multiply in this number format";

    const auto positive = [](const std::string& field, std::int64_t& number) {
        number = integer_of(field).value_or(0);
        return number > 0;
    };
    if (!positive(text.m, call.m)) return "M is not a positive integer";
    if (!positive(text.n, call.n)) return "N is not a positive integer";
    if (!positive(text.k, call.k)) return "K is not a positive integer";
    if (text.batch.empty()) {
        if (contains(text.op, "attention")) return "the number of heads is not stated";
        assumptions.emplace_back("one product");
    } else if (!positive(text.batch, call.batch)) {
        return "batch_or_groups is not a positive integer";
    }
    if (contains(text.op, "transformer:")) { // tokens are samples M and positions
        const std::int64_t tokens = call.m * call.batch;
        if (tokens > 1'000'000'000) return "M is not a positive integer";
        call.m = tokens;
        call.batch = 1;
    }
    const bool engine = contains(text.software, "TransformerEngine");
    const bool weights = contains(text.layout, "grad_w");
    if (engine) assumptions.emplace_back("sustained clock");
    call.sustained = engine;
    call.sequential = engine && contains(text.op, "grouped");
    call.accumulates = contains(text.layout, "accum") || weights;
    if (contains(text.layout, "out=fp32") || weights) call.format.result = 4;
    // The gradient of a group's weights has the rows of the group as inner dimension.
    if (weights) std::swap(call.m, call.k);
    call.quantises = call.format.fixed_time > 0 && contains(text.note, "inference");
    if (call.quantises) assumptions.emplace_back("the operator around the kernel is part of the time");
    return {};
}

/// Seconds that a row was measured to take: stated, or from FLOP/s; nothing if it is no positive number.
[[nodiscard]] inline std::optional<double> measured_gemm(const GemmText& text, const GemmCall& call) {
    const bool stated = !text.microseconds.empty();
    const std::optional<double> number = number_of(stated ? text.microseconds : text.tflops);
    if (!number || !(*number > 0 && *number < 1e12)) return std::nullopt;
    if (stated) return *number * 1e-6;
    const double flops = 2.0 * static_cast<double>(call.m) * static_cast<double>(call.n) * static_cast<double>(call.k) *
                         static_cast<double>(call.batch);
    return flops / (*number * 1e12);
}

} // namespace detail

/// Predicts every row of a table of matrix products, in seconds. Throws `io::error::base` with file and line where the
/// file is not a table of this kind.
[[nodiscard]] inline std::vector<PredictedRow> predict_gemm_table(const std::string& path) {
    detail::StepReader<14> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "source", "hardware", "dtype", "op", "M", "N",
                     "K", "batch_or_groups", "layout", "time_us", "tflops", "kernel_or_fw", "note", "confidence");
    std::vector<PredictedRow> rows;
    detail::GemmText t;
    while (file.read_row(t.source, t.hardware, t.type, t.op, t.m, t.n, t.k, t.batch, t.layout, t.microseconds, t.tflops,
                         t.software, t.note, t.confidence)) {
        PredictedRow row;
        row.id = "gemm-" + std::to_string(rows.size() + 1);
        row.source = t.source.substr(0, t.source.find_first_of(":@"));
        row.accelerator = t.hardware;
        row.model = t.type + " " + t.op;
        row.quality = t.confidence;
        row.complete = !t.batch.empty() && !t.microseconds.empty();
        row.configuration = t.hardware + "|" + t.type + "|" + t.op + "|" + t.m + "x" + t.n + "x" + t.k + "|" + t.batch +
                            "|" + t.layout + "|" + t.software;
        detail::GemmCall call;
        row.reason = detail::read_gemm(t, call, row.assumptions);
        if (row.reason.empty()) {
            row.accelerator = call.accelerator.name;
            row.measured = detail::measured_gemm(t, call);
            if (row.measured) {
                row.predicted = raw(detail::gemm_time(call));
            } else {
                row.reason = "time_us and tflops state no positive time";
            }
        }
        if (!row.reason.empty())
            row.refusal = row.reason + ": " + t.hardware + ", " + t.type + ", " + t.op + ", " + t.m + " x " + t.n +
                          " x " + t.k + ", batch " + t.batch + ", " + t.microseconds + " us";
        rows.push_back(row);
    }
    return rows;
}

} // namespace foretrain::inline v0
