// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_amd.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// FP16 operations of a compute unit a cycle: 1024 in CDNA 2, 2048 in CDNA 3, 4096 in CDNA 4. With AMD's peak engine
// clock they give the dense peak.
constexpr double clock_gigahertz(const Accelerator& a, double operations_per_cycle) {
    return raw(a.matrix.fp16) / (static_cast<double>(a.compute_units) * operations_per_cycle) * 1e-9;
}
static_assert(clock_gigahertz(catalog::mi300x, 2048) > 2.09 && clock_gigahertz(catalog::mi300x, 2048) < 2.11);

} // namespace

TEST_CASE("compute units, clock and peak agree") {
    CHECK(clock_gigahertz(catalog::mi250x, 1024) == doctest::Approx(1.7).epsilon(0.01));
    CHECK(clock_gigahertz(catalog::mi300x, 2048) == doctest::Approx(2.1).epsilon(0.01));
    CHECK(clock_gigahertz(catalog::mi325x, 2048) == doctest::Approx(2.1).epsilon(0.01));
    CHECK(clock_gigahertz(catalog::mi355x, 4096) == doctest::Approx(2.4).epsilon(0.01));
}

TEST_CASE("an MI325X is an MI300X with more and faster memory") {
    CHECK(catalog::mi325x.matrix.bf16 == catalog::mi300x.matrix.bf16);
    CHECK(catalog::mi300x.memory.capacity == 192_GiB);
    CHECK(catalog::mi325x.memory.capacity == 256_GiB);
    CHECK(catalog::mi325x.memory.bandwidth > catalog::mi300x.memory.bandwidth);
}

TEST_CASE("published powers") {
    CHECK(catalog::mi250x.power == 560_W);
    CHECK(catalog::mi300x.power == 750_W);
    CHECK(catalog::mi325x.power == 1000_W);
    CHECK(catalog::mi355x.power == 1400_W);
}
