// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "validate_conv.hpp"

// Measured recurrent layers beside predictions. The third time of a row is that of the weight gradient on some
// accelerators; on others the column holds the forward pass's TFLOP/s, which a check of the arithmetic tells apart.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of recurrent layers.
inline constexpr std::array rnn_columns = {"hardware", "precision", "layer",  "hidden",
                                           "batch",    "timesteps", "fwd_ms", "bwd_or_bwd_inputs_ms"};

namespace detail {

/// The cell that a table means by "Recurrent Layers - GRU" or "GRU", or nothing.
[[nodiscard]] inline std::optional<RecurrentCell> recurrent_cell(std::string_view layer) {
    struct Name {
        std::string_view part;
        RecurrentCell cell;
    };
    for (const Name& name :
         {Name{"LSTM", RecurrentCell::lstm}, Name{"GRU", RecurrentCell::gru}, Name{"Vanilla", RecurrentCell::vanilla}})
        if (layer.find(name.part) != std::string_view::npos) return name.cell;
    return std::nullopt;
}

/// Whether a number is the rate, in TFLOP/s, that the forward time stands for.
[[nodiscard]] inline bool is_rate_of(std::string_view number, const Recurrent& layer, std::string_view milliseconds) {
    const std::optional<double> value = number_of(number), time = number_of(milliseconds);
    if (!value || !time || !(*time > 0)) return false;
    const double rate = raw(recurrent_flops(layer)) / *time / 1e9;
    return std::abs(*value / rate - 1.0) < 0.01;
}

} // namespace detail

/// Predicts every pass of every row of a table of recurrent layers, in seconds. Throws `io::error::base` if the file
/// cannot be read as a table.
[[nodiscard]] inline std::vector<PredictedRow> predict_rnn_table(const std::string& path) {
    detail::StepReader<11> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "source", "hardware", "precision", "layer",
                     "hidden", "batch", "timesteps", "fwd_ms", "bwd_or_bwd_inputs_ms", "third_col_ms_or_tflops",
                     "confidence");
    std::vector<PredictedRow> rows;
    detail::LayerRow text;
    std::string cell, hidden, batch, timesteps, forward, input_gradient, third;
    while (file.read_row(text.source, text.hardware, text.precision, cell, hidden, batch, timesteps, forward,
                         input_gradient, third, text.confidence)) {
        const std::optional<RecurrentCell> kind = detail::recurrent_cell(cell);
        const Recurrent layer{.cell = kind.value_or(RecurrentCell::vanilla),
                              .hidden = detail::integer_of(hidden).value_or(-1),
                              .batch = detail::integer_of(batch).value_or(-1),
                              .timesteps = detail::integer_of(timesteps).value_or(-1)};
        detail::LayerContext context =
            detail::layer_context(text, std::string{kind ? name_of(*kind) : cell} + " hidden " + hidden + " batch " +
                                            batch + " steps " + timesteps);
        if (!kind && context.row.refusal.empty())
            context.row.reason = context.row.refusal = "recurrent cell not understood: " + cell;
        detail::refuse_broken(context.row, layer);
        const bool rate = context.row.refusal.empty() && detail::is_rate_of(third, layer, forward);
        detail::add_passes(rows, context.row,
                           {{LayerPass::forward, forward},
                            {LayerPass::input_gradient, input_gradient},
                            {LayerPass::weight_gradient, rate ? std::string_view{} : std::string_view{third}}},
                           [&](LayerPass pass) {
                               return raw(recurrent_time(*context.accelerator, layer, pass, context.format,
                                                         detail::layer_library(*context.accelerator))
                                              .time);
                           });
    }
    return rows;
}

} // namespace foretrain::inline v0
