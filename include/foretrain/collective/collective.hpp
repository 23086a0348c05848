// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../units/quantity.hpp"

// The collective operations, what their sizes mean, and the two bandwidths people quote for them.
//
//   algorithm bandwidth = S / t        bus bandwidth = factor(n) S / t
//
// S is the size (below), t the time, n the ranks. The factor makes the bus bandwidth of a bandwidth-optimal algorithm
// equal to the bandwidth of a link whatever n is: 2(n-1)/n for all-reduce; (n-1)/n for reduce-scatter, all-gather and
// all-to-all; 1 for broadcast, reduce and point to point. Source: nccl-tests, doc/PERFORMANCE.md.

namespace foretrain::inline v0 {

/// A communication among all ranks of a group. The size S is always that of the full array:
/// what each rank holds before an all-reduce, reduce-scatter, reduce or all-to-all and after an all-gather or
/// broadcast; for an all-gather, n times what each rank contributes.
enum class Collective : unsigned char {
    all_reduce,
    reduce_scatter,
    all_gather,
    broadcast,
    reduce,
    all_to_all,
    point_to_point, ///< each rank sends S to the next one of the group, as neighbouring pipeline stages do
};

/// Every collective, to loop over.
inline constexpr std::array<Collective, 7> every_collective{
    Collective::all_reduce, Collective::reduce_scatter, Collective::all_gather,    Collective::broadcast,
    Collective::reduce,     Collective::all_to_all,     Collective::point_to_point};

[[nodiscard]] constexpr std::string_view name_of(Collective collective) noexcept {
    switch (collective) {
    case Collective::all_reduce: return "all-reduce";
    case Collective::reduce_scatter: return "reduce-scatter";
    case Collective::all_gather: return "all-gather";
    case Collective::broadcast: return "broadcast";
    case Collective::reduce: return "reduce";
    case Collective::all_to_all: return "all-to-all";
    case Collective::point_to_point: return "point-to-point";
    }
    return "all-reduce";
}

/// Bus bandwidth over algorithm bandwidth among `ranks` >= 1, as nccl-tests defines it.
template <class Real = double>
[[nodiscard]] constexpr Real bus_factor(Collective collective, std::int64_t ranks) noexcept {
    const double n = static_cast<double>(ranks);
    switch (collective) {
    case Collective::all_reduce: return Real(2.0 * (n - 1.0) / n);
    case Collective::reduce_scatter:
    case Collective::all_gather:
    case Collective::all_to_all: return Real((n - 1.0) / n);
    case Collective::broadcast:
    case Collective::reduce:
    case Collective::point_to_point: return Real(1.0);
    }
    return Real(1.0);
}

/// Size over time. `time` must be positive.
template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> algorithm_bandwidth(const BasicBytes<Real>& size,
                                                                 const BasicSeconds<Real>& time) noexcept {
    return make<BasicBandwidth<Real>>(raw(size) / raw(time));
}

/// What nccl-tests prints as busbw. `time` must be positive, `ranks` at least 1.
template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> bus_bandwidth(Collective collective, std::int64_t ranks,
                                                           const BasicBytes<Real>& size,
                                                           const BasicSeconds<Real>& time) noexcept {
    return make<BasicBandwidth<Real>>(bus_factor<Real>(collective, ranks) * (raw(size) / raw(time)));
}

} // namespace foretrain::inline v0
