// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../batch/additive_law.hpp"
#include "../batch/data_repetition.hpp"
#include "../batch/kaplan_law.hpp"
#include "../batch/routed_law.hpp"

// Published scaling laws, each with its source, its evidence and the range it was fitted on.
//
// Evidence `fitted`: constants read in the source or in a text that quotes it. Evidence `assumed`: constants known from
// the literature but not read again for this catalogue; check them before relying on them. The ranges of parameters and
// tokens are the sources' own descriptions of their runs, rounded.

namespace foretrain::inline v0::catalog {

/// Joint law of parameters and tokens. Runs of 768 to 1.5 billion parameters on WebText2.
inline constexpr PublishedLaw<KaplanLaw> kaplan_2020{
    .name = "kaplan-2020",
    .law = {make<Parameters>(6.4e13), 0.076, make<Tokens>(1.8e13), 0.103},
    .counts = ParameterCount::without_embedding,
    .fitted = {make<Parameters>(768.0), make<Parameters>(1.5e9), make<Tokens>(2.2e7), make<Tokens>(2.3e10)},
    .text = "WebText2",
    .provenance = {"arXiv 2001.08361, table 2 and equation 1.5, quoted by a second text", "2020-01", Evidence::fitted}};

/// Loss from parameters alone, without embeddings, trained to convergence on data without end.
inline constexpr PowerLaw<Parameters> kaplan_2020_parameters{make<Parameters>(8.8e13), 0.076};
/// Loss from data alone, for a large model stopped early.
inline constexpr PowerLaw<Tokens> kaplan_2020_tokens{make<Tokens>(5.4e13), 0.095};
/// Loss from compute alone, optimally spent at batches far below the critical one: 3.1e8 PFLOP/s-days.
inline constexpr PowerLaw<Flops> kaplan_2020_compute{make<Flops>(3.1e8 * 8.64e19), 0.050};

/// Approach 3 of Chinchilla, rounded as in the paper. Its optimum contradicts approaches 1 and 2 of the same paper,
/// which the refit below resolves.
inline constexpr PublishedLaw<AdditiveLaw> hoffmann_2022{
    .name = "hoffmann-2022",
    .law = {make<CrossEntropy>(1.69), 406.4, 0.34, 410.7, 0.28},
    .counts = ParameterCount::all,
    .fitted = {make<Parameters>(7e7), make<Parameters>(1.6e10), make<Tokens>(5e9), make<Tokens>(5e11)},
    .text = "MassiveText",
    .provenance = {"arXiv 2203.15556, equation 10; constants as in epoch-research/analyzing-chinchilla@9225883",
                   "2022-03", Evidence::fitted}};

/// Refit of the runs of Chinchilla's approach 3, read off the paper's figure; 240 runs.
inline constexpr PublishedLaw<AdditiveLaw> besiroglu_2024{
    .name = "besiroglu-2024",
    .law = {make<CrossEntropy>(1.817), 482.01, 0.348, 2085.43, 0.366},
    .counts = ParameterCount::all,
    .fitted = {make<Parameters>(7e7), make<Parameters>(1.6e10), make<Tokens>(5e9), make<Tokens>(5e11)},
    .text = "MassiveText",
    .provenance = {"arXiv 2404.10102; epoch-research/analyzing-chinchilla@9225883", "2024-04", Evidence::fitted}};
/// Standard errors of that refit.
inline constexpr AdditiveLawErrors besiroglu_2024_errors{make<CrossEntropy>(0.026), 124.58, 0.015, 1293.28, 0.021};

/// The same refit with a digit more, as MIRI quotes it.
inline constexpr PublishedLaw<AdditiveLaw> miri_2025{
    .name = "miri-2025",
    .law = {make<CrossEntropy>(1.8172), 482.01, 0.3478, 2085.43, 0.3658},
    .counts = ParameterCount::all,
    .fitted = besiroglu_2024.fitted,
    .text = "MassiveText",
    .provenance = {"the constants of arXiv 2404.10102 as quoted by MIRI's compute model", "2025", Evidence::fitted}};

/// The base law of the study of repeated data, on C4.
inline constexpr PublishedLaw<AdditiveLaw> muennighoff_2023{
    .name = "muennighoff-2023",
    .law = {make<CrossEntropy>(1.87), 521.0, 0.353, 1488.0, 0.353},
    .counts = ParameterCount::all,
    .fitted = {make<Parameters>(7e6), make<Parameters>(9e9), make<Tokens>(1e8), make<Tokens>(9e11)},
    .text = "C4",
    .provenance = {"arXiv 2305.16264, appendix A; not read again", "2023-05", Evidence::assumed}};
/// What repeated tokens and parameters beyond the data's optimum are still worth.
inline constexpr RepetitionDecay muennighoff_2023_decay{.tokens = 15.387756, .parameters = 5.309743};
inline constexpr Provenance muennighoff_2023_decay_provenance{"arXiv 2305.16264, section 6; not read again", "2023-05",
                                                              Evidence::assumed};

/// Fits of the additive law, for choices by name.
inline constexpr std::array additive_laws{hoffmann_2022, besiroglu_2024, miri_2025, muennighoff_2023};

/// Ways of routing to experts, in the order of the source's table. Dense sizes of 15 million to 1.3 billion parameters,
/// up to 512 experts, one a token, 130 billion tokens.
inline constexpr Routing clark_2022_s_base{-0.082, -0.108, 0.009, 1.847, 314.478, 512};
inline constexpr Routing clark_2022_reinforced{-0.083, -0.126, 0.012, 1.880, 469.982, 512};
inline constexpr Routing clark_2022_hash{-0.087, -0.136, 0.012, 4.175, 477.741, 512};
inline constexpr FittedRange clark_2022_fitted{make<Parameters>(1.5e7), make<Parameters>(1.3e9), make<Tokens>(1.3e11),
                                               make<Tokens>(1.3e11)};
inline constexpr Provenance clark_2022_provenance{"arXiv 2202.01169, table 3; not read again", "2022-02",
                                                  Evidence::assumed};

/// An optimum with its name and origin.
struct PublishedOptimum {
    std::string_view name;
    OptimumLaw law;
    Provenance provenance;
};
/// Optima published without a loss: how others would spend the same compute.
inline constexpr std::array optimum_laws{
    PublishedOptimum{"kaplan-2020-optimum",
                     {make<Flops>(8.64e19), make<Parameters>(1.3e9), 0.73},
                     {"arXiv 2001.08361, table 6: 1.3e9 at one PFLOP/s-day; the exponent quoted by a second text, the "
                      "scale not read again",
                      "2020-01", Evidence::assumed}},
    PublishedOptimum{"hoffmann-2022-approach-1",
                     {make<Flops>(5.76e23), make<Parameters>(6.7e10), 0.50},
                     {"arXiv 2203.15556, table 2 and 3; not read again", "2022-03", Evidence::assumed}},
    PublishedOptimum{"hoffmann-2022-approach-2",
                     {make<Flops>(5.76e23), make<Parameters>(6.3e10), 0.49},
                     {"arXiv 2203.15556, table 2 and A3; not read again", "2022-03", Evidence::assumed}},
    PublishedOptimum{
        "deepseek-2024",
        {make<Flops>(1.0), make<Parameters>(0.1715 / 6.0), 0.5243},
        {"arXiv 2401.02954: M = 0.1715 C^0.5243 operations a token without embeddings, here M / 6; quoted by "
         "a second text",
         "2024-01", Evidence::fitted}},
    PublishedOptimum{"llama-3-2024",
                     {make<Flops>(3.8e25), make<Parameters>(4.02e11), 0.463},
                     {"arXiv 2407.21783, section 3.2.1: 402B on 16.55T tokens at 3.8e25, D ~ C^0.537; not read again",
                      "2024-07", Evidence::assumed}},
};

} // namespace foretrain::inline v0::catalog
