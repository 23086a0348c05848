// SPDX-License-Identifier: Apache-2.0
#include <foretrain/hardware/accelerator.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "refusals.hpp"
#include "samples.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using namespace refusals;
using samples::accelerator;

namespace {

// For the ranges of the two powers, each without the other in the way.
constexpr Accelerator wide = [] {
    Accelerator a = accelerator;
    a.power = make<Watts>(1e5);
    a.idle_power = 0_W;
    return a;
}();

constexpr std::string_view peak = "from 1000000000 to 1e18 FLOP/s [range]; hint: dense, without sparsity; 0 where the "
                                  "format is not supported";

#define REAL(path, Type, lowest, highest, unit, message)                                                               \
    Field<Accelerator> {                                                                                               \
        "accelerator." #path, [](Accelerator& a, double x) { a.path = make<Type>(x); }, lowest, highest, false, unit,  \
            message                                                                                                    \
    }
#define RATIO(path, lowest, highest, message)                                                                          \
    Field<Accelerator> {                                                                                               \
        "accelerator." #path, [](Accelerator& a, double x) { a.path = x; }, lowest, highest, false, "", message        \
    }
#define COUNT(path, lowest, highest, message)                                                                          \
    Field<Accelerator> {                                                                                               \
        "accelerator." #path, [](Accelerator& a, double x) { a.path = static_cast<std::int64_t>(x); }, lowest,         \
            highest, true, "", message                                                                                 \
    }
constexpr std::array fields{
    REAL(matrix.fp32, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(matrix.tf32, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(matrix.fp16, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(matrix.bf16, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(matrix.fp8, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(matrix.fp4, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(matrix.int8, FlopRate, 1e9, 1e18, "FLOP/s", peak),
    REAL(vector, FlopRate, 1e9, 1e17, "FLOP/s",
         "from 1000000000 to 1e17 FLOP/s [range]; hint: peak FP32 rate outside the matrix units"),
    REAL(memory.capacity, Bytes, 1e6, 1e15, "B", "from 1000000 to 1e15 B [range]; hint: HBM of one accelerator"),
    REAL(memory.bandwidth, Bandwidth, 1e8, 1e16, "B/s",
         "from 100000000 to 1e16 B/s [range]; hint: HBM bandwidth of one accelerator"),
    REAL(cache, Bytes, 0, 1e13, "B", "from 0 to 10000000000000 B [range]"),
    COUNT(compute_units, 1, 100000, "from 1 to 100000 [range]; hint: multiprocessors or cores"),
    REAL(launch_overhead, Seconds, 0, 1, "s", "from 0 to 1 s [range]"),
    REAL(power, Watts, 1, 1e5, "W", "from 1 to 100000 W [range]; hint: rated board power"),
    REAL(idle_power, Watts, 0, 1e5, "W", "from 0 to 100000 W [range]"),
    RATIO(kernel.matrix_efficiency, 0.01, 1, "from 0.01 to 1 [range]"),
    RATIO(kernel.sustained_clock, 0.01, 1, "from 0.01 to 1 [range]"),
    REAL(kernel.sustained_energy, FlopEnergy, 0, 1e-9, "J/FLOP",
         "from 0 to 1e-9 J/FLOP [range]; hint: rated power over dense 16-bit peak"),
    RATIO(kernel.memory_efficiency, 0.01, 1, "from 0.01 to 1 [range]"),
    RATIO(kernel.attention_forward, 0.01, 1, "from 0.01 to 1 [range]"),
    RATIO(kernel.attention_backward, 0.01, 1, "from 0.01 to 1 [range]"),
    Field<Accelerator>{"accelerator.kernel.attention_softmax",
                       [](Accelerator& a, double x) { a.kernel.attention_softmax = x; }, 0, 1e4, false, "FLOP",
                       "from 0 to 10000 FLOP [range]"},
    REAL(kernel.attention_tile, Seconds, 0, 1, "s", "from 0 to 1 s [range]"),
    RATIO(kernel.inner_dimension_half, 0, 1e6, "from 0 to 1000000 [range]"),
    REAL(kernel.fixed_time, Seconds, 0, 1, "s", "from 0 to 1 s [range]"),
    COUNT(kernel.tile_rows, 1, 65536, "from 1 to 65536 [range]"),
    COUNT(kernel.tile_columns, 1, 65536, "from 1 to 65536 [range]"),
    RATIO(kernel.fp32_efficiency, 0.01, 1, "from 0.01 to 1 [range]"),
    RATIO(kernel.eight_bit_efficiency, 0.01, 1, "from 0.01 to 1 [range]"),
    RATIO(kernel.four_bit_efficiency, 0.01, 1, "from 0.01 to 1 [range]"),
};
#undef REAL
#undef RATIO
#undef COUNT
static_assert(all_refused<wide, fields>);
static_assert(accepted(accelerator) && accepted(wide));

/// Every number of an accelerator, in the order of its fields.
template <class Real>
constexpr std::array<double, 30> numbers(const BasicAccelerator<Real>& a) {
    using detail::plain;
    const BasicMatrixPeaks<Real>& m = a.matrix;
    const BasicKernelConstants<Real>& k = a.kernel;
    return {plain(m.fp32),
            plain(m.tf32),
            plain(m.fp16),
            plain(m.bf16),
            plain(m.fp8),
            plain(m.fp4),
            plain(m.int8),
            plain(a.vector),
            plain(a.memory.capacity),
            plain(a.memory.bandwidth),
            plain(a.cache),
            plain(a.compute_units),
            plain(a.launch_overhead),
            plain(a.power),
            plain(a.idle_power),
            plain(k.matrix_efficiency),
            plain(k.sustained_clock),
            plain(k.sustained_energy),
            plain(k.memory_efficiency),
            plain(k.attention_forward),
            plain(k.attention_backward),
            plain(k.attention_softmax),
            plain(k.attention_tile),
            plain(k.inner_dimension_half),
            plain(k.fixed_time),
            plain(k.tile_rows),
            plain(k.tile_columns),
            plain(k.fp32_efficiency),
            plain(k.eight_bit_efficiency),
            plain(k.four_bit_efficiency)};
}

template <class Real>
constexpr bool converted() {
    const BasicAccelerator<Real> other = over_scalar<Real>(accelerator);
    return numbers(other) == numbers(accelerator) && numbers(over_scalar<double>(other)) == numbers(accelerator) &&
           other.name == "sample" && other.vendor == "nobody" && other.provenance.source == "a datasheet" &&
           other.kernel.provenance.source == "a fit" && accepted(other);
}
static_assert(converted<float>() && converted<double>() && converted<Dual<double, 2>>());

constexpr bool peaks_by_format() {
    const MatrixPeaks& m = accelerator.matrix;
    return m.of(NumberFormat::fp32) == m.fp32 && m.of(NumberFormat::tf32) == m.tf32 &&
           m.of(NumberFormat::fp16) == m.fp16 && m.of(NumberFormat::bf16) == m.bf16 &&
           m.of(NumberFormat::fp8) == m.fp8 && m.of(NumberFormat::fp4) == m.fp4 && m.of(NumberFormat::int8) == m.int8;
}
static_assert(peaks_by_format());

} // namespace

TEST_CASE("every field of an accelerator has a range, and its refusal names it") { check_all_refused(wide, fields); }

TEST_CASE("a format that does not exist has a peak of zero, which is accepted") {
    Accelerator a = accelerator;
    a.matrix = {};
    CHECK(accepted(a));
    CHECK(raw(a.matrix.of(NumberFormat::fp8)) == 0.0);
}

TEST_CASE("the idle power is at most the rated power") {
    Accelerator a = accelerator;
    a.idle_power = a.power;
    CHECK(accepted(a));
    a.idle_power = 701_W;
    CHECK(
        message_of(a, "idle_below_rated", "accelerator.idle_power") ==
        "accelerator.idle_power = 701: must be at most the rated power, 700 W [idle_below_rated]; hint: idle_power is "
        "the board without load");
}

TEST_CASE("an accelerator without values breaks every rule that zero can break, each once") {
    Violations list;
    check_rules(Accelerator{}, list);
    // 30 fields; zero is in range for 7 peaks, cache, 3 times, idle power, the energy, softmax and the half dimension;
    // three efficiencies have defaults.
    CHECK(list.size() == 30 - 15 - 3);
    for (const Violation& violation : list) CHECK((violation.rule == "range"));
}

TEST_CASE("an accelerator keeps its values over another scalar and back") {
    CHECK(converted<float>());
    CHECK(converted<double>());
    CHECK(converted<Dual<double, 2>>());
}

TEST_CASE("the peak of each format") { CHECK(peaks_by_format()); }

TEST_CASE("the efficiency of each format: 16 bits and TF32 share one, as FP8 and INT8 do") {
    const KernelConstants& k = accelerator.kernel;
    for (const NumberFormat format : {NumberFormat::tf32, NumberFormat::fp16, NumberFormat::bf16})
        CHECK(k.efficiency_of(format) == 0.75);
    for (const NumberFormat format : {NumberFormat::fp8, NumberFormat::int8}) CHECK(k.efficiency_of(format) == 0.6875);
    CHECK(k.efficiency_of(NumberFormat::fp32) == 0.8125);
    CHECK(k.efficiency_of(NumberFormat::fp4) == 0.5625);
}

TEST_CASE("a board with less power for its peak sustains a lower clock, none more than all of it") {
    Accelerator a = accelerator; // 700 W for 2^44 FLOP/s
    a.kernel.sustained_energy = a.power / a.matrix.bf16;
    CHECK(sustained_share(a, NumberFormat::bf16) == relative(0.875));
    // Kernels that reach less of their format's peak heat less.
    CHECK(sustained_share(a, NumberFormat::fp8) == relative(0.875 * 0.75 / 0.6875));
    a.power *= 1.0 / 16.0;
    CHECK(sustained_share(a, NumberFormat::bf16) == relative(0.875 / 8.0));
    a.power *= 12.0; // 3/4 of the rated power: between in proportion and not at all
    CHECK(sustained_share(a, NumberFormat::bf16) > 0.75 * 0.875);
    CHECK(sustained_share(a, NumberFormat::bf16) < 0.875);
    a.power *= 10.0;
    CHECK(sustained_share(a, NumberFormat::bf16) == 1.0);
    // The better of the 16-bit formats counts; without any, or without the constant, the clock holds as it is.
    a = accelerator;
    a.matrix.bf16 = a.matrix.fp16 * 16.0;
    a.kernel.sustained_energy = a.power / a.matrix.fp16;
    CHECK(sustained_share(a, NumberFormat::bf16) == relative(0.875 / 8.0));
    a.matrix.bf16 = a.matrix.fp16 = 0_FLOP_per_s;
    CHECK(sustained_share(a, NumberFormat::bf16) == 0.875);
    a = accelerator;
    a.kernel.sustained_energy = make<FlopEnergy>(0.0);
    CHECK(sustained_share(a, NumberFormat::bf16) == 0.875);
}
