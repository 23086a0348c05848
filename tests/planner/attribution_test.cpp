// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/attribution.hpp>
#include <foretrain/planner/compare.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::size_t index_of(SetupChange change) { return static_cast<std::size_t>(change); }
constexpr unsigned flag(SetupChange change) { return 1u << index_of(change); }

constexpr StepSetup hopper{.model = catalog::llama3_8b,
                           .cluster = catalog::dgx_h100(64),
                           .plan = {.tensor = 2,
                                    .data = 32,
                                    .sharding = Sharding::optimizer,
                                    .global_batch = 64,
                                    .micro_batch = 1,
                                    .sequence = 8192,
                                    .stack = catalog::megatron_core}};
constexpr StepSetup ampere = [] {
    StepSetup setup = hopper;
    setup.cluster = catalog::dgx_a100(64);
    setup.plan.stack = catalog::generic_stack;
    return setup;
}();

// Two changes, four estimates.
constexpr auto at_compile_time = attribute_step_time(
    hopper, ampere, flag(SetupChange::accelerator) | flag(SetupChange::network) | flag(SetupChange::software));
static_assert(at_compile_time && at_compile_time->orders == 6);
static_assert(raw(at_compile_time->share[index_of(SetupChange::accelerator)]) > 0);

} // namespace

TEST_CASE("shares are those of Shapley where all orders are possible") {
    // v(S) = sum of weights of S + product of pairs: an interaction is shared equally by the two that make it.
    constexpr std::array weight{1.0, 20.0, 300.0};
    const auto value = [&](unsigned mask) -> std::optional<double> {
        double sum = 5.0;
        for (std::size_t g = 0; g < 3; ++g) sum += ((mask >> g) & 1u) != 0 ? weight[g] : 0.0;
        if ((mask & 3u) == 3u) sum += 8.0;
        if ((mask & 5u) == 5u) sum -= 2.0;
        return sum;
    };
    const auto shares = attribute<double, 3>(value);
    REQUIRE(shares);
    CHECK(shares->orders == 6);
    CHECK(shares->share[0] == relative(1.0 + 4.0 - 1.0));
    CHECK(shares->share[1] == relative(20.0 + 4.0));
    CHECK(shares->share[2] == relative(300.0 - 1.0));
    CHECK(shares->total() == relative(shares->after - shares->before));
    CHECK(shares->alone[1] == relative(20.0));
    CHECK(shares->valid_alone == 7u);
}

TEST_CASE("orders through invalid combinations do not count, and the shares sum to the whole all the same") {
    // The second change needs the first: one order is left.
    const auto needs = [](unsigned mask) -> std::optional<double> {
        if (mask == 2u) return std::nullopt;
        return mask == 0 ? 1.0 : mask == 1u ? 4.0 : 10.0;
    };
    const auto shares = attribute<double, 2>(needs);
    REQUIRE(shares);
    CHECK(shares->orders == 1);
    CHECK(shares->share[0] == 3.0);
    CHECK(shares->share[1] == 6.0);
    CHECK(shares->valid_alone == 1u);
    // Neither works without the other; or an end is invalid.
    CHECK_FALSE(attribute<double, 2>(
        [](unsigned mask) { return mask == 0 || mask == 3u ? std::optional{1.0} : std::nullopt; }));
    CHECK_FALSE(attribute<double, 2>([](unsigned mask) { return mask != 3u ? std::optional{1.0} : std::nullopt; }));
}

TEST_CASE("each subset of what changed is asked for once, no other at all") {
    std::array<int, 16> asked{};
    const auto value = [&](unsigned mask) -> std::optional<double> {
        ++asked[mask];
        return 1.0;
    };
    const auto shares = attribute<double, 4>(value, 0b1010u);
    REQUIRE(shares);
    for (unsigned mask = 0; mask < 16; ++mask) CHECK(asked[mask] == ((mask & ~0b1010u) == 0 ? 1 : 0));
    for (const double share : shares->share) CHECK(share == 0.0);
}

TEST_CASE("a step's difference is shared out among what changed") {
    const auto all = attribute_step_time(hopper, ampere);
    REQUIRE(all);
    CHECK(all->orders == 120);
    CHECK(raw(all->total()) == relative(raw(all->after) - raw(all->before)));
    CHECK(all->share[index_of(SetupChange::model)] == Seconds{});
    CHECK(all->share[index_of(SetupChange::plan)] == Seconds{});
    // Restricted to what differs, the same.
    for (const SetupChange change : {SetupChange::accelerator, SetupChange::network, SetupChange::software})
        CHECK(raw(at_compile_time->share[index_of(change)]) == relative(raw(all->share[index_of(change)])));
    // A slower chip, a slower network and software that overlaps less: all three cost time, the chip most.
    const auto share = [&](SetupChange change) { return raw(all->share[index_of(change)]); };
    CHECK(share(SetupChange::accelerator) > share(SetupChange::software));
    CHECK(share(SetupChange::network) > 0);
    CHECK(share(SetupChange::software) > 0);
}

TEST_CASE("one change takes the whole difference, and back the same with the other sign") {
    StepSetup slower = hopper;
    slower.cluster.fabric.tier[0].link.bandwidth = slower.cluster.fabric.tier[0].link.bandwidth * 0.25;
    const auto there = attribute_step_time(hopper, slower), back = attribute_step_time(slower, hopper);
    REQUIRE(there);
    REQUIRE(back);
    const std::size_t network = index_of(SetupChange::network);
    CHECK(raw(there->share[network]) == relative(raw(there->after - there->before)));
    CHECK(raw(there->share[network]) > 0);
    CHECK(raw(back->share[network]) == relative(-raw(there->share[network])));
    CHECK(there->share[index_of(SetupChange::accelerator)] == Seconds{});
}

TEST_CASE("more accelerators need the fabric that joins them") {
    StepSetup large = hopper;
    large.cluster = catalog::dgx_h100(128);
    large.cluster.fabric.tier[1].size = 128;
    large.plan.data = 64;
    large.plan.global_batch = 128;
    StepSetup small = hopper;
    small.cluster.fabric.tier[1].size = 64;
    const auto shares = attribute_step_time(small, large);
    REQUIRE(shares);
    CHECK(shares->orders == 60); // of 120: the network comes before the plan
    CHECK((shares->valid_alone & flag(SetupChange::plan)) == 0u);
    CHECK(raw(shares->total()) == relative(raw(shares->after) - raw(shares->before)));
    const auto memory = attribute_peak_memory(small, large);
    REQUIRE(memory);
    CHECK(raw(memory->total()) == relative(raw(memory->after) - raw(memory->before)));
    CHECK(raw(memory->share[index_of(SetupChange::plan)]) < 0); // states are cut over more ranks
    // For the same tokens, twice the accelerators take about half of the time.
    const auto work = attribute_step_time(small, large, 31u, make<Tokens>(64.0 * 8192.0));
    REQUIRE(work);
    CHECK(raw(work->after) / raw(work->before) == doctest::Approx(0.5).epsilon(0.1));
}
