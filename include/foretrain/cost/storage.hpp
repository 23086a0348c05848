// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/scalar.hpp"
#include "../units/result.hpp"

// What a run stores: its data set and the checkpoints that it keeps, in bytes and in byte-months to be paid.
//
// A checkpoint is written every `interval`. The last `latest` are kept, and of the older ones every `every`-th until
// the end. The byte-time is the sum over checkpoints of size times life, to the end of the run; storage price times
// byte-time is the bill (cost/price.hpp), and what leaves the cloud is paid by the byte.

namespace foretrain::inline v0 {

/// What is kept.
template <class Real>
struct BasicRetention {
    BasicBytes<Real> data_set{};
    BasicBytes<Real> checkpoint{}; ///< one, with optimizer state if it has that
    BasicSeconds<Real> interval{}; ///< between checkpoints
    std::int64_t latest = 0;       ///< kept of the last ones
    std::int64_t every = 0;        ///< of the older ones each so-many-th is kept; 0 for none
};
using Retention = BasicRetention<double>;

/// What a run has stored.
template <class Real>
struct BasicStored {
    BasicByteTime<Real> data_set{};
    BasicByteTime<Real> checkpoints{};
    BasicBytes<Real> at_end{}; ///< bytes there at the end of the run, the data set included; also the most there are

    [[nodiscard]] constexpr BasicByteTime<Real> total() const noexcept { return data_set + checkpoints; }
};
using Stored = BasicStored<double>;

/// Tells `sink` of everything wrong with what is to be kept.
template <class Real, class Sink>
constexpr void check_rules(const BasicRetention<Real>& kept, Sink& sink) noexcept {
    detail::require_range(sink, "retention.data_set", kept.data_set, 0.0, 1e20, "B");
    detail::require_range(sink, "retention.checkpoint", kept.checkpoint, 0.0, 1e18, "B");
    detail::require_range(sink, "retention.interval", kept.interval, 1e-3, 1e10, "s");
    detail::require_range(sink, "retention.latest", kept.latest, 1, 1000000000, {}, "a run restarts from one at least");
    detail::require_range(sink, "retention.every", kept.every, 0, 1000000000, {}, "0 to keep the latest only");
}

/// What a run of `time` stores, or everything wrong.
template <class Real>
[[nodiscard]] constexpr Result<BasicStored<Real>> try_stored(const BasicRetention<Real>& kept,
                                                             const BasicSeconds<Real>& time) noexcept {
    Violations violations;
    check_rules(kept, violations);
    detail::require_range(violations, "time", time, 0.0, 1e10, "s");
    if (!violations.empty()) return violations;
    const auto whole = [](const Real& x) { return static_cast<double>(static_cast<std::int64_t>(value_of(x))); };
    const double written = whole(Real(time / kept.interval));
    const double latest = static_cast<double>(kept.latest);
    // Checkpoint i, written at i intervals, lives to the end, or as long as it is one of the latest: i <= outlived.
    const double outlived = written > latest ? written - latest : 0.0;
    const double old = kept.every > 0 ? whole(Real(outlived / static_cast<double>(kept.every))) : 0.0;
    const double last = written - outlived;
    const BasicSeconds<Real> lives = kept.interval * Real(outlived * latest) + time * Real(last) -
                                     kept.interval * Real(last * outlived + last * (last + 1.0) * 0.5) +
                                     (time - kept.interval * Real(latest)) * Real(old) -
                                     kept.interval * Real(static_cast<double>(kept.every) * old * (old + 1.0) * 0.5);
    BasicStored<Real> stored;
    stored.data_set = kept.data_set * time;
    stored.checkpoints = kept.checkpoint * maximum(lives, BasicSeconds<Real>{}); // no rounding below nothing
    stored.at_end = kept.data_set + kept.checkpoint * Real(last + old);
    return stored;
}

#if defined(__cpp_exceptions)
/// What a run of `time` stores; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicStored<Real> stored(const BasicRetention<Real>& kept, const BasicSeconds<Real>& time) {
    return detail::value_or_throw(try_stored(kept, time));
}
#endif

} // namespace foretrain::inline v0
