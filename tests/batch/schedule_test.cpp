// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/schedule.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// A step of 50 ms and 1 ms a sample.
constexpr auto affine = [](const Samples& batch) noexcept { return 50_ms + raw(batch) * 1_ms; };

// GPT-3 175B (table 2.1 and appendix B): from 32 thousand to 3.2 million tokens, sequences of 2048, here over 12B
// tokens.
constexpr RampedBatch gpt3{
    .first = 16_samples, .last = 1536_samples, .increment = 16_samples, .samples = 12e9 / 2048 * sample};
constexpr Samples gpt3_samples = 300e9 / 2048 * sample;

/// A schedule that the library has never seen: two batches in turn.
struct Alternating {
    [[nodiscard]] constexpr BatchPhase phase(const Samples& done) const noexcept {
        const auto turn = static_cast<long long>(raw(done) / 1000.0);
        return {turn % 2 == 0 ? 10_samples : 20_samples, 1000.0 * static_cast<double>(turn + 1) * sample};
    }
};
struct Stuck {
    [[nodiscard]] constexpr BatchPhase phase(const Samples&) const noexcept { return {8_samples, 0.0 * sample}; }
};

} // namespace

static_assert(BatchSchedule<ConstantBatch> && BatchSchedule<RampedBatch> && BatchSchedule<StagedBatch<3>>);
static_assert(BatchSchedule<Alternating>);
static_assert(!BatchSchedule<int>);
static_assert(run_schedule(ConstantBatch{100_samples}, 1_M_samples, affine).steps == 10000.0);
static_assert(run_schedule(Alternating{}, 4_k_samples, affine).phases == 4);

TEST_CASE("one batch to the end is samples over batch steps") {
    const ScheduledRun run = run_schedule(ConstantBatch{100_samples}, 1_M_samples, affine);
    CHECK(run.phases == 1);
    CHECK(raw(run.time) == relative(10000 * 0.150));
    CHECK(run.hardware_efficiency == relative(1.0));
}

TEST_CASE("phases sum to the run, and their samples to the total") {
    for (const double total : {1e4, 5.9e6, 146e6}) {
        const ScheduledRun run = run_schedule(gpt3, total * sample, affine);
        double samples = 0, steps = 0, time = 0;
        for (std::size_t i = 0; i < run.phases; ++i) {
            samples += raw(run.phase[i].samples);
            steps += run.phase[i].steps;
            time += raw(run.phase[i].time);
            CHECK(run.phase[i].hardware_efficiency <= 1.0 + 1e-12);
            if (i > 0) CHECK(run.phase[i].batch > run.phase[i - 1].batch);
        }
        CHECK(samples == relative(total));
        CHECK(steps == relative(run.steps));
        CHECK(time == relative(raw(run.time)));
    }
}

TEST_CASE("a ramp takes more steps than its last batch alone and fewer than its first") {
    const ScheduledRun run = run_schedule(gpt3, gpt3_samples, affine);
    CHECK(run.phases == 96); // 95 sizes of the ramp and the last
    CHECK(raw(run.phase[0].batch) == 16.0);
    CHECK(raw(run.phase[95].batch) == 1536.0);
    const double last = raw(gpt3_samples) / 1536;
    CHECK(run.steps > last);
    CHECK(run.steps < 1.2 * last);
    // Many small increments approach the integral of dn / B(n) = n_r / (B_1 - B_0) ln(B_1 / B_0).
    const double ramp = raw(gpt3.samples);
    const double smooth = ramp / (1536 - 16) * std::log(1536.0 / 16) + (raw(gpt3_samples) - ramp) / 1536;
    CHECK(run.steps == doctest::Approx(smooth).epsilon(0.02));
    // The small batches waste the hardware: their share of the time is above that of the samples.
    CHECK(run.hardware_efficiency < 1.0);
    CHECK(run.phase[0].hardware_efficiency < 0.3);
}

TEST_CASE("stages change where they say") {
    // Llama 3 405B (section 3.4.1): 4M tokens, 8M from 252M on, 16M from 2.87T on; here in samples of 8192 tokens.
    const StagedBatch<3> llama{
        {{{0_samples, 512_samples}, {252e6 / 8192 * sample, 1024_samples}, {2.87e12 / 8192 * sample, 2048_samples}}}};
    const ScheduledRun run = run_schedule(llama, 15.6e12 / 8192 * sample, affine);
    REQUIRE(run.phases == 3);
    CHECK(raw(run.phase[0].samples) * 8192 == relative(252e6));
    CHECK(raw(run.phase[2].from) * 8192 == relative(2.87e12));
    CHECK(run.steps ==
          relative(252e6 / 8192 / 512 + (2.87e12 - 252e6) / 8192 / 1024 + (15.6e12 - 2.87e12) / 8192 / 2048));
}

TEST_CASE("a loss-driven batch doubles as the critical batch grows, within its bounds") {
    const auto critical = [](const Samples& done) noexcept { return 64_samples + done * 0.001; };
    const LossDrivenBatch schedule{critical, 0.5, 16_samples, 512_samples, 1_k_samples};
    const ScheduledRun run = run_schedule(schedule, 10_M_samples, affine);
    CHECK(raw(run.phase[0].batch) == 32.0);
    for (std::size_t i = 1; i < run.phases; ++i) {
        CHECK(run.phase[i].batch == 2.0 * run.phase[i - 1].batch);
        // Never more than half of the critical batch at the point where it was taken.
        CHECK(raw(run.phase[i].batch) <= 0.5 * raw(critical(run.phase[i].from)) * (1 + 1e-9));
    }
    CHECK(raw(run.phase[run.phases - 1].batch) == 512.0);
    // Fewer steps than the first batch to the end would take, in less time (Merrill et al. 2025 save 43%).
    CHECK(run.steps < 0.5 * run_schedule(ConstantBatch{32_samples}, 10_M_samples, affine).steps);
}

TEST_CASE("times with derivatives give runs with derivatives") {
    using Real = Dual<double, 1>;
    const auto step = [](const Samples& batch) noexcept {
        Real fixed(0.05);
        fixed.gradient[0] = 1.0;
        return make<BasicSeconds<Real>>(Real(fixed + 0.001 * raw(batch)));
    };
    const BasicScheduledRun<Real> run = run_schedule(ConstantBatch{100_samples}, 1_M_samples, step);
    CHECK(raw(run.time).gradient[0] == relative(10000)); // a second more a step
}

TEST_CASE("schedules that make no sense are refused") {
    CHECK(try_run_schedule(Stuck{}, 1_k_samples, affine).violations().contains("schedule_goes_on"));
    CHECK(try_run_schedule(ConstantBatch{0.0 * sample}, 1_k_samples, affine).violations().contains("range"));
    CHECK(try_run_schedule(ConstantBatch{1_samples}, 0.0 * sample, affine).violations().contains("range"));
    CHECK(try_run_schedule(Alternating{}, 1_M_samples, affine).violations().contains("phases_fit"));
    CHECK(try_run_schedule(ConstantBatch{1_samples}, 1_k_samples, [](const Samples&) noexcept { return 0_s; })
              .violations()
              .contains("range"));
    CHECK_THROWS_AS((void)run_schedule(Stuck{}, 1_k_samples, affine), InvalidConfiguration);
}
