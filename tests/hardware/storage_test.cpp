// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/hardware/storage.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Storage drives{.name = "drives", .node_write = 10_GB_per_s, .node_read = 20_GB_per_s, .latency = 0_s};
constexpr Storage shared{.name = "file system",
                         .node_write = 2_GB_per_s,
                         .node_read = 4_GB_per_s,
                         .shared_write = 100_GB_per_s,
                         .shared_read = 100_GB_per_s,
                         .latency = 1_s};

static_assert(write_bandwidth(drives, 1000) == 10_TB_per_s);
static_assert(write_bandwidth(shared, 1000) == 100_GB_per_s);

} // namespace

TEST_CASE("drives in the nodes grow with the nodes, a shared system saturates") {
    CHECK(raw(write_bandwidth(drives, 64)) == 64 * 10e9);
    CHECK(raw(write_bandwidth(shared, 10)) == 20e9);
    CHECK(raw(write_bandwidth(shared, 50)) == 100e9);
    CHECK(raw(write_bandwidth(shared, 51)) == 100e9);
    CHECK(raw(read_bandwidth(shared, 25)) == 100e9);
    CHECK(raw(read_bandwidth(shared, 24)) == 96e9);
}

TEST_CASE("BLOOM wrote 2.3 TB in 40 s through 57.5 GB/s of GPFS") {
    // bigscience-workshop/bigscience, train/tr11-176B-ml/chronicles: 384 writers in 48 nodes, 40 s.
    constexpr Storage gpfs{.name = "gpfs",
                           .node_write = 12.5_GB_per_s,
                           .node_read = 12.5_GB_per_s,
                           .shared_write = 57.5_GB_per_s,
                           .shared_read = 57.5_GB_per_s,
                           .latency = 0_s};
    CHECK(raw(write_time(gpfs, 2.3_TB, 48)) == relative(40.0));
}

TEST_CASE("a transfer takes its latency and bytes over bandwidth, with derivatives") {
    CHECK(raw(write_time(shared, 200_GB, 100)) == 3.0);
    CHECK(raw(read_time(shared, 40_GB, 5)) == 3.0);
    using Number = Dual<double, 1>;
    const BasicStorage<Number> dual{.name = "d",
                                    .node_write = make<BasicBandwidth<Number>>(variable<1>(2e9, 0)),
                                    .node_read = make<BasicBandwidth<Number>>(Number(2e9)),
                                    .latency = make<BasicSeconds<Number>>(Number(1.0))};
    const Number time = raw(write_time(dual, make<BasicBytes<Number>>(Number(4e9)), 1));
    CHECK(time.value == 3.0);
    CHECK(time.gradient[0] == relative(-1e-9)); // -size / rate^2
}

TEST_CASE("every field of a storage has a range") {
    Violations violations;
    check_rules(Storage{.name = "",
                        .node_write = 0_GB_per_s,
                        .node_read = 0_GB_per_s,
                        .shared_write = 0_GB_per_s,
                        .shared_read = 0_GB_per_s,
                        .latency = make<Seconds>(-1.0)},
                violations);
    CHECK(violations.size() == 5);
    Violations none;
    check_rules(shared, none);
    check_rules(drives, none);
    CHECK(none.empty());
}
