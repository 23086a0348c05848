// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "direct.hpp"
#include "double_binary_tree.hpp"
#include "halving_doubling.hpp"
#include "hierarchical.hpp"
#include "in_network.hpp"
#include "ring.hpp"
#include "tree.hpp"

// The choice among algorithms: the fastest of a compile-time list, and the size at which one overtakes another.
//
// A list may hold anybody's policies, e.g. AlgorithmList<Ring, MyAlgorithm, Direct>. `NcclAlgorithms` is what NCCL
// implements and so what training runs get; `EveryAlgorithm` is what is possible.

namespace foretrain::inline v0 {

/// Algorithms to choose from, at compile time.
template <CollectiveAlgorithm... Algorithms>
struct AlgorithmList {
    /// True if each collective has an algorithm that runs on every fabric.
    [[nodiscard]] static consteval bool complete() noexcept {
        for ([[maybe_unused]] const Collective collective : every_collective)
            if (!((Algorithms::supports(collective) && runs_anywhere<Algorithms>()) || ...)) return false;
        return true;
    }

private:
    template <class A>
    [[nodiscard]] static consteval bool runs_anywhere() noexcept {
        return detail::available<A>(BasicGroup<double>{});
    }
};

/// All algorithms of the library.
using EveryAlgorithm = AlgorithmList<Ring, Tree, DoubleBinaryTree, HalvingDoubling, Direct, Hierarchical, InNetwork>;

namespace detail {

/// NCCL's trees: chains inside a node, so that without a network they are but a slower ring.
struct NcclTree : Only<DoubleBinaryTree, Collective::all_reduce> {
    template <class Real>
    [[nodiscard]] static constexpr bool available(const BasicGroup<Real>& group) noexcept {
        return group.network;
    }
};

/// NCCL's reductions in switches. Logs show rings for up to 4 ranks on NVSwitch, and no gain over them in racks of 72.
struct NcclSwitches : Only<InNetwork, Collective::all_reduce> {
    template <class Real>
    [[nodiscard]] static constexpr bool available(const BasicGroup<Real>& group) noexcept {
        bool any = false;
        for_each_tier(group, [&](std::int64_t k, const BasicGroupTier<Real>& tier) {
            any = any || (tier.in_network_reduction && (k > 0 || (tier.members > 4 && tier.members <= 16)));
        });
        return any;
    }
};

} // namespace detail

/// What NCCL implements: rings; trees and switches for all-reduce; direct sends for all-to-all and point to point.
using NcclAlgorithms = AlgorithmList<Ring, detail::NcclTree, detail::NcclSwitches,
                                     Only<Direct, Collective::all_to_all, Collective::point_to_point>>;

/// A list that has an algorithm for every collective on every fabric; add `Direct` to yours if in doubt.
template <class List>
concept CompleteAlgorithmList = List::complete();

/// The fastest algorithm and its time.
template <class Real>
struct BasicAlgorithmChoice {
    Algorithm algorithm = Algorithm::custom;
    std::string_view name; ///< tells custom algorithms apart
    BasicSeconds<Real> time{};
};
using AlgorithmChoice = BasicAlgorithmChoice<double>;

namespace detail {

template <class A, class Real>
constexpr void try_algorithm(BasicAlgorithmChoice<Real>& best, Collective collective, const BasicGroup<Real>& group,
                             const BasicBytes<Real>& size) noexcept {
    if (!A::supports(collective) || !available<A>(group)) return;
    const BasicSeconds<Real> time = A::time(collective, group, size);
    if (best.name.empty() || time < best.time) best = {id_of<A>(), A::name, time};
}

template <class Real, class... As>
[[nodiscard]] constexpr BasicAlgorithmChoice<Real> fastest(AlgorithmList<As...>, Collective collective,
                                                           const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
    BasicAlgorithmChoice<Real> best;
    (try_algorithm<As>(best, collective, group, size), ...);
    return best;
}

} // namespace detail

/// The fastest algorithm of `List` for `size` >= 0; among equals the first of the list.
template <CompleteAlgorithmList List = EveryAlgorithm, class Real>
[[nodiscard]] constexpr BasicAlgorithmChoice<Real> best(Collective collective, const BasicGroup<Real>& group,
                                                        const BasicBytes<Real>& size) noexcept {
    return detail::fastest(List{}, collective, group, size);
}

/// Time of the fastest algorithm of `List`; exactly zero for a group of one.
template <CompleteAlgorithmList List = EveryAlgorithm, class Real>
[[nodiscard]] constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                const BasicBytes<Real>& size) noexcept {
    if (group.ranks <= 1) return BasicSeconds<Real>{};
    return best<List>(collective, group, size).time;
}

/// The size at which two algorithms cost the same, if there is one.
template <class Real>
struct BasicCrossover {
    bool exists = false;
    BasicBytes<Real> size{};
};

/// The smallest size from 1 B to 2^50 B at which A and B take the same time, so that one is faster just below and the
/// other just above. Both must support the collective. Its derivatives are right too: the root is found by bisection
/// of the values and finished by one Newton step, S - f(S) / f'(S), in which only f carries derivatives.
template <CollectiveAlgorithm A, CollectiveAlgorithm B, class Real>
[[nodiscard]] constexpr BasicCrossover<Real> crossover_size(Collective collective,
                                                            const BasicGroup<Real>& group) noexcept {
    if (group.ranks <= 1 || !A::supports(collective) || !B::supports(collective)) return {};
    const auto difference = [&](double bytes) {
        const BasicBytes<Real> size = make<BasicBytes<Real>>(Real(bytes));
        return Real(raw(A::time(collective, group, size)) - raw(B::time(collective, group, size)));
    };
    const auto sign = [&](double bytes) {
        const Real d = difference(bytes);
        return d < Real(0.0) ? -1 : d > Real(0.0) ? 1 : 0;
    };
    double low = 1.0;
    const int before = sign(low);
    if (before == 0) return {};
    double high = 2.0 * low;
    while (sign(high) != -before) {
        low = high;
        high *= 2.0;
        if (high > 0x1p50) return {};
    }
    for (int i = 0; i < 50; ++i) {
        const double middle = 0.5 * (low + high);
        (sign(middle) == before ? low : high) = middle;
    }
    const double root = 0.5 * (low + high);
    const double step = root * 0x1p-12;
    const double slope = (static_cast<double>(value_of(difference(root + step))) -
                          static_cast<double>(value_of(difference(root - step)))) /
                         (2.0 * step);
    Real size = Real(root);
    if constexpr (!PlainReal<Real>) {
        if (slope != 0.0) size -= difference(root) * Real(1.0 / slope);
    }
    return {true, make<BasicBytes<Real>>(size)};
}

} // namespace foretrain::inline v0
