// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/offload.hpp>

#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

using Offload = BasicOffload<double>;
using Dual1 = Dual<double, 1>;

constexpr Node node{.name = "some node",
                    .accelerators = 8,
                    .host_link = 32_GB_per_s,
                    .host_memory = 2_TB,
                    .host_memory_bandwidth = 400_GB_per_s,
                    .drive_bandwidth = 24_GB_per_s,
                    .provenance = {}};

/// Ten billion parameters in mixed precision, a second of compute.
constexpr OffloadLoad load{.weights = 20_GB,
                           .gradients = 40_GB,
                           .states = 120_GB,
                           .activations = 3_GB,
                           .micro_batches = 4,
                           .forward = 2_s,
                           .backward = 4_s};

constexpr HostPath path = host_path(node, false);
constexpr HostPath drives = host_path(node, true);
constexpr Offload nothing{};
constexpr Offload everything{.weights = 1, .optimizer = 1, .activations = 1};
static_assert(offload_time(nothing, load, path).exposed() == 0_s);
static_assert(offload_traffic(nothing, load).total() == 0_B);

} // namespace

TEST_CASE("nothing moved takes no time and needs no link, not even where there is none") {
    const HostPath none = host_path(Node{.name = "bare", .accelerators = 8, .provenance = {}}, false);
    CHECK(can_offload(none, nothing) == false);
    const OffloadTime time = offload_time(nothing, load, none);
    CHECK(time.exposed() == 0_s);
    CHECK(time.needed == 0_B_per_s);
    CHECK_FALSE(can_offload(none, everything));
    CHECK(can_offload(path, everything));
    Node no_drives = node;
    no_drives.drive_bandwidth = 0_B_per_s;
    CHECK_FALSE(can_offload(host_path(no_drives, true), everything));
    Node unknown_memory = node;
    unknown_memory.host_memory_bandwidth = 0_B_per_s;
    CHECK_FALSE(can_offload(host_path(unknown_memory, false), everything));
    CHECK(can_offload(host_path(unknown_memory, false), Offload{.activations = 1})); // no update runs there
}

TEST_CASE("each byte crosses as often as its use demands") {
    const OffloadTraffic weights = offload_traffic(Offload{.weights = 0.5}, load);
    CHECK(weights.forward_in == 40_GB); // half of 20 GB, four times
    CHECK(weights.backward_in == 40_GB);
    CHECK(weights.update_out == 10_GB); // updated here, kept there
    const OffloadTraffic optimizer = offload_traffic(Offload{.optimizer = 0.5}, load);
    CHECK(optimizer.backward_out == 20_GB); // gradients, once a step
    CHECK(optimizer.update_in == 10_GB);    // updated there, kept here
    const OffloadTraffic both = offload_traffic(Offload{.weights = 1, .optimizer = 1}, load);
    CHECK(both.update_in + both.update_out == 0_B);
    const OffloadTraffic activations = offload_traffic(Offload{.activations = 1}, load);
    CHECK(activations.forward_out == activations.backward_in); // what goes out comes back
    CHECK(activations.forward_out == 12_GB);
    CHECK(activations.total() == 24_GB);
}

TEST_CASE("the bandwidth that would hide the transfers does, and a little less does not") {
    for (const Offload& offload :
         {Offload{.weights = 1}, Offload{.activations = 1}, Offload{.optimizer = 1}, everything}) {
        HostPath wide = path;
        wide.link = offload_time(offload, load, path).needed * (1.0 + 1e-12);
        const OffloadTime enough = offload_time(offload, load, wide);
        CHECK(enough.exposed_passes == 0_s);
        CHECK(enough.needed == offload_time(offload, load, path).needed); // does not depend on the link
        wide.link *= 0.99;
        CHECK(offload_time(offload, load, wide).exposed_passes > 0_s);
    }
}

TEST_CASE("more moved never takes less time, a faster link never more") {
    double before = 0;
    for (const double share : {0.0, 0.1, 0.5, 0.9, 1.0}) {
        const OffloadTime time =
            offload_time(Offload{.weights = share, .optimizer = share, .activations = share}, load, path);
        CHECK(raw(time.exposed()) >= before);
        before = raw(time.exposed());
        HostPath faster = path;
        faster.link *= 2.0;
        CHECK(
            offload_time(Offload{.weights = share, .optimizer = share, .activations = share}, load, faster).exposed() <=
            time.exposed());
    }
}

TEST_CASE("the update runs at the memory's pace on the host, at the drives' on drives, and nothing hides it") {
    // 24 bytes of states read and written, 4 of gradients, 2 of weights for each of 10^10 parameters, over an eighth of
    // what streams reach of 400 GB/s.
    const OffloadTime host = offload_time(Offload{.optimizer = 1}, load, path);
    CHECK(raw(host.update) == relative(10e9 * 30 / (400e9 / 8 * host_transfer_efficiency)));
    CHECK(host.exposed() >= host.update);
    // Reading 120 GB at an eighth of 24 GB/s, while as much is written.
    const OffloadTime slow = offload_time(Offload{.optimizer = 1}, load, drives);
    CHECK(raw(slow.update) == relative(120.0 / 3.0));
    CHECK(slow.update > host.update);
    CHECK(drives.link <= path.link);
}

TEST_CASE("what is moved must fit: all of it, once") {
    CHECK(offloaded_bytes(nothing, load, 4) == 0_B);
    CHECK(offloaded_bytes(everything, load, 4) == 20_GB + 120_GB + 40_GB + 12_GB);
    CHECK(offloaded_bytes(Offload{.weights = 0.5}, load, 4) == 10_GB);
}

TEST_CASE("ZeRO-Infinity, section 4: bandwidth for half of 70 TFLOP/s") {
    constexpr FlopRate peak = 70_TFLOP_per_s;
    // Parameters and gradients: tokens a step; 70 GB/s at one sequence of 1024.
    const Bandwidth weights = bandwidth_for_efficiency(peak, 1024_FLOP_per_B, 0.5);
    CHECK(raw(weights) == relative(70e9).epsilon(0.03));
    // Optimizer states: a quarter of that intensity; they need nearly 4 times as much.
    CHECK(bandwidth_for_efficiency(peak, 256_FLOP_per_B, 0.5) == weights * 4.0);
    // Activation checkpoints every layer, hidden size 2048: intensity 24 x 2048, less than 2 GB/s.
    const Bandwidth checkpoints = bandwidth_for_efficiency(peak, 49152_FLOP_per_B, 0.5);
    CHECK(checkpoints < 2_GB_per_s);
    CHECK(checkpoints > 1_GB_per_s);
    CHECK(bandwidth_for_efficiency(peak, 1024_FLOP_per_B, 0.9) > weights);
}

TEST_CASE("the bytes of an offloaded step have the paper's intensity") {
    // 2 FLOP a parameter and token forward, 6 with recomputation backward: 8 x tokens; weights are read in 16 bits
    // forward, backward and again for recomputation, gradients leave in 16 bits. The library reads weights once
    // backward, recomputation included, and so moves 6 of the paper's 8 bytes.
    const double parameters = 1e9;
    const double tokens = 1024;
    const OffloadLoad step{.weights = make<Bytes>(2 * parameters),
                           .gradients = make<Bytes>(2 * parameters),
                           .micro_batches = 1,
                           .forward = 1_s,
                           .backward = 3_s};
    const OffloadTraffic traffic = offload_traffic(Offload{.weights = 1, .optimizer = 1}, step);
    const double intensity = 8 * tokens * parameters / raw(traffic.total());
    CHECK(intensity == relative(tokens * 8 / 6));
}

TEST_CASE("derivatives pass through") {
    const BasicNode<Dual1> dual_node = over_scalar<Dual1>(node);
    BasicHostPath<Dual1> dual_path = host_path(dual_node, false);
    const BasicOffload<Dual1> offload{.weights = Dual1{1.0, {1.0}}};
    const BasicOffloadLoad<Dual1> dual_load{.weights = make<BasicBytes<Dual1>>(Dual1(80e9)),
                                            .micro_batches = 4,
                                            .forward = make<BasicSeconds<Dual1>>(Dual1(1.0)),
                                            .backward = make<BasicSeconds<Dual1>>(Dual1(1.0))};
    // Both passes are exposed: each adds m W / link a unit of share.
    const auto time = offload_time(offload, dual_load, dual_path);
    const double link = raw(path.link);
    CHECK(raw(time.exposed_passes).gradient[0] == relative(2 * 4 * 80e9 / link));
    const auto single = offload_time(BasicOffload<float>{.weights = 1.0f},
                                     BasicOffloadLoad<float>{.weights = make<BasicBytes<float>>(80e9f),
                                                             .micro_batches = 4,
                                                             .forward = make<BasicSeconds<float>>(1.0f),
                                                             .backward = make<BasicSeconds<float>>(1.0f)},
                                     host_path(over_scalar<float>(node), false));
    CHECK(static_cast<double>(raw(single.exposed())) == doctest::Approx(raw(time.exposed()).value).epsilon(1e-5));
}
