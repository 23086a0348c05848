// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../hardware/number_format.hpp"

// What training keeps and in which format: the precision recipe and the optimizer.
//
// Bytes per parameter follow: mixed precision with Adam is 2 + 4 + 4 + 4 + 4 = 18 with FP32 gradients (Megatron
// BF16) or 16 with FP16 gradients (Rajbhandari et al. 2020, ZeRO, section 3.1).

namespace foretrain::inline v0 {

/// How values of a short format are scaled, i.e. which values share a scale factor.
enum class Scaling : unsigned char {
    none,       ///< 16 and 32 bits need none
    per_tensor, ///< one factor a tensor, from the past or the present (Transformer Engine)
    block,      ///< 1x128 activations, 128x128 weights (DeepSeek-V3, section 3.3)
    micro,      ///< 32 values (MXFP8) or 16 (NVFP4) with a factor of 8 bits
};

[[nodiscard]] constexpr std::string_view name_of(Scaling scaling) noexcept {
    switch (scaling) {
    case Scaling::none: return "none";
    case Scaling::per_tensor: return "per_tensor";
    case Scaling::block: return "block";
    case Scaling::micro: return "micro";
    }
    return "none";
}

/// Formats of what a training step computes in, stores and sends. With a short compute format the products of layers
/// run in it; attention, head, norms and residuals stay in the format of the activations.
struct Precision {
    NumberFormat compute = NumberFormat::bf16;     ///< operands of matrix products
    NumberFormat activations = NumberFormat::bf16; ///< stored activations and what tensor and pipeline parallelism send
    NumberFormat weights = NumberFormat::bf16;     ///< the copy that forward and backward read
    NumberFormat gradients = NumberFormat::fp32;   ///< the accumulated gradients
    NumberFormat gradient_reduction = NumberFormat::fp32; ///< what data parallelism sends
    NumberFormat optimizer_state = NumberFormat::fp32;    ///< each moment of the optimizer
    bool master_weights = true;                           ///< a separate FP32 copy of the weights
    Scaling scaling = Scaling::none;                      ///< of `compute`; not `none` exactly for short formats
    NumberFormat weight_gather = NumberFormat::bf16;      ///< what sharding gathers updated weights in
    NumberFormat dispatch = NumberFormat::bf16;           ///< what tokens are sent to experts in
    bool casts_kept = false; ///< activations that products read again are kept in `compute`, not in `activations`
    constexpr bool operator==(const Precision&) const noexcept = default;
};

namespace precision {
/// BF16 compute and weights, FP32 gradients, master weights and states: Megatron-LM, NeMo. 18 bytes a parameter.
inline constexpr Precision mixed_bf16{};
/// BF16 with gradients reduced and stored in BF16: FSDP with FP32 sharded master weights.
inline constexpr Precision mixed_bf16_reduced{.gradients = NumberFormat::bf16,
                                              .gradient_reduction = NumberFormat::bf16};
/// FP16 compute, weights and gradients, FP32 master weights and states: ZeRO, Megatron-LM of 2021. 16 bytes a
/// parameter.
inline constexpr Precision mixed_fp16{.compute = NumberFormat::fp16,
                                      .activations = NumberFormat::fp16,
                                      .weights = NumberFormat::fp16,
                                      .gradients = NumberFormat::fp16,
                                      .gradient_reduction = NumberFormat::fp16,
                                      .weight_gather = NumberFormat::fp16,
                                      .dispatch = NumberFormat::fp16};
/// Products of layers in FP8, one scale a tensor; the rest as `mixed_bf16` (Transformer Engine).
inline constexpr Precision fp8{.compute = NumberFormat::fp8, .scaling = Scaling::per_tensor, .casts_kept = true};
/// Products in FP8 scaled by blocks (DeepSeek-V3): tokens are dispatched in FP8, moments kept in BF16.
inline constexpr Precision fp8_block{.compute = NumberFormat::fp8,
                                     .optimizer_state = NumberFormat::bf16,
                                     .scaling = Scaling::block,
                                     .dispatch = NumberFormat::fp8,
                                     .casts_kept = true};
/// Products in FP8 with a scale for each 32 values (OCP MX formats).
inline constexpr Precision mxfp8{.compute = NumberFormat::fp8, .scaling = Scaling::micro, .casts_kept = true};
/// Products in FP4 with a scale for each 16 values.
inline constexpr Precision nvfp4{.compute = NumberFormat::fp4, .scaling = Scaling::micro, .casts_kept = true};
/// Products in INT8 with a scale a tensor (AQT on TPUs).
inline constexpr Precision int8{.compute = NumberFormat::int8, .scaling = Scaling::per_tensor, .casts_kept = false};
/// FP32 storage, matrix products in TF32.
inline constexpr Precision tf32{.compute = NumberFormat::tf32,
                                .activations = NumberFormat::fp32,
                                .weights = NumberFormat::fp32,
                                .master_weights = false,
                                .weight_gather = NumberFormat::fp32,
                                .dispatch = NumberFormat::fp32};
/// FP32 throughout.
inline constexpr Precision fp32{.compute = NumberFormat::fp32,
                                .activations = NumberFormat::fp32,
                                .weights = NumberFormat::fp32,
                                .master_weights = false,
                                .weight_gather = NumberFormat::fp32,
                                .dispatch = NumberFormat::fp32};
} // namespace precision

/// The optimizer, by what it keeps for each parameter.
enum class Optimizer : unsigned char {
    adam,      ///< two moments (Adam, AdamW, LAMB)
    lion,      ///< one moment
    momentum,  ///< one moment (SGD with momentum)
    sgd,       ///< nothing
    adafactor, ///< row and column sums only: counted as nothing
};

/// Moments kept for each parameter.
[[nodiscard]] constexpr std::int64_t states_of(Optimizer optimizer) noexcept {
    switch (optimizer) {
    case Optimizer::adam: return 2;
    case Optimizer::lion:
    case Optimizer::momentum: return 1;
    case Optimizer::sgd:
    case Optimizer::adafactor: return 0;
    }
    return 2;
}

[[nodiscard]] constexpr std::string_view name_of(Optimizer optimizer) noexcept {
    switch (optimizer) {
    case Optimizer::adam: return "adam";
    case Optimizer::lion: return "lion";
    case Optimizer::momentum: return "momentum";
    case Optimizer::sgd: return "sgd";
    case Optimizer::adafactor: return "adafactor";
    }
    return "adam";
}

} // namespace foretrain::inline v0
