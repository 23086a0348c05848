// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/hardware/accelerator.hpp>
#include <foretrain/units/literals.hpp>

// Hardware that nobody sells, for tests of its fields.

namespace samples {

using namespace foretrain;
using namespace foretrain::literals;

// Every number is different and a float, so that a conversion that mixes two up or drops one shows.
inline constexpr Accelerator accelerator{.name = "sample",
                                         .vendor = "nobody",
                                         .matrix = {.fp32 = make<FlopRate>(0x1p41),
                                                    .tf32 = make<FlopRate>(0x1p42),
                                                    .fp16 = make<FlopRate>(0x1p43),
                                                    .bf16 = make<FlopRate>(0x1p44),
                                                    .fp8 = make<FlopRate>(0x1p45),
                                                    .fp4 = make<FlopRate>(0x1p46),
                                                    .int8 = make<FlopRate>(0x1p47)},
                                         .vector = make<FlopRate>(0x1p40),
                                         .memory = {.capacity = 80_GiB, .bandwidth = 3_TiB_per_s},
                                         .cache = 50_MiB,
                                         .compute_units = 132,
                                         .launch_overhead = make<Seconds>(0x1p-20),
                                         .power = 700_W,
                                         .idle_power = 70_W,
                                         .kernel = {.matrix_efficiency = 0.75,
                                                    .sustained_clock = 0.875,
                                                    .sustained_energy = make<FlopEnergy>(0x1p-40),
                                                    .memory_efficiency = 0.9375,
                                                    .attention_forward = 0.5,
                                                    .attention_backward = 0.375,
                                                    .attention_softmax = 16.0,
                                                    .attention_tile = make<Seconds>(0x1p-18),
                                                    .inner_dimension_half = 192.0,
                                                    .fixed_time = make<Seconds>(0x1p-19),
                                                    .tile_rows = 128,
                                                    .tile_columns = 256,
                                                    .fp32_efficiency = 0.8125,
                                                    .eight_bit_efficiency = 0.6875,
                                                    .four_bit_efficiency = 0.5625,
                                                    .provenance = {"a fit", "2024-05", Evidence::fitted}},
                                         .provenance = {"a datasheet", "2023", Evidence::datasheet}};

} // namespace samples
