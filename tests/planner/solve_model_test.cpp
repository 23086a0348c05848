// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/solve_model.hpp>

#include <cstdint>
#include <optional>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(512);
constexpr ParallelPlan plan{.tensor = 8,
                            .pipeline = 4,
                            .data = 16,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 512,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};
constexpr ScaledShape family{
    .base = catalog::llama3_70b, .unit = head_unit(catalog::llama3_70b, 8), .rounding = 256, .stages = 4};
constexpr RunConditions conditions{.faults = {.effective_share = 0.95},
                                   .site = site(1.2),
                                   .prices = {.accelerator = 2_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh},
                                   .power = measured_boards};
constexpr TrainingLength chinchilla{.tokens = {}, .each = make<TokensPerParameter>(20.0)};

static_assert(ModelFamily<ScaledShape>);
static_assert(head_unit(catalog::llama3_70b, 8) == 8 && head_unit(catalog::llama3_70b, 16) == 16 &&
              head_unit(catalog::gpt3_175b, 6) == 6 && head_unit(catalog::llama3_70b, 3) == 24);
// The member with the heads of the base is the base: 64 heads of 128, width 8192, 80 layers, inner width 28,672.
static_assert(parameters(family.member(8)) == parameters(catalog::llama3_70b));

/// The wall clock of a member, by a plain estimate; nothing if it does not run.
std::optional<RunEstimate> run_of(const Transformer& model, const TrainingLength& length) {
    const auto step = try_estimate_step(model, cluster, plan);
    if (!step || step->memory.peak > cluster.accelerator.memory.capacity) return std::nullopt;
    return estimate_run(*step, cluster, TokenBudget{length.of(model)}, conditions);
}

/// Two models, of the user's own making.
struct TwoModels {
    [[nodiscard]] constexpr Transformer member(std::int64_t k) const noexcept {
        return k == 1 ? catalog::llama2_7b : catalog::llama3_70b;
    }
};

} // namespace

TEST_CASE("members grow with their number, and every one of them can be cut") {
    std::int64_t before = 0;
    for (std::int64_t k = 1; k <= 40; ++k) {
        const Transformer model = family.member(k);
        CHECK(parameters(model) > before);
        before = parameters(model);
        CHECK(is_valid(model, cluster, plan));
        CHECK(model.heads % 8 == 0);
        CHECK(model.layers % 4 == 0);
        CHECK(model.feed_forward % 256 == 0);
        // Its shape stays near the base's, as far as whole numbers let it.
        const double ratio = static_cast<double>(model.hidden) / static_cast<double>(model.layers);
        if (k >= 4) CHECK(ratio == doctest::Approx(8192.0 / 80.0).epsilon(0.06));
    }
}

TEST_CASE("multi-head models stay multi-head, and experts widen") {
    constexpr ScaledShape gpt{.base = catalog::gpt3_175b, .unit = 8};
    CHECK(gpt.member(3).kv_heads == 24);
    CHECK(gpt.member(12).hidden == catalog::gpt3_175b.hidden);
    constexpr ScaledShape mixtral{.base = catalog::mixtral_8x7b, .unit = 8, .rounding = 256};
    CHECK(parameters(mixtral.member(4)) == parameters(catalog::mixtral_8x7b));
    CHECK(mixtral.member(8).experts.width == 2 * catalog::mixtral_8x7b.experts.width);
    CHECK(mixtral.member(8).experts.routed == catalog::mixtral_8x7b.experts.routed);
}

TEST_CASE("the largest model in a time: no larger one is, by plain estimates of all of them") {
    for (const TrainingLength& length : {chinchilla, TrainingLength{.tokens = 1e12 * token, .each = {}}})
        for (const double days : {5.0, 30.0}) {
            const Seconds deadline = days * 86400.0 * second;
            const auto largest = largest_model(family, 40, length, cluster, plan, conditions, deadline);
            REQUIRE((largest.found() && largest.has_neighbour));
            const auto at = run_of(family.member(largest.answer.at), length);
            REQUIRE(at);
            CHECK(at->wall_clock == largest.answer.measure);
            CHECK(at->wall_clock <= deadline);
            CHECK(largest.neighbour.at == largest.answer.at + 1);
            for (std::int64_t k = largest.answer.at + 1; k <= 40; ++k)
                if (const auto larger = run_of(family.member(k), length)) CHECK(larger->wall_clock > deadline);
        }
}

TEST_CASE("more money or time never buys a smaller model, and a memory too small ends it") {
    std::int64_t before = 0;
    for (double dollars = 1e4; dollars < 1e8; dollars *= 3) {
        const auto largest = largest_model(family, 40, chinchilla, cluster, plan, conditions, make<Usd>(dollars));
        if (!largest.found()) continue;
        CHECK(largest.answer.at >= before);
        before = largest.answer.at;
        CHECK(raw(run_of(family.member(before), chinchilla)->cost.known) <= dollars);
    }
    CHECK(before > 4);
    const auto rich = largest_model(family, 100, chinchilla, cluster, plan, conditions, make<Usd>(1e14));
    REQUIRE((rich.found() && rich.has_neighbour));
    CHECK_FALSE(rich.neighbour.known); // it is affordable, but does not fit
    CHECK_FALSE(run_of(family.member(rich.neighbour.at), chinchilla));
}

TEST_CASE("a family of the user's own works, and no member may do") {
    const auto largest = largest_model(TwoModels{}, 2, chinchilla, cluster, plan, conditions, 3_days);
    REQUIRE(largest.found());
    CHECK(largest.answer.at == 1);
    const auto none = largest_model(TwoModels{}, 2, chinchilla, cluster, plan, conditions, 1_s);
    CHECK(none.status == SolveStatus::none);
    CHECK(none.answer.at == 1); // comes nearest
    CHECK(none.missed_by() > 0);
}

TEST_CASE("bad input is refused whole") {
    const auto refused = try_largest_model(family, 0, TrainingLength{}, cluster, plan, RunConditions{}, 1_usd);
    REQUIRE_FALSE(refused);
    CHECK(refused.violations().contains("budget_needs_prices"));
    CHECK(refused.violations().size() >= 4);
    CHECK_THROWS_AS(
        static_cast<void>(largest_model(family, 0, TrainingLength{}, cluster, plan, RunConditions{}, 1_usd)),
        InvalidConfiguration);
}

TEST_CASE("shapes that make no sense have members that the rules refuse") {
    for (const ScaledShape& shape :
         {ScaledShape{.base = {}}, ScaledShape{.base = catalog::llama3_8b, .unit = 0},
          ScaledShape{.base = catalog::llama3_8b, .unit = std::int64_t{1} << 62},
          ScaledShape{.base = catalog::llama3_8b, .rounding = 0}, ScaledShape{.base = catalog::llama3_8b, .stages = 0}})
        for (const std::int64_t k : {1, 1000}) {
            Violations violations;
            check_rules(shape.member(k), violations);
            CHECK(violations.contains("range"));
        }
}
