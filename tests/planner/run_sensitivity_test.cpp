// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include <foretrain/planner/run_sensitivity.hpp>

#include "../relative.hpp"
#include "run_cases.hpp"

using namespace foretrain;

namespace {

struct Figures {
    double wall_clock, energy, cost;
};
template <class Setup>
std::optional<Figures> figures(Setup setup, const InputOfRun& input, double factor) {
    detail::visit_input(input, setup,
                        [&](auto& field) { detail::put_number(field, detail::number_in(field) * factor); });
    const auto run = try_estimate_run(setup);
    if (!run) return std::nullopt;
    return Figures{raw(run->wall_clock), raw(run->energy), raw(run->cost.known)};
}

/// Elasticities against central differences; on kinks and at ends of ranges against one of the sides.
template <class Setup>
int compare_with_differences(const Setup& setup, double tolerance, bool wall_clock_alone = false) {
    constexpr double h = 1e-6;
    const auto all = try_sensitivity(setup);
    REQUIRE(all);
    const auto here = figures(setup, {true, {}, RunInput::idle_power}, 1.0);
    CHECK(raw(all->wall_clock) == here->wall_clock);
    CHECK(raw(all->cost.known) == here->cost);
    int compared = 0;
    for (const RunInputSensitivity& each : *all) {
        if (each.value == 0) continue;
        const auto above = figures(setup, each.input, 1 + h), below = figures(setup, each.input, 1 - h);
        const auto check = [&](double exact, double Figures::* figure, std::string_view what) {
            if (!above && !below) return;
            const double middle = (*here).*figure;
            const double right = above ? ((*above).*figure - middle) / (h * middle) : NAN;
            const double left = below ? (middle - (*below).*figure) / (h * middle) : NAN;
            const bool near = std::abs(exact - right) < tolerance || std::abs(exact - left) < tolerance ||
                              std::abs(exact - 0.5 * (left + right)) < tolerance;
            CHECK_MESSAGE(near, what, " by ", name_of(each.input), ": ", exact, ", left ", left, ", right ", right);
            ++compared;
        };
        check(each.wall_clock, &Figures::wall_clock, "wall clock");
        if (wall_clock_alone) continue;
        check(each.energy, &Figures::energy, "energy");
        check(each.cost, &Figures::cost, "cost");
    }
    return compared;
}

InputOfRun beside(RunInput input) { return {true, {}, input}; }
InputOfRun of_step(InputField field, unsigned char tier = 0) { return {false, {field, tier}, {}}; }

constexpr double price_slope = [] {
    auto setup = run_cases::reported();
    setup.conditions.input.reset();
    const auto run = try_differentiate<1>(setup, std::array{InputOfRun{true, {}, RunInput::accelerator_price}});
    return raw(run->cost.known).gradient[0] / raw(run->accelerator_time).value;
}();
static_assert(price_slope > 1 - 1e-12 && price_slope < 1 + 1e-12); // money a price: the time that is paid

} // namespace

TEST_CASE("derivatives of wall clock, energy and cost are differences, for both kinds of losses") {
    int compared = compare_with_differences(run_cases::reported(), 1e-5);
    compared += compare_with_differences(run_cases::modelled(), 1e-5);
    for (const double power : {400.0, 650.0, 700.0}) {
        auto setup = run_cases::modelled();
        setup.conditions.power_limit = make<Watts>(power);
        setup.conditions.faults.recovery.spares->nodes = 3;
        compared += compare_with_differences(setup, 1e-5);
    }
    CHECK(compared > 1000);
}

TEST_CASE("by way of the best interval an input does nothing to the wall clock") {
    auto setup = run_cases::modelled();
    setup.conditions.faults.checkpointing->interval.reset();
    setup.conditions.faults.checkpointing->tiers = 1;
    setup.conditions.faults.checkpointing->tier[0].survives = 1.0;
    compare_with_differences(setup, 1e-4, true); // the best interval is best for the wall clock, not for energy
}

TEST_CASE("every input of a run matters somewhere") {
    std::array<bool, run_inputs> matters{};
    const auto note = [&](const auto& setup) {
        const auto all = try_sensitivity(setup);
        REQUIRE(all);
        const auto carbon = try_differentiate<1>(setup, std::array{beside(RunInput::carbon_intensity)});
        if (raw(*carbon->carbon).gradient[0] > 0) matters[static_cast<std::size_t>(RunInput::carbon_intensity)] = true;
        for (std::size_t i = 0; i < run_inputs; ++i)
            if (all->of(beside(static_cast<RunInput>(i))).matters()) matters[i] = true;
    };
    auto fast = run_cases::reported();
    note(fast);
    note(run_cases::modelled());
    fast.conditions.input->storage = make<Bandwidth>(1e12);
    fast.conditions.input->core_decodes = make<SampleRate>(0.5);
    note(fast); // decoding is the slowest stage
    fast.conditions.input->core_decodes = make<SampleRate>(1e9);
    fast.conditions.input->node_network = make<Bandwidth>(1e5);
    note(fast); // the network is
    for (std::size_t i = 0; i < run_inputs; ++i) CHECK_MESSAGE(matters[i], name_of(static_cast<RunInput>(i)));
}

TEST_CASE("what everybody knows about a bill") {
    const auto setup = run_cases::reported();
    const auto all = try_sensitivity(setup);
    REQUIRE(all);
    // Prices split the bill: their elasticities sum to 1.
    double sum = 0;
    for (const RunInput price : {RunInput::accelerator_price, RunInput::energy_price, RunInput::storage_price,
                                 RunInput::egress_price, RunInput::network_price, RunInput::staff_price})
        sum += all->of(beside(price)).cost;
    CHECK(sum == relative(1.0));
    CHECK(all->of(beside(RunInput::effective_share)).wall_clock == relative(-1.0));
    CHECK(all->of(beside(RunInput::power_usage_effectiveness)).energy == relative(1.0));
    CHECK(all->of(beside(RunInput::mtbf)).matters() == false); // not an input of this run
    CHECK(all->of(of_step(InputField::memory_bandwidth)).wall_clock < 0);
    for (std::size_t i = 1; i < all->size; ++i) {
        const auto strength = [](const RunInputSensitivity& s) {
            return std::max({std::abs(s.wall_clock), std::abs(s.energy), std::abs(s.cost)});
        };
        CHECK(strength(all->ranked[i]) <= strength(all->ranked[i - 1]));
    }
}

TEST_CASE("a run that is refused has no sensitivities") {
    auto setup = run_cases::reported();
    setup.conditions.faults.effective_share = 2.0;
    CHECK_FALSE(try_sensitivity(setup));
    setup = run_cases::reported();
    setup.plan.tensor = 3;
    CHECK_FALSE(try_sensitivity(setup));
}
