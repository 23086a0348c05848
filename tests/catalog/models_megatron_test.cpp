// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/models_megatron.hpp>

#include <doctest/doctest.h>
#include <foretrain/workload/parameters.hpp>

using namespace foretrain;

namespace {

struct Published {
    const Transformer& model;
    double billions;
    double unit;
};
constexpr Published published[] = {
    // Narayanan et al. 2021, table 1, first column
    {catalog::megatron_1_7b, 1.7, 0.1},
    {catalog::megatron_3_6b, 3.6, 0.1},
    {catalog::megatron_7_5b, 7.5, 0.1},
    {catalog::megatron_18b, 18.4, 0.1},
    {catalog::megatron_39b, 39.1, 0.1},
    {catalog::megatron_76b, 76.1, 0.1},
    {catalog::megatron_145b, 145.6, 0.1},
    {catalog::megatron_310b, 310.1, 0.1},
    {catalog::megatron_530b, 529.6, 0.1},
    {catalog::megatron_1t, 1008.0, 0.1},
    // Korthikanti et al. 2022, table 3
    {catalog::megatron_22b, 22, 1},
    {catalog::megatron_175b, 175, 1},
    // Nemotron-4: "embedding" and "non-embedding" together, see the case below
    {catalog::nemotron4_15b, 15.6, 0.1},
    {catalog::nemotron4_340b, 341.0, 0.1},
};

constexpr bool rounds_to(double billions, double published_billions, double unit) {
    return billions >= published_billions - 0.5 * unit && billions < published_billions + 0.5 * unit;
}
constexpr double in_billions(std::int64_t count) { return 1e-9 * static_cast<double>(count); }

constexpr bool all_round() {
    for (const Published& row : published)
        if (!rounds_to(in_billions(parameters(row.model)), row.billions, row.unit)) return false;
    return true;
}
static_assert(all_round());

} // namespace

TEST_CASE("Megatron's and Nemotron's parameter counts round to what their papers print") {
    for (const Published& row : published) {
        CAPTURE(row.model.name);
        CAPTURE(parameters(row.model));
        CHECK(rounds_to(in_billions(parameters(row.model)), row.billions, row.unit));
    }
}

TEST_CASE("Nemotron-4 splits into the published embedding and non-embedding parameters") {
    // Parmar et al. 2024: 3.2 B and 12.5 B (3.15 printed as 3.2); NVIDIA 2024: 9.4 B and 331.6 B
    const auto embedding = [](const Transformer& m) {
        return in_billions(parameters(m) - parameters_without_embedding(m));
    };
    CHECK(rounds_to(in_billions(parameters_without_embedding(catalog::nemotron4_15b)), 12.5, 0.1));
    CHECK(embedding(catalog::nemotron4_15b) == doctest::Approx(3.15).epsilon(0.01));
    CHECK(rounds_to(in_billions(parameters_without_embedding(catalog::nemotron4_340b)), 331.6, 0.1));
    CHECK(rounds_to(embedding(catalog::nemotron4_340b), 9.4, 0.1));
}

TEST_CASE("Megatron's counts follow equation 2 of Narayanan et al. and the final norm it leaves out") {
    for (const Transformer& m : {catalog::megatron_1_7b, catalog::megatron_145b, catalog::megatron_1t}) {
        const double h = static_cast<double>(m.hidden);
        const double l = static_cast<double>(m.layers);
        const double equation_2 = 12 * l * h * h * (1 + 13 / (12 * h) + (51200 + 2048) / (12 * l * h));
        CHECK(static_cast<double>(parameters(m)) == doctest::Approx(equation_2 + 2 * h).epsilon(1e-14));
    }
}
