// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/models_gpt.hpp>

#include <doctest/doctest.h>
#include <foretrain/workload/parameters.hpp>

#include <cstdint>

using namespace foretrain;

namespace {

struct Published {
    const Transformer& model;
    std::int64_t total;
};

// Parameters of the public checkpoints of these names, counted by their safetensors or model cards.
constexpr Published published[] = {
    {catalog::gpt2_124m, 124'439'808},      {catalog::gpt2_355m, 354'823'168},  {catalog::gpt2_774m, 774'030'080},
    {catalog::gpt2_1558m, 1'557'611'200},   {catalog::opt_125m, 125'239'296},   {catalog::opt_1_3b, 1'315'758'080},
    {catalog::opt_2_7b, 2'651'596'800},     {catalog::opt_6_7b, 6'658'473'984}, {catalog::opt_13b, 12'853'473'280},
    {catalog::opt_30b, 29'974'540'288},     {catalog::bloom_560m, 559'214'592}, {catalog::bloom_1_1b, 1'065'314'304},
    {catalog::bloom_1_7b, 1'722'408'960},   {catalog::bloom_3b, 3'002'557'440}, {catalog::bloom_7_1b, 7'069'016'064},
    {catalog::bloom_176b, 176'247'271'424}, {catalog::gpt_j_6b, 6'050'882'784}, {catalog::gpt_neox_20b, 20'554'567'680},
    {catalog::phi_2, 2'779'683'840},        {catalog::mpt_7b, 6'649'286'656},
};

constexpr bool all_exact() {
    for (const Published& row : published)
        if (parameters(row.model) != row.total) return false;
    return true;
}
static_assert(all_exact());

// The two columns of the Pythia model cards.
struct PublishedPair {
    const Transformer& model;
    std::int64_t total;
    std::int64_t without_embedding;
};
constexpr PublishedPair pythia[] = {
    {catalog::pythia_70m, 70'426'624, 18'915'328},        {catalog::pythia_160m, 162'322'944, 85'056'000},
    {catalog::pythia_410m, 405'334'016, 302'311'424},     {catalog::pythia_1b, 1'011'781'632, 805'736'448},
    {catalog::pythia_1_4b, 1'414'647'808, 1'208'602'624}, {catalog::pythia_2_8b, 2'775'208'960, 2'517'652'480},
    {catalog::pythia_6_9b, 6'857'302'016, 6'444'163'072}, {catalog::pythia_12b, 11'846'072'320, 11'327'027'200},
};

// Counts published with fewer digits: `count` parameters to the nearest `unit`.
struct PublishedRounded {
    const Transformer& model;
    double count;
    double unit;
};
constexpr PublishedRounded rounded[] = {
    // Brown et al. 2020, table D.1, "Params (M)"
    {catalog::gpt3_125m, 125e6, 1e6},
    {catalog::gpt3_350m, 356e6, 1e6},
    {catalog::gpt3_760m, 760e6, 1e6},
    {catalog::gpt3_1_3b, 1.32e9, 10e6},
    {catalog::gpt3_2_7b, 2.65e9, 10e6},
    {catalog::gpt3_6_7b, 6.66e9, 10e6},
    {catalog::gpt3_13b, 12.85e9, 10e6},
    {catalog::gpt3_175b, 174.6e9, 100e6},
    {catalog::opt_66b, 66e9, 1e9},   // Zhang et al. 2022, table 1
    {catalog::opt_175b, 175e9, 1e9}, // Zhang et al. 2022, table 1
    // Chowdhery et al. 2022, table 1
    {catalog::palm_8b, 8.63e9, 10e6},
    {catalog::palm_62b, 62.50e9, 10e6},
    {catalog::palm_540b, 540.35e9, 20e6}, // cut off, not rounded: without the norms it would be 540.354
    {catalog::mpt_30b, 30.0e9, 100e6},    // mosaicml/mpt-30b model card
    // mosaicml/llm-foundry, scripts/train/benchmarking/README.md, sequences of 2048
    {catalog::mpt_125m, 125.3e6, 100e3},
    {catalog::mpt_350m, 356.0e6, 100e3},
    {catalog::mpt_760m, 760.5e6, 100e3},
    {catalog::mpt_1b, 1.3160e9, 100e3},
    {catalog::mpt_3b, 2.6518e9, 100e3},
    {catalog::mpt_7b_benchmark, 6.6589e9, 100e3},
    {catalog::mpt_13b, 12.8540e9, 100e3},
    {catalog::mpt_30b_benchmark, 29.9752e9, 100e3},
    {catalog::mpt_70b, 64.8624e9, 100e3},
};

} // namespace

TEST_CASE("parameter counts equal the public checkpoints'") {
    for (const Published& row : published) {
        CAPTURE(row.model.name);
        CHECK(parameters(row.model) == row.total);
    }
}

TEST_CASE("both of Pythia's published counts are exact") {
    for (const PublishedPair& row : pythia) {
        CAPTURE(row.model.name);
        CHECK(parameters(row.model) == row.total);
        CHECK(parameters_without_embedding(row.model) == row.without_embedding);
    }
}

TEST_CASE("parameter counts round to what papers print") {
    for (const PublishedRounded& row : rounded) {
        CAPTURE(row.model.name);
        const double count = static_cast<double>(parameters(row.model));
        CHECK(count >= row.count - 0.5 * row.unit);
        CHECK(count <= row.count + 0.5 * row.unit);
    }
}

TEST_CASE("BLOOM's parts are those its authors list") {
    // BigScience 2022: 3,596,615,680 embedding parameters
    const ParameterCounts bloom = count_parameters(catalog::bloom_176b);
    CHECK(bloom.embedding == 3'596'615'680);
    CHECK(bloom.head == 0);
    CHECK(bloom.positions == 0);
    CHECK(bloom.embedding_norm == 2 * 14336);
}
