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
#include "../roofline/layer_time.hpp"
#include "prediction.hpp"

// Measured convolution layers beside predictions. A row of the table gives the times of up to three passes, each of
// which becomes a row of its own; a pass without a time is nobody's prediction and is left out.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of convolution layers.
inline constexpr std::array conv_columns = {"hardware", "precision", "W",      "H",      "C_in",
                                            "N_batch",  "K_out",     "filt_1", "filt_2", "fwd_ms"};

namespace detail {

/// What tables of layers call accelerators.
struct LayerHardware {
    std::string_view name;
    std::string_view accelerator; ///< in the catalogue
};
inline constexpr std::array layer_hardware = {
    LayerHardware{"NV_M40", "m40"},
    LayerHardware{"NV_TitanX", "titan-x-maxwell"},
    LayerHardware{"NV_TitanX_Pascal", "titan-x-pascal"},
    LayerHardware{"NV_1080Ti", "gtx-1080-ti"},
    LayerHardware{"NV_P100", "p100-pcie"},
    LayerHardware{"NV_P4", "p4"},
    LayerHardware{"NV_V100", "v100-16gb"},
    LayerHardware{"NV_T4", "t4"},
    LayerHardware{"AMD_MI25", "mi25"},
    LayerHardware{"AMD_VegaFE", "vega-fe"},
    LayerHardware{"IA_KNL7250", "xeon-phi-7250"},
};

/// The accelerator that a table means, or null; the catalogue's own names are understood too.
[[nodiscard]] inline const Accelerator* layer_accelerator(std::string_view name) {
    for (const LayerHardware& alias : layer_hardware)
        if (alias.name == name) return catalog::find_accelerator(alias.accelerator);
    return catalog::find_accelerator(name);
}

/// The library that measurements of layers on an accelerator ran on: the vendor's of the accelerator's age.
[[nodiscard]] inline const LayerLibrary& layer_library(const Accelerator& accelerator) {
    const bool no_matrix_units =
        !(raw(accelerator.matrix.fp16) > 3.0 * raw(accelerator.vector)) && !(raw(accelerator.matrix.bf16) > 0);
    if (accelerator.vendor == "AMD") return miopen;
    if (accelerator.vendor == "Intel" && no_matrix_units) return mkl_dnn;
    if (!no_matrix_units) return cudnn;
    return accelerator.provenance.as_of < "2016" ? cudnn_maxwell : cudnn_pascal;
}

/// The formats that a table means by its words, or nothing.
[[nodiscard]] inline std::optional<LayerFormat> layer_format(std::string_view precision) {
    struct Words {
        std::string_view words;
        NumberFormat multiply, store;
    };
    constexpr std::array formats = {
        Words{"Float", NumberFormat::fp32, NumberFormat::fp32},
        Words{"16 bit inputs, 16 bit multiplication, 32 bit addition", NumberFormat::fp16, NumberFormat::fp16},
        Words{"16 bit inputs, 32 bit multiplication, 32 bit addition", NumberFormat::fp32, NumberFormat::fp16},
    };
    for (const Words& format : formats)
        if (format.words == precision) return LayerFormat{format.multiply, size_of(format.store)};
    for (const NumberFormat format : {NumberFormat::fp32, NumberFormat::tf32, NumberFormat::fp16, NumberFormat::bf16})
        if (name_of(format) == precision) return LayerFormat{format, size_of(format)};
    return std::nullopt;
}

/// What the rows of all tables of layers have in common.
struct LayerRow {
    std::string source, hardware, precision, confidence;
};

/// A row with its accelerator and formats found, or refused.
struct LayerContext {
    const Accelerator* accelerator = nullptr;
    LayerFormat format{};
    PredictedRow row;
};
[[nodiscard]] inline LayerContext layer_context(const LayerRow& text, std::string shape) {
    LayerContext context;
    PredictedRow& row = context.row;
    row.source = text.source;
    row.accelerator = text.hardware;
    row.model = std::move(shape);
    row.configuration = text.hardware + ' ' + text.precision + ' ' + row.model;
    row.id = text.hardware + ' ' + row.model;
    row.quality = text.confidence == "read" ? "A" : "B";
    row.complete = true;
    context.accelerator = layer_accelerator(text.hardware);
    const std::optional<LayerFormat> format = layer_format(text.precision);
    if (context.accelerator == nullptr) {
        row.reason = row.refusal = "accelerator not in the catalogue: " + text.hardware;
    } else if (!format) {
        row.reason = row.refusal = "number format not understood: " + text.precision;
    } else if (!(raw(context.accelerator->matrix.of(format->multiply)) > 0)) {
        row.reason = row.refusal =
            text.hardware + " has no published rate in " + std::string{name_of(format->multiply)};
    } else {
        context.format = *format;
    }
    return context;
}

/// Refuses a row for the rules that a layer breaks.
template <class Layer>
void refuse_broken(PredictedRow& row, const Layer& layer) {
    Violations violations;
    check_rules(layer, violations);
    if (violations.empty() || !row.refusal.empty()) return;
    row.reason = std::string{violations[0].field} + " [" + std::string{violations[0].rule} + "]";
    for (const Violation& violation : violations) {
        if (!row.refusal.empty()) row.refusal += "; ";
        row.refusal += to_text(violation).view();
    }
}

/// One pass of a row: its measured time in milliseconds as the table has it.
struct MeasuredPass {
    LayerPass pass;
    std::string_view milliseconds;
};

/// Adds a predicted row for each pass that has a time. `predict(pass)` gives seconds. A row without any time, or one
/// that cannot be predicted, is added once, refused.
template <class Predict>
void add_passes(std::vector<PredictedRow>& rows, const PredictedRow& common, const std::vector<MeasuredPass>& passes,
                Predict&& predict) {
    bool any = false;
    for (const MeasuredPass& pass : passes) {
        if (pass.milliseconds.empty()) continue;
        any = true;
        PredictedRow row = common;
        row.id += '/' + std::string{name_of(pass.pass)};
        row.configuration += '/' + std::string{name_of(pass.pass)};
        const std::optional<double> measured = number_of(pass.milliseconds);
        if (row.refusal.empty() && !measured)
            row.reason = row.refusal = "measured time is not a number: " + std::string{pass.milliseconds};
        else if (row.refusal.empty() && !(*measured > 0)) row.reason = row.refusal = "measured time is not above 0";
        if (measured && *measured > 0) row.measured = 1e-3 * *measured;
        if (row.refusal.empty()) row.predicted = predict(pass.pass);
        rows.push_back(std::move(row));
    }
    if (any) return;
    PredictedRow row = common;
    if (row.refusal.empty()) row.reason = row.refusal = "no time measured";
    rows.push_back(std::move(row));
}

} // namespace detail

/// Predicts every pass of every row of a table of convolution layers, in seconds. Throws `io::error::base` if the file
/// cannot be read as a table.
[[nodiscard]] inline std::vector<PredictedRow> predict_conv_table(const std::string& path) {
    detail::StepReader<18> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "source", "hardware", "precision", "W", "H",
                     "C_in", "N_batch", "K_out", "filt_1", "filt_2", "pad_1", "pad_2", "stride_1", "stride_2", "fwd_ms",
                     "bwd_inputs_ms", "bwd_params_ms", "confidence");
    std::vector<PredictedRow> rows;
    detail::LayerRow text;
    std::array<std::string, 11> size;
    std::string forward, input_gradient, weight_gradient;
    while (file.read_row(text.source, text.hardware, text.precision, size[0], size[1], size[2], size[3], size[4],
                         size[5], size[6], size[7], size[8], size[9], size[10], forward, input_gradient,
                         weight_gradient, text.confidence)) {
        // Sizes of a kind that the table lacks: no padding, stride 1.
        for (std::size_t i = 7; i < size.size(); ++i)
            if (size[i].empty()) size[i] = i < 9 ? "0" : "1";
        std::array<std::int64_t, 11> n{};
        for (std::size_t i = 0; i < size.size(); ++i) n[i] = detail::integer_of(size[i]).value_or(-1);
        const Convolution layer{.images = n[3],
                                .channels = n[2],
                                .height = n[1],
                                .width = n[0],
                                .filters = n[4],
                                .filter_height = n[6],
                                .filter_width = n[5],
                                .padding_height = n[8],
                                .padding_width = n[7],
                                .stride_height = n[10],
                                .stride_width = n[9]};
        detail::LayerContext context =
            detail::layer_context(text, "conv " + size[0] + 'x' + size[1] + 'x' + size[2] + " batch " + size[3] +
                                            " to " + size[4] + " by " + size[5] + 'x' + size[6] + " pad " + size[7] +
                                            'x' + size[8] + " stride " + size[9] + 'x' + size[10]);
        detail::refuse_broken(context.row, layer);
        detail::add_passes(rows, context.row,
                           {{LayerPass::forward, forward},
                            {LayerPass::input_gradient, input_gradient},
                            {LayerPass::weight_gradient, weight_gradient}},
                           [&](LayerPass pass) {
                               return raw(convolution_time(*context.accelerator, layer, pass, context.format,
                                                           detail::layer_library(*context.accelerator))
                                              .time);
                           });
    }
    return rows;
}

} // namespace foretrain::inline v0
