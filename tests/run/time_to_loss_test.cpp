// SPDX-License-Identifier: Apache-2.0
#include <foretrain/run/time_to_loss.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/batch/data_repetition.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr ParallelPlan plan{
    .tensor = 2, .data = 32, .global_batch = 64, .micro_batch = 1, .sequence = 8192, .stack = catalog::megatron_core};
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster, plan);
constexpr Faults faults{.effective_share = 0.9};
constexpr Prices prices{.accelerator = 2_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh};
constexpr Site place = site(1.2);
constexpr AdditiveLaw law = catalog::besiroglu_2024.law;
constexpr Parameters n = law_parameters(ParameterCount::all, catalog::llama3_8b);

constexpr Result<RunToLoss> to(CrossEntropy loss, double penalty = 1.0) {
    return try_run_to_loss(law, n, loss, penalty, step, cluster, faults, prices, place);
}
// A budget on what a loss costs, asserted while compiling.
static_assert(to(2.3_nats_per_token)->run.cost < 1_M_usd);
static_assert(to(2.2_nats_per_token)->run.wall_clock > to(2.3_nats_per_token)->run.wall_clock);

} // namespace

TEST_CASE("a run to a loss is the run of the tokens that the law asks for") {
    const RunToLoss result = run_to_loss(law, n, 2.2_nats_per_token, 1.0, step, cluster, faults, prices, place);
    CHECK(result.tokens == tokens_to_loss(law, n, 2.2_nats_per_token));
    CHECK(raw(result.loss.total()) == relative(2.2));
    const RunEstimate alone = estimate_run(step, cluster, TokenBudget{result.tokens}, faults, prices, place);
    CHECK(result.run.wall_clock == alone.wall_clock);
    CHECK(result.run.cost.known == alone.cost.known);
    CHECK(result.run.steps == std::ceil(raw(result.tokens) / (64 * 8192.0)));
    CHECK(raw(result.penalty_tokens) == 0.0);
}

TEST_CASE("each tenth or two of a nat takes at least half as long again") {
    double last = 0;
    for (const double loss : {2.8, 2.6, 2.4, 2.2, 2.1}) {
        const double time = raw(to(make<CrossEntropy>(loss))->run.wall_clock);
        CHECK(time > 1.5 * last);
        last = time;
    }
}

TEST_CASE("at the critical batch a loss takes twice the tokens and twice the time") {
    CHECK(batch_penalty(2_M_tokens, 2_M_tokens) == 2.0);
    CHECK(batch_penalty(2_tokens, 2_M_tokens) == doctest::Approx(1.0));
    const RunToLoss small = *to(2.2_nats_per_token);
    const RunToLoss large = *to(2.2_nats_per_token, 2.0);
    CHECK(raw(large.tokens) == relative(2 * raw(small.tokens)));
    CHECK(raw(large.law_tokens + large.penalty_tokens) == relative(raw(large.tokens)));
    CHECK(raw(large.run.wall_clock) == relative(2 * raw(small.run.wall_clock)).epsilon(1e-4));
    CHECK(large.loss.total() == small.loss.total());
}

TEST_CASE("any model of convergence gives the penalty, relative to the batch of the law") {
    const Convergence curve{.least_samples = 1_M_samples, .critical_batch = 1000_samples};
    CHECK(batch_penalty(curve, 1000_samples, 1_samples) == doctest::Approx(2.0 / 1.001));
    CHECK(batch_penalty(curve, 500_samples, 500_samples) == 1.0);
    struct SquareRoot { // of somebody else
        [[nodiscard]] constexpr Samples samples_to_target(const Samples& batch) const noexcept {
            return make<Samples>(std::sqrt(raw(batch)));
        }
    };
    CHECK(batch_penalty(SquareRoot{}, 400_samples, 100_samples) == doctest::Approx(2.0));
}

TEST_CASE("laws of critical batches give the penalty at the compute, tokens and loss of the target") {
    const Tokens batch = 4_M_tokens;
    // Kaplan: B* L^(-1/0.21), 2e8 tokens at one nat; at 2.2 nats 4.69 M tokens.
    const auto kaplan = try_batch_penalty(kaplan_critical_batch, law, n, 2.2_nats_per_token, batch);
    REQUIRE(kaplan);
    CHECK(*kaplan == doctest::Approx(1.0 + 4e6 / (2e8 * std::pow(2.2, -1.0 / 0.21))));
    // Zhang's is the batch of 20% more, so five times it doubles the tokens.
    const auto zhang = try_batch_penalty(zhang_critical_batch, law, n, 2.2_nats_per_token, batch);
    REQUIRE(zhang);
    const double tokens = raw(tokens_to_loss(law, n, 2.2_nats_per_token));
    CHECK(*zhang == doctest::Approx(1.0 + 4e6 / (5 * 512 * 22.91 * std::pow(tokens / 1e6, 0.47))));
    // A lower loss stands a larger batch; a larger batch costs more.
    for (const double loss : {2.6, 2.3}) {
        const auto target = make<CrossEntropy>(loss);
        CHECK(*try_batch_penalty(deepseek_batch, law, n, target, batch) >
              *try_batch_penalty(deepseek_batch, law, n, target - 0.1_nats_per_token, batch));
        CHECK(*try_batch_penalty(epoch_critical_batch, law, n, target, batch * 2.0) >
              *try_batch_penalty(epoch_critical_batch, law, n, target, batch));
    }
    const auto never = try_batch_penalty(kaplan_critical_batch, law, n, 1.5_nats_per_token, batch);
    REQUIRE_FALSE(never);
    CHECK(never.violations().contains("irreducible"));
}

TEST_CASE("repeated data lengthen the run, or rule it out") {
    const RepeatedDataLaw<AdditiveLaw> scarce{law, 50_B_tokens, catalog::muennighoff_2023_decay};
    const auto repeated = try_run_to_loss(scarce, n, 2.4_nats_per_token, 1.0, step, cluster, faults, prices, place);
    REQUIRE(repeated);
    CHECK(repeated->run.wall_clock > to(2.4_nats_per_token)->run.wall_clock);
    const auto never = try_run_to_loss(scarce, n, 2.05_nats_per_token, 1.0, step, cluster, faults, prices, place);
    REQUIRE_FALSE(never);
    CHECK(never.violations().contains("reachable"));
}

TEST_CASE("what the law and the penalty are refused for is told together, what the run is refused for as ever") {
    const auto refused = to(1.5_nats_per_token, 0.5);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.violations().size() == 2);
    CHECK(refused.violations().contains("irreducible"));
    CHECK(to_text(refused.violations()[1]) ==
          "batch_penalty = 0.5: must be from 1 to 1000000 [range]; hint: 1 + batch / critical batch");
    const auto bad_run =
        try_run_to_loss(law, n, 2.2_nats_per_token, 1.0, step, cluster, Faults{.effective_share = 2}, prices, place);
    REQUIRE_FALSE(bad_run);
    CHECK(bad_run.violations()[0].field == "faults.effective_share");
    CHECK_THROWS_AS((void)run_to_loss(law, n, 1.5_nats_per_token, 1.0, step, cluster, faults, prices, place),
                    InvalidConfiguration);
}
