// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/memory/constants.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

TEST_CASE("the constants are plausible for a GPU, and their origin is named") {
    constexpr MemoryConstants constants = memory_constants();
    static_assert(constants.context > 0.3_GiB && constants.context < 2_GiB); // nvidia-smi of an idle PyTorch process
    static_assert(constants.communicators > 0_GiB && constants.communicators < 4_GiB);
    static_assert(constants.library_workspace >= 32_MiB); // cuBLAS on Hopper asks for this alone
    static_assert(constants.fragmentation >= 0.0 && constants.fragmentation < 0.3);
    static_assert(constants.moment_overlap >= 0.0 && constants.moment_overlap <= 1.0);
    static_assert(constants.cached > constants.fragmentation); // what is cached can be had back
    CHECK(constants.provenance.evidence == Evidence::fitted);
    CHECK_FALSE(constants.provenance.source.empty());
}

TEST_CASE("every scalar gets the same constants") {
    const auto single = memory_constants<float>();
    const auto dual = memory_constants<Dual<double, 2>>();
    CHECK(raw(single.context) == 1073741824.0F);
    CHECK(value_of(raw(dual.communicators)) == raw(memory_constants().communicators));
    CHECK(value_of(dual.fragmentation) == memory_constants().fragmentation);
}
