// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/systems_google.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr double ici(const Cluster& c) { return raw(c.fabric.tier[0].link.bandwidth) * 1e-9; }
constexpr double dcn_per_chip(const Cluster& c) {
    return raw(c.fabric.tier[1].link.bandwidth) * 1e-9 / static_cast<double>(c.fabric.tier[0].size);
}
constexpr bool follows_rules(const Cluster& c) {
    AnyViolation any;
    check_rules(c, any);
    return any.empty();
}

static_assert(follows_rules(catalog::tpu_v5p_slices(6144, 64)));
static_assert(!follows_rules(catalog::tpu_v5p_slices(6144, 0)));

} // namespace

// GB/s of a chip in one direction, all links: jax-ml/scaling-book@0819a7d; v7x: Google Cloud documentation.
TEST_CASE("ICI bandwidth of a chip") {
    CHECK(ici(catalog::tpu_v2_pod(8)) == doctest::Approx(124));
    CHECK(ici(catalog::tpu_v3_pod(8)) == doctest::Approx(164));
    CHECK(ici(catalog::tpu_v4_pod(8)) == doctest::Approx(270));
    CHECK(ici(catalog::tpu_v5e_pod(8)) == doctest::Approx(180));
    CHECK(ici(catalog::tpu_v5p_pod(8)) == doctest::Approx(540));
    CHECK(ici(catalog::tpu_v6e_pod(8)) == doctest::Approx(360));
    CHECK(ici(catalog::tpu_v7_pod(8)) == doctest::Approx(600));
}

TEST_CASE("torus and pod of each generation") {
    const auto torus = [](const Cluster& c, std::int64_t dimensions, std::int64_t chips) {
        CAPTURE(c.name);
        CHECK(c.fabric.tier[0].topology == Topology::torus);
        CHECK(c.fabric.tier[0].torus_dimensions == dimensions);
        CHECK(c.fabric.tier[0].size == chips);
    };
    torus(catalog::tpu_v2_pod(8), 2, 16 * 16);
    torus(catalog::tpu_v3_pod(8), 2, 32 * 32);
    torus(catalog::tpu_v4_pod(8), 3, 16 * 16 * 16);
    torus(catalog::tpu_v5e_pod(8), 2, 16 * 16);
    torus(catalog::tpu_v5p_pod(8), 3, 16 * 20 * 28);
    torus(catalog::tpu_v6e_pod(8), 2, 16 * 16);
    torus(catalog::tpu_v7_pod(8), 3, 9216);
}

TEST_CASE("slices share their hosts' network whatever their size") {
    CHECK(dcn_per_chip(catalog::tpu_v5p_pod(8960)) == doctest::Approx(6.25));
    CHECK(dcn_per_chip(catalog::tpu_v5p_slices(6144, 64)) == doctest::Approx(6.25));
    CHECK(dcn_per_chip(catalog::tpu_v5e_slices(512, 256)) == doctest::Approx(3.125));
    CHECK(dcn_per_chip(catalog::tpu_v4_slices(4096, 192)) == doctest::Approx(6.25));
    CHECK(catalog::tpu_v4_slices(4096, 192).fabric.tier[0].size == 192);
    CHECK(catalog::tpu_v4_slices(4096, 192).accelerator.name == "tpu-v4");
}

TEST_CASE("a slice of no chips is refused") {
    CHECK(follows_rules(catalog::tpu_v4_slices(4096, 64)));
    CHECK_FALSE(follows_rules(catalog::tpu_v4_slices(4096, 0)));
    CHECK_FALSE(follows_rules(catalog::tpu_v4_slices(4096, -64)));
}
