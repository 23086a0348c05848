// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "convolution.hpp"

// A recurrent layer: products over all time steps at once where they can be, and one after the other where they must.
//
//   gates G         1 (vanilla), 3 (GRU), 4 (LSTM)
//   forward         once: inputs, B T x G H, inner I       each step: B x G H, inner H, then the gates elementwise
//   input gradient  each step: the gates, then B x H, inner G H       once: B T x I, inner G H
//   weight gradient once: G H x (H + I), inner B T
//
// Only the steps are sequential. Every step reads the recurrent weights again unless they stay on the chip (Diamos et
// al. 2016, "Persistent RNNs"), so a small batch is bound by memory or by the chain of kernels, never by arithmetic.

namespace foretrain::inline v0 {

/// Kind of recurrent cell.
enum class RecurrentCell : unsigned char { vanilla, gru, lstm };

/// Matrices of a cell: 1, 3, 4.
[[nodiscard]] constexpr std::int64_t gates_of(RecurrentCell cell) noexcept {
    switch (cell) {
    case RecurrentCell::vanilla: return 1;
    case RecurrentCell::gru: return 3;
    case RecurrentCell::lstm: return 4;
    }
    return 1;
}

/// `vanilla`, `gru`, `lstm`.
[[nodiscard]] constexpr std::string_view name_of(RecurrentCell cell) noexcept {
    switch (cell) {
    case RecurrentCell::vanilla: return "vanilla";
    case RecurrentCell::gru: return "gru";
    case RecurrentCell::lstm: return "lstm";
    }
    return "vanilla";
}

/// One recurrent layer in one direction.
struct Recurrent {
    RecurrentCell cell = RecurrentCell::lstm;
    std::int64_t hidden = 0;
    std::int64_t input = 0; ///< width of the inputs; 0: they are added without a product, as in DeepBench
    std::int64_t batch = 0; ///< sequences of one accelerator
    std::int64_t timesteps = 0;

    [[nodiscard]] constexpr std::int64_t gate_width() const noexcept { return gates_of(cell) * hidden; }
    /// Weights without biases.
    [[nodiscard]] constexpr std::int64_t parameters() const noexcept { return gate_width() * (hidden + input); }
    constexpr bool operator==(const Recurrent&) const noexcept = default;
};

/// Tells `sink` of every dimension outside its range.
template <class Sink>
constexpr void check_rules(const Recurrent& r, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "recurrent.hidden", r.hidden, 1, 1e6);
    require_range(sink, "recurrent.input", r.input, 0, 1e6);
    require_range(sink, "recurrent.batch", r.batch, 1, 1e6);
    require_range(sink, "recurrent.timesteps", r.timesteps, 1, 1e6);
}

/// FLOPs of the products of one pass, a multiply and an add counted as two; the same for all three.
[[nodiscard]] constexpr Flops recurrent_flops(const Recurrent& r) noexcept {
    return make<Flops>(2.0 * detail::elements(r.batch, r.timesteps) * static_cast<double>(r.parameters()));
}

/// Bytes of the weights that every time step multiplies with.
[[nodiscard]] constexpr Bytes recurrent_weight_bytes(const Recurrent& r, Bytes element) noexcept {
    return element * detail::elements(r.gate_width(), r.hidden);
}

/// How the kernels of a time step are laid out.
struct RecurrentKernels {
    bool weights_on_chip = false; ///< they are not read again in every step
    bool gates_side_by_side =
        true; ///< the input gradient is one product for each gate, added up: more, shorter products
};

/// The kernels of one time step of a pass; none for the weight gradient.
[[nodiscard]] constexpr Operations recurrent_step(const Recurrent& r, LayerPass pass, Bytes element,
                                                  const RecurrentKernels& how) noexcept {
    Operations list;
    if (pass == LayerPass::weight_gradient) return list;
    const bool forward = pass == LayerPass::forward;
    const bool wide = forward || how.gates_side_by_side;
    const Pass direction = forward ? Pass::forward : Pass::backward;
    Operation product = matrix_product(OperationKind::feed_forward, direction, r.batch,
                                       wide ? r.gate_width() : r.hidden, wide ? r.hidden : r.gate_width(), 1, element);
    if (how.weights_on_chip) product.bytes = product.bytes - recurrent_weight_bytes(r, element);
    list.add(product);
    // Gates from the inputs and from the state in, gates kept for the backward pass out; states in and out.
    const double gates = detail::elements(r.batch, r.gate_width());
    const double states = detail::elements(r.batch, r.hidden);
    list.add(stream(OperationKind::elementwise, direction, element * (3.0 * gates + 4.0 * states),
                    make<Flops>(10.0 * gates), 2));
    return list;
}

/// The kernels of a pass that treat all time steps together.
[[nodiscard]] constexpr Operations recurrent_whole(const Recurrent& r, LayerPass pass, Bytes element) noexcept {
    Operations list;
    const std::int64_t tokens = r.batch * r.timesteps;
    const auto product = [&](Pass direction, std::int64_t rows, std::int64_t columns, std::int64_t inner) {
        list.add(matrix_product(OperationKind::feed_forward, direction, rows, columns, inner, 1, element));
    };
    if (pass == LayerPass::weight_gradient) product(Pass::backward, r.gate_width(), r.hidden + r.input, tokens);
    else if (r.input > 0 && pass == LayerPass::forward) product(Pass::forward, tokens, r.gate_width(), r.input);
    else if (r.input > 0) product(Pass::backward, tokens, r.input, r.gate_width());
    return list;
}

} // namespace foretrain::inline v0
