// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../hardware/accelerator.hpp"
#include "../math/smooth.hpp"
#include "../workload/operation.hpp"

// Time of fused attention on the compute units of one accelerator, before its fixed time and the limit of memory.
//
// A unit works on a tile of 128 queries (backward: keys) and walks along the keys that the mask leaves:
//
//   score    s = M4(4 d' w / (peak x share), softmax FLOPs / vector peak) x units       d' = d up to a multiple of 32
//   tile     T = 128 s (keys left + 64 if masked) + t_tile                              w = 1 forward, 2.5 backward
//   all      max(tiles / units x T + 0.7 T_longest if masked, T_longest)
//   backward adds the passes over the queries around it: 14 bytes an element
//
// s has the matrix units and the exponentials side by side: short heads and short number formats are bound by the
// softmax (Shah et al. 2024, FlashAttention-3, section 3). Blocks on the diagonal of a causal mask are computed whole;
// the longest tiles of a masked kernel end last. T_longest is a tile without a mask. Fewer queries than a tile
// (decoding) are spread over the units by splitting the keys (Dao et al. 2023, "Flash-Decoding"). Around the backward
// kernel dO and O are read for the row sums, the FP32 gradient of the queries is cleared, read and converted (4 + 4 +
// 6 bytes; Dao 2023, FlashAttention-2, algorithm 2). Constants are fitted to published timings: docs/attention.md.

namespace foretrain::inline v0 {

/// What fused attention costs on one accelerator, its operands in one number format.
template <class Real>
class BasicAttentionModel {
public:
    /// Queries that a compute unit works on at a time.
    static constexpr std::int64_t tile = 128;
    /// Head dimensions are padded to a multiple of this.
    static constexpr std::int64_t head_step = 32;
    /// Part of the longest tile during which a masked kernel drains.
    static constexpr double drain = 0.7;
    /// Share of the 16-bit efficiency that the matrix units keep in 8 bits: operands are transposed and converted.
    static constexpr double short_format_rate = 0.82;
    /// Products of the backward pass over those of the forward pass: five instead of two.
    static constexpr double backward_products = 2.5;
    /// The same for the work of the vector units: the exponentials again, and the gradient of the softmax.
    static constexpr double backward_softmax = 2.2;
    /// Memory traffic around the backward kernel, bytes an element of the queries.
    static constexpr double backward_bytes = 14.0;

    constexpr BasicAttentionModel() noexcept = default;
    /// `clock`: share of the rated clock, 0 to 1. `rate`: rate of the matrix units over that of the best known kernels.
    constexpr BasicAttentionModel(const BasicAccelerator<Real>& accelerator, NumberFormat operands, const Real& clock,
                                  const Real& rate) noexcept
        : tile_time_{raw(accelerator.kernel.attention_tile)},
          seconds_per_byte_{Real(1) / (raw(accelerator.memory.bandwidth) * accelerator.kernel.memory_efficiency)},
          units_{static_cast<double>(accelerator.compute_units)} {
        const bool is_short =
            operands == NumberFormat::fp8 || operands == NumberFormat::fp4 || operands == NumberFormat::int8;
        const Real peak = raw(accelerator.matrix.of(operands)) * clock * rate * Real(is_short ? short_format_rate : 1);
        forward_ = Real(1) / (peak * accelerator.kernel.attention_forward);
        backward_ = Real(1) / (peak * accelerator.kernel.attention_backward);
        softmax_ = accelerator.kernel.attention_softmax / (raw(accelerator.vector) * clock);
    }

    /// Seconds of an operation of form `fused_attention`: `batch` heads of `rows` queries over `columns` keys (those in
    /// reach of a query, if it has a window). The scores kept are read off its FLOPs, 4 `inner` each (backward 10):
    /// fewer than rows x columns are a mask. Finite and positive for positive sizes.
    [[nodiscard]] constexpr Real time(const Operation& a) const noexcept {
        const bool forward = a.pass == Pass::forward;
        const double products = forward ? 4.0 : 4.0 * backward_products;
        const std::int64_t across = forward || a.rows > a.columns ? a.rows : a.columns;
        const std::int64_t along = forward || a.columns < a.rows ? a.columns : a.rows;
        const std::int64_t tile_rows = across >= tile ? tile : up(across, 16);
        const double rows = static_cast<double>(tile_rows);
        const double keys = static_cast<double>(along);
        const double heads = static_cast<double>(a.batch);
        const double kept =
            raw(a.flops) / (products * static_cast<double>(a.inner) * heads * static_cast<double>(across));
        const bool masked = kept < keys * (1.0 - 1e-9);
        const double walked = masked ? lesser(keys, kept + 0.5 * rows) : kept;
        const double longest = masked ? lesser(keys, 2.0 * kept + 0.5 * rows) : kept;

        const Real matrix =
            Real(products * static_cast<double>(up(a.inner, head_step))) * (forward ? forward_ : backward_);
        const Real vector = softmax_ * Real(forward ? 1.0 : backward_softmax);
        const Real step = smooth_maximum(matrix, vector) * Real(rows * units_);
        const Real prologue = tile_time_ * Real(rows / static_cast<double>(tile));
        const Real last = step * Real(longest) + prologue;
        Real busy = (step * Real(walked) + prologue) *
                    Real(heads * static_cast<double>((across + tile_rows - 1) / tile_rows) / units_);
        if (masked) busy += last * Real(drain);
        if (across >= tile && busy < last) busy = last;
        if (forward) return busy;
        const double elements = heads * static_cast<double>(a.rows) * static_cast<double>(a.inner);
        return busy + seconds_per_byte_ * Real(backward_bytes * elements);
    }

private:
    /// `count` rounded up to a multiple of `step`.
    [[nodiscard]] static constexpr std::int64_t up(std::int64_t count, std::int64_t step) noexcept {
        return (count + step - 1) / step * step;
    }
    [[nodiscard]] static constexpr double lesser(double a, double b) noexcept { return a < b ? a : b; }

    Real tile_time_{};
    Real seconds_per_byte_{};
    Real forward_{};
    Real backward_{};
    Real softmax_{};
    double units_ = 1;
};
using AttentionModel = BasicAttentionModel<double>;

} // namespace foretrain::inline v0
