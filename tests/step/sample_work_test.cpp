// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/systems.hpp>
#include <foretrain/collective/library.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/step/sample_work.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr SampleWork work{.name = "network",
                          .flops = make<Flops>(24.6e9),
                          .traffic = make<Bytes>(250e6),
                          .gradients = make<Bytes>(51.2e6),
                          .efficiency = 0.5,
                          .step_floor = make<Seconds>(0.002)};

constexpr SampleStep on(std::int64_t accelerators, double batch, const SampleWork& w = work, double overlap = 0.5) {
    return sample_step(w, catalog::dgx_h100(accelerators), batch, NumberFormat::fp16, overlap, libraries::nccl);
}
static_assert(on(8, 3264).total() > on(8, 1632).total());

} // namespace

TEST_CASE("parts sum to the total, and a single accelerator exchanges nothing") {
    const SampleStep step = on(64, 4096);
    CHECK(raw(step.total()) ==
          relative(raw(step.compute) + raw(step.memory) + raw(step.communication) + raw(step.floor)));
    CHECK(raw(on(1, 64).communication) == 0.0);
}

TEST_CASE("compute is operations over the rate that is reached") {
    const Accelerator h100 = catalog::dgx_h100(1).accelerator;
    const SampleStep step = on(1, 100);
    CHECK(raw(step.compute) == relative(100 * 24.6e9 / (0.5 * raw(h100.matrix.of(NumberFormat::fp16)))));
    CHECK(raw(step.memory) == relative(100 * 250e6 / (0.5 * raw(h100.memory.bandwidth))));
}

TEST_CASE("strong scaling saturates: the floor and the reduction stay") {
    double before = 1e9;
    for (const std::int64_t accelerators : {8, 64, 512}) {
        const double time = raw(on(accelerators, 4096).total());
        CHECK(time < before);
        CHECK(time > raw(work.step_floor));
        before = time;
    }
    // 64 times the accelerators are far from 64 times the speed.
    CHECK(raw(on(8, 4096).total()) / raw(on(512, 4096).total()) < 40.0);
    // Less than a sample each: a sample is cut over several, and the floor remains.
    CHECK(raw(on(512, 32).total()) >= raw(work.step_floor));
}

TEST_CASE("more overlap never slows a step down, full overlap of long compute hides all") {
    CHECK(raw(on(512, 4096, work, 1.0).total()) <= raw(on(512, 4096, work, 0.0).total()));
    CHECK(raw(on(8, 65536, work, 1.0).communication) == 0.0);
    CHECK(raw(on(8, 65536, work, 0.0).communication) > 0.0);
}

TEST_CASE("tables that are dealt out cost an exchange") {
    SampleWork tables = work;
    tables.exchange = make<Bytes>(6.7e3);
    CHECK(on(64, 65536, tables).communication > on(64, 65536).communication);
    CHECK(raw(on(1, 65536, tables).communication) == 0.0);
}

TEST_CASE("twice the efficiency halves what computes, by value and derivative") {
    SampleWork twice = work;
    twice.efficiency = 1.0;
    CHECK(raw(on(1, 64, twice).compute) == relative(0.5 * raw(on(1, 64).compute)));
    using D = Dual<double, 1>;
    BasicSampleWork<D> dual;
    dual.flops = make<BasicFlops<D>>(D(24.6e9));
    dual.efficiency = variable<1>(0.5, 0);
    const auto step = sample_step(dual, over_scalar<D>(catalog::dgx_h100(1)), 64.0, NumberFormat::fp16, D(0.5),
                                  over_scalar<D>(libraries::nccl));
    CHECK(raw(step.compute).gradient[0] == relative(-raw(step.compute).value / 0.5));
}

TEST_CASE("bad input is refused whole") {
    SampleWork bad = work;
    bad.efficiency = 0.0;
    bad.flops = make<Flops>(std::numeric_limits<double>::quiet_NaN());
    bad.step_floor = make<Seconds>(-1.0);
    const auto refused = try_sample_step(bad, catalog::dgx_h100(8), 0.0, NumberFormat::fp16, 2.0, libraries::nccl);
    REQUIRE(!refused);
    CHECK(refused.violations().size() == 5);
    // A V100 computes no BF16 in its matrix units.
    const auto format = try_sample_step(work, catalog::dgx_v100(8), 64.0, NumberFormat::fp8, 0.5, libraries::nccl);
    REQUIRE(!format);
    CHECK(format.violations().contains("format_has_a_rate"));
    CHECK_THROWS_AS((void)on(8, -1.0), InvalidConfiguration);
}

TEST_CASE("a library that cannot be is refused") {
    CommunicationLibrary library = libraries::nccl;
    library.base_latency = make<Seconds>(-1.0);
    const auto refused = try_sample_step(work, catalog::dgx_h100(8), 64.0, NumberFormat::fp16, 0.5, library);
    REQUIRE(!refused);
    CHECK(refused.violations().contains("range"));
}
