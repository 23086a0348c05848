// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/scaling_laws.hpp>

#include <doctest/doctest.h>

#include <foretrain/batch/allocation.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

template <class Published>
constexpr bool well_formed(const Published& published) {
    AnyViolation violations;
    check_rules(published.law, violations);
    return violations.empty() && !published.name.empty() && !published.text.empty() &&
           !published.provenance.source.empty() && !published.provenance.as_of.empty() &&
           published.fitted.least_parameters < published.fitted.most_parameters &&
           published.fitted.least_tokens < published.fitted.most_tokens;
}
constexpr bool all_well_formed() {
    for (const auto& published : catalog::additive_laws)
        if (!well_formed(published)) return false;
    for (const auto& a : catalog::additive_laws)
        for (const auto& b : catalog::additive_laws)
            if (&a != &b && a.name == b.name) return false;
    for (const auto& optimum : catalog::optimum_laws)
        if (optimum.name.empty() || optimum.provenance.source.empty() || raw(optimum.law.parameters) <= 0) return false;
    return well_formed(catalog::kaplan_2020);
}
static_assert(all_well_formed(), "every law has a name of its own, a source, a range and constants in theirs");

} // namespace

TEST_CASE("what was not read again does not claim to be fitted") {
    for (const auto& published : catalog::additive_laws) {
        const bool unread = published.provenance.source.find("not read again") != std::string_view::npos;
        CHECK((published.provenance.evidence == Evidence::assumed) == unread);
    }
    for (const auto& optimum : catalog::optimum_laws) {
        const bool unread = optimum.provenance.source.find("not read again") != std::string_view::npos;
        CHECK((optimum.provenance.evidence == Evidence::assumed) == unread);
    }
}

TEST_CASE("equal exponents keep the ratio of tokens to parameters, as the study of repeated data has it") {
    // alpha = beta = 0.353: about twenty tokens a parameter at any compute.
    for (const double compute : {1e19, 1e23, 1e27})
        CHECK(raw(optimal_allocation(catalog::muennighoff_2023.law, make<Flops>(compute)).tokens_per_parameter()) ==
              doctest::Approx(19.5).epsilon(0.01));
}

TEST_CASE("the refit is inside its own errors of the constants that others quote of it") {
    const AdditiveLaw& refit = catalog::besiroglu_2024.law;
    const AdditiveLaw& quoted = catalog::miri_2025.law;
    CHECK(raw(refit.irreducible) == doctest::Approx(raw(quoted.irreducible)).epsilon(0.0005));
    CHECK(refit.model_exponent == doctest::Approx(quoted.model_exponent).epsilon(0.001));
    CHECK(refit.data_exponent == doctest::Approx(quoted.data_exponent).epsilon(0.001));
}

TEST_CASE("published optima agree with the refit within a factor of 1.4 at Chinchilla's budget, Kaplan's does not") {
    const double refit = raw(catalog::besiroglu_2024.law.optimal_parameters(576_ZFLOP));
    for (const auto& optimum : catalog::optimum_laws) {
        const double ratio = raw(optimum.law.optimal_parameters(576_ZFLOP)) / refit;
        CAPTURE(optimum.name);
        if (optimum.name == "kaplan-2020-optimum") CHECK(ratio > 5.0);
        else CHECK((ratio > 1 / 1.4 && ratio < 1.4));
    }
    // Llama 3 405B: 402 B on 16.55 T tokens at 3.8e25 FLOP (arXiv 2407.21783, section 3.2.1).
    const OptimumLaw& llama = catalog::optimum_laws[4].law;
    CHECK(raw(llama.optimal_tokens(make<Flops>(3.8e25))) == doctest::Approx(16.55e12).epsilon(0.06));
    // DeepSeek LLM: D = 5.8316 C^0.4757.
    const OptimumLaw& deepseek = catalog::optimum_laws[3].law;
    CHECK(raw(deepseek.optimal_tokens(make<Flops>(1e22))) == doctest::Approx(5.8316 * 2.9223e10).epsilon(0.01));
}
