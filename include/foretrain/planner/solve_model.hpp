// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "solve_run.hpp"

// The largest model that can be trained in a time or for an amount of money.
//
//   N* = max { N_k : T or C of a run of D_k tokens <= limit, and the plan fits }
//
// The models are a family: member k, k = 1, 2, ..., has k times the unit of heads of its smallest, and what the shape
// of a base model makes of that: width = heads x head dimension, depth and inner width in proportion to the width (the
// aspect ratio of the base). Loss depends little on the ratios of a shape over a wide range: J. Kaplan et al., "Scaling
// Laws for Neural Language Models", arXiv 2001.08361, section 3.1 and figure 5.
//
// D_k is fixed, or so many tokens a parameter (a token's active ones); 20 are compute-optimal by J. Hoffmann et al.,
// arXiv 2203.15556.

namespace foretrain::inline v0 {

/// Models in the order of their size: `member(k)` for k from 1.
template <class F>
concept ModelFamily = requires(const F& family, std::int64_t k) {
    { family.member(k) } noexcept -> std::same_as<Transformer>;
};

/// Models of one shape. With experts, these widen and their number stays.
struct ScaledShape {
    Transformer base{};
    std::int64_t unit = 1;     ///< heads are multiples of this: of the tensor-parallel degree and the key-value heads
    std::int64_t rounding = 1; ///< inner widths are multiples of this: 256 keeps tiles whole
    std::int64_t stages = 1;   ///< layers are multiples of this: pipeline stages with equally many

    [[nodiscard]] constexpr Transformer member(std::int64_t k) const noexcept {
        // Kept in the range in which products of two fit 64 bits; the rules of a model refuse what is beyond theirs.
        constexpr std::int64_t most = 1000000000;
        Transformer model = base;
        if (base.heads < 1 || k < 1 || k > most || unit < 1 || unit > most || rounding < 1 || rounding > most ||
            stages < 1 || stages > most) {
            model.heads = 0; // no such member: the rules of a model refuse it
            return model;
        }
        const std::int64_t heads = k * unit;
        const auto near = [&](std::int64_t of_base, std::int64_t multiple) {
            const double wanted = static_cast<double>(of_base) * static_cast<double>(heads) /
                                  static_cast<double>(base.heads) / static_cast<double>(multiple);
            const auto whole = wanted < 1e9 ? static_cast<std::int64_t>(wanted + 0.5) : most;
            return (whole > 0 ? whole : 1) * multiple;
        };
        model.heads = heads;
        model.kv_heads = base.kv_heads == base.heads ? heads : heads < base.kv_heads ? heads : base.kv_heads;
        model.hidden = near(base.hidden, base.hidden / base.heads > 0 ? base.hidden / base.heads : 1);
        model.layers = near(base.layers, stages);
        model.feed_forward = near(base.feed_forward, rounding);
        if (base.experts.width > 0) model.experts.width = near(base.experts.width, rounding);
        if (base.experts.shared_width > 0) model.experts.shared_width = near(base.experts.shared_width, rounding);
        return model;
    }
};

/// The smallest unit of heads that a plan can cut, for `ScaledShape`.
[[nodiscard]] constexpr std::int64_t head_unit(const Transformer& base, std::int64_t tensor) noexcept {
    const std::int64_t groups = base.kv_heads == base.heads || base.kv_heads < 1 ? 1 : base.kv_heads;
    const std::int64_t ranks = tensor > 0 ? tensor : 1;
    std::int64_t a = groups, b = ranks;
    while (b != 0) {
        const std::int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return groups / a * ranks;
}

/// How long a model is trained.
struct TrainingLength {
    Tokens tokens{};           ///< fixed; 0: by the next field
    TokensPerParameter each{}; ///< tokens an active parameter; 20: Hoffmann et al.

    [[nodiscard]] constexpr Tokens of(const Transformer& model) const noexcept {
        if (raw(tokens) > 0) return tokens;
        return each * make<Parameters>(static_cast<double>(active_parameters(model)));
    }
};

/// The largest member, of those from 1 to `largest`, whose run keeps a deadline or a budget of money on this cluster
/// under this plan, from above: every member that the plan can cut is looked at. Or everything wrong with the inputs.
template <class Real, ModelFamily Family, class Losses, class Power, RunLimit<Real> Limit>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Result<Solution<std::int64_t, Limit>>
try_largest_model(const Family& family, std::int64_t largest, const TrainingLength& length,
                  const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                  const BasicRunConditions<Real, Losses, Power>& conditions, const Limit& limit) noexcept {
    Violations violations;
    check_rules(cluster, violations);
    detail::require_range(violations, "solve.highest", largest, 1, 1000000, {}, "members of the family");
    detail::require_range(violations, "length.tokens", length.tokens, 0.0, 1e18, "tokens");
    if (!(raw(length.tokens) > 0))
        detail::require_range(violations, "length.each", length.each, 1e-6, 1e6, {}, "20 is compute-optimal");
    detail::check_limit(limit, conditions, violations);
    if (!violations.empty()) return violations;
    return try_solve(Aim::most, SolveBy::scan, 1, largest, Goal<Limit>{limit}, [&](std::int64_t k) noexcept {
        const Transformer model = family.member(k);
        const BasicSizedStep<Real> sized = sized_step<Real>(model, BasicSizedJob<Real>{cluster, plan});
        if (sized.missing == NoStep::memory) return Tried<Limit>{};
        if (!sized.runs()) return Tried<Limit>::absent();
        return detail::limited_quantity<Limit>(
            try_estimate_run(*sized.step, cluster, TokenBudget{length.of(model)}, conditions));
    });
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <class Real, ModelFamily Family, class Losses, class Power, RunLimit<Real> Limit>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Solution<std::int64_t, Limit>
largest_model(const Family& family, std::int64_t largest, const TrainingLength& length,
              const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
              const BasicRunConditions<Real, Losses, Power>& conditions, const Limit& limit) {
    return detail::value_or_throw(try_largest_model(family, largest, length, cluster, plan, conditions, limit));
}
#endif

} // namespace foretrain::inline v0
