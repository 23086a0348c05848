// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "../hardware/accelerator.hpp"
#include "../math/scalar.hpp"

// Time that the matrix units need for `batch` products of rows x inner with inner x columns, memory apart.
//
//   t = min over tiles of max(R c (D + K_half W) s, l min(D, inner))
//       R, c   rows x columns of an output tile, and what an element of it costs compared with the largest tile
//       s      seconds of a multiply and add on one compute unit at the efficiency of large products
//       W      waves: tiles / units, of the last wave's idle share `tail_share`; at least 1
//       D      inner steps that one unit walks: inner x W; below one wave the inner dimension is split over idle units,
//              down to `split_depth` steps a unit
//       K_half inner steps that filling and draining a tile costs
//       l      latency of one inner step, which shows where each unit has only one tile
//
// Tiles, waves and split inner dimension: NVIDIA, "Matrix multiplication background user's guide". Libraries choose
// among many kernels; three tiles, halved in one direction after the other, stand for them. The named constants below
// hold for every accelerator: chosen by scans over timings of ai-dynamo/aiconfigurator of A100, H100, B200 and GB200,
// and rounded (docs/roofline.md has the accuracy, also on chips left out).

namespace foretrain::inline v0 {

/// Time of products on the matrix units of one accelerator.
template <class Real>
class BasicProductModel {
public:
    /// Share of the last wave's idle units that is really lost: kernels that deal out inner steps lose less than all.
    static constexpr double tail_share = 0.25;
    /// Fewest inner steps that a unit gets when the inner dimension is split.
    static constexpr double split_depth = 8192.0;
    /// Latency of one inner step in 16 bits, seconds; half of it is proportional to the bytes of an element.
    static constexpr double step_latency = 1.2e-6 / 1024.0;
    /// Cost of an output element in tiles of full, quarter and eighth size, relative to the full one: smaller tiles
    /// reuse operands less.
    static constexpr std::array<double, 3> tile_cost{1.0, 1.25, 1.4};
    /// Short sides get smaller tiles, in steps of this many rows or columns.
    static constexpr double tile_step = 32.0;

    constexpr BasicProductModel() noexcept = default;
    /// `speed`: rate of the matrix units, clock and software together, over that of a cool chip with the best kernels.
    constexpr BasicProductModel(const BasicAccelerator<Real>& accelerator, NumberFormat operands,
                                const Real& speed) noexcept
        : BasicProductModel{accelerator, raw(accelerator.matrix.of(operands)),           operands,
                            speed,       static_cast<double>(accelerator.compute_units), largest_of(accelerator)} {}

    /// Seconds for products of these sizes, all at least 1; `rate` below 1 slows the matrix units by that factor.
    [[nodiscard, gnu::always_inline]] constexpr Real time(std::int64_t rows, std::int64_t columns, std::int64_t inner,
                                                          std::int64_t batch, double rate = 1.0) const noexcept {
        const double m = static_cast<double>(rows);
        const double n = static_cast<double>(columns);
        const double k = static_cast<double>(inner);
        const double count = static_cast<double>(batch);
        Work best = work_of(tiles_[0], 1.0, m, n, k, count);
        // Where many full tiles fit well, no smaller one is better: even without a remainder it would cost more.
        if (best.waves == 1.0 || best.elements * best.waves > tile_cost[1] * m * n * count * per_unit_) {
            double least = plain(best);
            for (std::size_t i = 1; i < tiles_.size(); ++i) {
                const Work work = work_of(tiles_[i], tile_cost[i], m, n, k, count);
                const double time = plain(work);
                if (!(time < least)) continue;
                best = work;
                least = time;
            }
        }
        if (rate != 1.0) best.elements /= rate;
        const Real compute =
            Real(best.elements) * (Real(best.depth) + inner_half_ * Real(best.waves)) * seconds_per_step_;
        return compute > Real(best.latency) ? compute : Real(best.latency);
    }

private:
    struct Tile {
        double rows, columns, per_row, per_column;
    };
    /// What one compute unit does: `elements` of cost, over `depth` inner steps, in `waves`.
    struct Work {
        double elements = 0, depth = 0, waves = 1, latency = 0;
    };

    constexpr BasicProductModel(const BasicAccelerator<Real>& accelerator, const Real& peak, NumberFormat operands,
                                const Real& speed, double units, const Tile& largest) noexcept
        : seconds_per_step_{Real(2.0 * units) / (peak * accelerator.kernel.efficiency_of(operands) * speed)},
          inner_half_{accelerator.kernel.inner_dimension_half},
          latency_{step_latency * (0.5 + 0.25 * raw(size_of(operands)))}, units_{units}, per_unit_{1.0 / units},
          tiles_{largest, halved(largest, true), halved(halved(largest, true), false)} {
        // The ramp of a tile is a time, fitted in 16 bits: a slower format hides more of it.
        const Real sixteen_bits = raw(maximum(accelerator.matrix.bf16, accelerator.matrix.fp16));
        if (sixteen_bits > Real(0)) inner_half_ *= peak / sixteen_bits;
        plain_seconds_per_step_ = value_of(seconds_per_step_);
        plain_inner_half_ = value_of(inner_half_);
    }

    [[nodiscard]] static constexpr Tile largest_of(const BasicAccelerator<Real>& accelerator) noexcept {
        const double rows = static_cast<double>(accelerator.kernel.tile_rows);
        const double columns = static_cast<double>(accelerator.kernel.tile_columns);
        return {rows, columns, 1.0 / rows, 1.0 / columns};
    }
    /// Half as wide and, if `shorter`, half as long.
    [[nodiscard]] static constexpr Tile halved(Tile tile, bool shorter) noexcept {
        if (shorter && tile.rows > 1.0) {
            tile.rows *= 0.5;
            tile.per_row *= 2.0;
        }
        if (tile.columns > 1.0) {
            tile.columns *= 0.5;
            tile.per_column *= 2.0;
        }
        return tile;
    }

    /// Seconds of a unit's work, as a plain number.
    [[nodiscard]] constexpr double plain(const Work& work) const noexcept {
        const double compute = work.elements * (work.depth + plain_inner_half_ * work.waves) * plain_seconds_per_step_;
        return compute > work.latency ? compute : work.latency;
    }

    /// The least whole number not below count / each, from 1 / each: half a step off, rounding cannot reach the next.
    /// Adding 1.5 x 2^52 rounds what is far smaller to a whole number, in fewer cycles than a conversion and back.
    [[nodiscard]] static constexpr double whole(double count, double per_each) noexcept {
        constexpr double no_fraction = 0x1.8p52;
        return ((count - 0.5) * per_each + 0.5 + no_fraction) - no_fraction;
    }

    [[nodiscard, gnu::always_inline]] constexpr Work work_of(const Tile& tile, double cost, double m, double n,
                                                             double k, double batch) const noexcept {
        double rows = tile.rows, columns = tile.columns, tiles = batch;
        if (m < rows) {
            const double clipped = whole(m, 1.0 / tile_step) * tile_step;
            rows = clipped < rows ? clipped : rows;
        } else {
            tiles *= whole(m, tile.per_row);
        }
        if (n < columns) {
            const double clipped = whole(n, 1.0 / tile_step) * tile_step;
            columns = clipped < columns ? clipped : columns;
        } else {
            tiles *= whole(n, tile.per_column);
        }
        Work work;
        work.elements = rows * columns * cost;
        double waves = tiles * per_unit_;
        if (tiles <= units_) {
            const double shared = k * waves > split_depth ? k * waves : split_depth;
            work.depth = shared < k ? shared : k;
        } else {
            // A count that fits no integer is far above the few waves that whole ones matter for.
            if (waves < 1e6) waves += tail_share * (whole(tiles, per_unit_) - waves);
            work.waves = waves;
            work.depth = k * waves;
        }
        work.latency = latency_ * (work.depth < k ? work.depth : k);
        return work;
    }

    Real seconds_per_step_{};
    Real inner_half_{};
    double plain_seconds_per_step_ = 0;
    double plain_inner_half_ = 0;
    double latency_ = 0;
    double units_ = 1;
    double per_unit_ = 1;
    std::array<Tile, 3> tiles_{};
};
using ProductModel = BasicProductModel<double>;

} // namespace foretrain::inline v0
