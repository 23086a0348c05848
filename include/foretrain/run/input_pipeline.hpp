// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "../math/exp.hpp"
#include "../math/root.hpp"
#include "../math/sqrt.hpp"
#include "../units/evidence.hpp"
#include "../units/result.hpp"

// The input pipeline: how long a step waits for its samples, what makes it wait, and what would end that.
//
//   storage = m B s / R     network = m B s / (N W)     decoding = B / (N c d)     I = the longest of them
//   deficit = max(0, I - T)
//   jitter  = sigma^2 / (2 b) x / (e^x - 1),  x = 2 |T - I| b / sigma^2,  b = (k - 1) T + 1.166 sigma,  sigma = v I
//   stall   = deficit + jitter
//
// B samples of s stored bytes a step, m the share of them that misses the cache of the hosts, R the rate of the
// storage, W that of the network of each of N nodes, c cores a node that decode d samples a second each, T the step
// without waiting, k the batches prefetched, v the variation (standard deviation over mean) of the time to prepare a
// batch. The stages work at the same time on different samples, so the slowest sets the pace. Prefetching hides
// variation, never a deficit: how far the loader is ahead is a random walk between nothing and k batches, and the stall
// is what a reflected Brownian motion with that drift loses at its lower end. Without prefetching (k = 0) nothing
// overlaps and the step waits for all of I. Sources: Harrison 1985, Brownian motion and stochastic flow systems, 5.6
// (two barriers); Siegmund 1985, Sequential analysis, 10.4 (0.583 sigma a barrier, by which steps of a walk overshoot).

namespace foretrain::inline v0 {

/// Whether nodes read samples of the whole data set in each epoch, or shuffle within a part of it that is their own.
enum class Shuffle : unsigned char { across_nodes, within_node };

/// What each node reads, and with what.
template <class Real>
struct BasicInputPipeline {
    BasicBytesPerSample<Real> sample_size{}; ///< as stored
    BasicBandwidth<Real> storage{};          ///< what the storage gives to all nodes together
    BasicBandwidth<Real> node_network{};     ///< of a node, what is left for data
    BasicSampleRate<Real> core_decodes{};    ///< samples a core decodes and augments in a second
    std::int64_t cores = 0;                  ///< of a node that do so
    std::int64_t nodes = 0;                  ///< that read, each its share of the batch
    std::int64_t prefetch = 0;               ///< batches prepared ahead
    Real variation{};                        ///< of the time to prepare a batch, 0 to 10: standard deviation over mean
    BasicBytes<Real> cache{};                ///< host memory of a node that keeps stored samples, 0 for none
    BasicBytes<Real> data_set{};             ///< as stored, an epoch
    Shuffle shuffle = Shuffle::across_nodes;
    Provenance provenance{};
};
using InputPipeline = BasicInputPipeline<double>;

/// What samples pass on their way.
enum class InputStage : unsigned char { storage, network, decoding };
inline constexpr std::size_t input_stages = 3;

/// `storage`, `network` or `decoding`.
[[nodiscard]] constexpr std::string_view name_of(InputStage stage) noexcept {
    constexpr std::array<std::string_view, input_stages> names{"storage", "network", "decoding"};
    return names[static_cast<std::size_t>(stage)];
}

/// What a step waits for its input, in one epoch.
template <class Real>
struct BasicInputStall {
    std::array<BasicSeconds<Real>, input_stages> time{}; ///< of each stage for a batch; they overlap
    BasicSeconds<Real> deficit{};                        ///< no prefetching hides it
    BasicSeconds<Real> jitter{};                         ///< more prefetching would hide it
    Real cached{};                                       ///< share of the samples that the hosts have in memory

    /// The stage that sets the pace.
    [[nodiscard]] constexpr InputStage slowest() const noexcept {
        std::size_t longest = 0;
        for (std::size_t i = 1; i < input_stages; ++i)
            if (time[i] > time[longest]) longest = i;
        return static_cast<InputStage>(longest);
    }
    /// A batch, if the step never made the loader wait.
    [[nodiscard]] constexpr BasicSeconds<Real> batch_time() const noexcept {
        return time[static_cast<std::size_t>(slowest())];
    }
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept { return deficit + jitter; }
};
using InputStall = BasicInputStall<double>;

/// Tells `sink` of everything wrong with an input pipeline.
template <class Real, class Sink>
constexpr void check_rules(const BasicInputPipeline<Real>& input, Sink& sink) noexcept {
    const auto range = [&](std::string_view field, const auto& value, double lowest, double highest,
                           std::string_view unit, std::string_view hint = {}) {
        detail::require_range(sink, field, value, lowest, highest, unit, hint);
    };
    range("input.sample_size", input.sample_size, 1.0, 1e13, "B/sample");
    range("input.storage", input.storage, 1.0, 1e18, "B/s", "of the whole storage, not of a drive");
    range("input.node_network", input.node_network, 1.0, 1e18, "B/s");
    range("input.core_decodes", input.core_decodes, 1e-6, 1e12, "samples/s", "large where there is nothing to decode");
    range("input.cores", input.cores, 1, 100000, {}, "of a node");
    range("input.nodes", input.nodes, 1, 10000000, {});
    range("input.prefetch", input.prefetch, 0, 1000000, "batches");
    range("input.variation", input.variation, 0.0, 10.0, {}, "standard deviation over mean; 0 for a steady loader");
    range("input.cache", input.cache, 0.0, 1e16, "B", "0 for none");
    range("input.data_set", input.data_set, 1.0, 1e20, "B");
    detail::require(sink, !(raw(input.data_set) < raw(input.sample_size)), "data_set_holds_a_sample", "input.data_set",
                    input.data_set, "at least one sample, {} B", detail::plain(input.sample_size),
                    "sizes as stored, of the whole epoch");
}

/// Share of the samples that are in the memory of the node that wants them: none in the first epoch. Kept are samples
/// chosen once: a cache that evicts the oldest would have thrown each out before its turn.
template <class Real>
[[nodiscard]] constexpr Real cached_share(const BasicInputPipeline<Real>& input, bool first_epoch) noexcept {
    if (first_epoch) return Real(0.0);
    const double copies = input.shuffle == Shuffle::within_node ? static_cast<double>(input.nodes) : 1.0;
    return minimum(Real(1.0), Real(input.cache / input.data_set * Real(copies)));
}

namespace detail {

/// Stall by variation: what a random walk with steps of mean `step` - `batch` loses at its lower end.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> stall_by_jitter(const BasicSeconds<Real>& batch,
                                                           const BasicSeconds<Real>& step, const Real& variation,
                                                           std::int64_t prefetch) noexcept {
    const BasicSeconds<Real> overlapped = minimum(batch, step); // what prefetching can hide
    if (prefetch < 1) return overlapped;
    const Real sigma = variation * raw(batch);
    if (!(sigma > Real(0.0))) return {};
    // All in deviations, which keeps squares of seconds out of a float.
    const Real ahead = Real(static_cast<double>(prefetch - 1)) * raw(step) / sigma + Real(1.166);
    const Real drift = (step < batch ? raw(batch - step) : raw(step - batch)) / sigma;
    const Real x = Real(2.0) * drift * ahead;
    if (x > Real(80.0)) return {};
    const Real kept = x < Real(1e-6) ? Real(Real(1.0) - Real(0.5) * x) : Real(x / expm1(x));
    return minimum(overlapped, make<BasicSeconds<Real>>(sigma / (Real(2.0) * ahead) * kept));
}

} // namespace detail

/// What a step of `step` seconds and `batch` samples waits for its input; of a pipeline that was checked.
template <class Real>
[[nodiscard]] constexpr BasicInputStall<Real> input_stall(const BasicInputPipeline<Real>& input,
                                                          const BasicSamples<Real>& batch,
                                                          const BasicSeconds<Real>& step, bool first_epoch) noexcept {
    const Real nodes = Real(static_cast<double>(input.nodes));
    BasicInputStall<Real> stall;
    stall.cached = cached_share(input, first_epoch);
    const BasicBytes<Real> read = batch * input.sample_size * Real(Real(1.0) - stall.cached);
    stall.time = {read / input.storage, read / (input.node_network * nodes),
                  batch / (input.core_decodes * nodes * Real(static_cast<double>(input.cores)))};
    const BasicSeconds<Real> pace = stall.batch_time();
    if (pace > step) stall.deficit = pace - step;
    stall.jitter = detail::stall_by_jitter(pace, step, input.variation, input.prefetch);
    return stall;
}

/// The mean stall of a step in a run of `epochs` (more than 0), of which the first finds nothing in memory.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real>
mean_input_stall(const BasicInputPipeline<Real>& input, const BasicSamples<Real>& batch, const BasicSeconds<Real>& step,
                 const Real& epochs) noexcept {
    const BasicSeconds<Real> first = input_stall(input, batch, step, true).total();
    if (!(epochs > Real(1.0))) return first;
    const BasicSeconds<Real> later = input_stall(input, batch, step, false).total();
    return later + (first - later) / epochs;
}

/// Everything wrong with a pipeline and the step that it feeds.
template <class Real>
[[nodiscard]] constexpr Violations check(const BasicInputPipeline<Real>& input, const BasicSamples<Real>& batch,
                                         const BasicSeconds<Real>& step) noexcept {
    Violations violations;
    check_rules(input, violations);
    detail::require_range(violations, "batch", batch, 1.0, 1e12, "samples");
    detail::require_range(violations, "step", step, 1e-9, 1e9, "s");
    return violations;
}

/// What a step waits for its input, or everything wrong.
template <class Real>
[[nodiscard]] constexpr Result<BasicInputStall<Real>>
try_estimate_input(const BasicInputPipeline<Real>& input, const BasicSamples<Real>& batch,
                   const BasicSeconds<Real>& step, bool first_epoch) noexcept {
    const Violations violations = check(input, batch, step);
    if (!violations.empty()) return violations;
    return input_stall(input, batch, step, first_epoch);
}

#if defined(__cpp_exceptions)
/// What a step waits for its input; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicInputStall<Real> estimate_input(const BasicInputPipeline<Real>& input,
                                                             const BasicSamples<Real>& batch,
                                                             const BasicSeconds<Real>& step, bool first_epoch) {
    return detail::value_or_throw(try_estimate_input(input, batch, step, first_epoch));
}
#endif

/// The least of each that leaves no deficit, the others being enough.
template <class Real>
struct BasicInputNeeds {
    BasicBandwidth<Real> storage{};
    BasicBandwidth<Real> node_network{};
    std::optional<std::int64_t> cores{};     ///< of a node; none: more than 100,000
    std::optional<BasicBytes<Real>> cache{}; ///< of a node, from the second epoch on; none: decoding is the deficit
    std::optional<std::int64_t> prefetch{};  ///< for a jitter of at most 1% of the step; none: no number helps
};
using InputNeeds = BasicInputNeeds<double>;

/// What removes the stall of a step; of a pipeline that was checked.
template <class Real>
[[nodiscard]] constexpr BasicInputNeeds<Real> input_needs(const BasicInputPipeline<Real>& input,
                                                          const BasicSamples<Real>& batch,
                                                          const BasicSeconds<Real>& step, bool first_epoch) noexcept {
    const Real nodes = Real(static_cast<double>(input.nodes));
    const BasicBytes<Real> all = batch * input.sample_size;
    const BasicBytes<Real> read = all * Real(Real(1.0) - cached_share(input, first_epoch));
    BasicInputNeeds<Real> needs;
    needs.storage = read / step;
    needs.node_network = needs.storage / nodes;
    const auto decoded_in_time = [&](std::int64_t cores) {
        return batch / (input.core_decodes * nodes * Real(static_cast<double>(cores))) <= step;
    };
    if (const auto cores = first_true<std::int64_t>(1, 100000, decoded_in_time)) needs.cores = *cores;
    if (decoded_in_time(input.cores)) {
        // The share of misses that storage and network can still bring.
        const BasicSeconds<Real> reading = maximum(all / input.storage, all / (input.node_network * nodes));
        const Real missing = minimum(Real(1.0), Real(step / reading));
        const Real shards = input.shuffle == Shuffle::within_node ? nodes : Real(1.0);
        needs.cache = input.data_set * Real((Real(1.0) - missing) / shards);
    }
    const BasicSeconds<Real> pace = input_stall(input, batch, step, first_epoch).batch_time();
    const auto steady = [&](std::int64_t prefetch) {
        return detail::stall_by_jitter(pace, step, input.variation, prefetch) <= step * Real(0.01);
    };
    if (const auto prefetch = first_true<std::int64_t>(0, 1000000, steady)) needs.prefetch = *prefetch;
    return needs;
}

} // namespace foretrain::inline v0
