// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/recipe.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// Bytes kept for each parameter where nothing is shared out.
constexpr Bytes bytes_per_parameter(const Precision& precision, Optimizer optimizer) {
    const Bytes master = precision.master_weights ? size_of(NumberFormat::fp32) : Bytes{};
    return size_of(precision.weights) + size_of(precision.gradients) + master +
           static_cast<double>(states_of(optimizer)) * size_of(precision.optimizer_state);
}

// Published: 16 bytes with FP16 gradients (Rajbhandari et al. 2020, section 3.1: 2 + 2 + 12), 18 with FP32 gradients
// (Megatron-Core's distributed optimizer: 18, or 6 + 12/d when the states are shared out over d ranks).
static_assert(bytes_per_parameter(precision::mixed_fp16, Optimizer::adam) == 16_B);
static_assert(bytes_per_parameter(precision::mixed_bf16, Optimizer::adam) == 18_B);
static_assert(bytes_per_parameter(precision::mixed_bf16_reduced, Optimizer::adam) == 16_B);
static_assert(bytes_per_parameter(precision::fp32, Optimizer::adam) == 16_B);
static_assert(bytes_per_parameter(precision::tf32, Optimizer::adam) == 16_B);
static_assert(bytes_per_parameter(precision::fp32, Optimizer::sgd) == 8_B);
static_assert(Precision{} == precision::mixed_bf16);
static_assert(precision::tf32 != precision::fp32);

} // namespace

TEST_CASE("moments by optimizer") {
    CHECK(states_of(Optimizer::adam) == 2);
    CHECK(states_of(Optimizer::lion) == 1);
    CHECK(states_of(Optimizer::momentum) == 1);
    CHECK(states_of(Optimizer::sgd) == 0);
    CHECK(states_of(Optimizer::adafactor) == 0);
}

TEST_CASE("each optimizer has a name of its own") {
    constexpr std::array all{Optimizer::adam, Optimizer::lion, Optimizer::momentum, Optimizer::sgd,
                             Optimizer::adafactor};
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) CHECK(name_of(all[i]) != name_of(all[j]));
    CHECK(name_of(Optimizer::adam) == "adam");
}

TEST_CASE("a recipe whose weights are not FP32 keeps FP32 master weights, one with FP32 weights needs none") {
    for (const Precision& recipe : {precision::mixed_bf16, precision::mixed_bf16_reduced, precision::mixed_fp16,
                                    precision::tf32, precision::fp32})
        CHECK(recipe.master_weights == (recipe.weights != NumberFormat::fp32));
}

TEST_CASE("reducing gradients in 16 bits halves what data parallelism sends") {
    CHECK(size_of(precision::mixed_bf16_reduced.gradient_reduction) * 2.0 ==
          size_of(precision::mixed_bf16.gradient_reduction));
}
