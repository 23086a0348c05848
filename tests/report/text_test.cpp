// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/text.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <foretrain/catalog/error_model.hpp>

#include "example.hpp"

using namespace foretrain;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The lines of a section, from the line after its title to the empty one.
std::string section(const std::string& text, std::string_view title) {
    const std::size_t at = text.find("\n" + std::string{title});
    if (at == std::string::npos) return {};
    const std::size_t begin = text.find('\n', at + 1) + 1;
    return text.substr(begin, text.find("\n\n", begin) - begin);
}

} // namespace

TEST_CASE("the headline answers first: time, rate, use, memory") {
    const Report report = example::report();
    const std::string text = report_text(report);
    CHECK(text.rfind("llama3-8b on 64 × h100-sxm (dgx-h100)\n", 0) == 0);
    const std::string step = section(text, "STEP");
    CHECK(has(step, to_text(report.step.time)));
    CHECK(has(step, to_text(report.step.tokens_per_second())));
    CHECK(has(step, detail::joined(to_percent(report.step.model_flops_utilization()), " by 6n+attention")));
    CHECK(has(step, "HFU"));
    CHECK(has(step, "fits: "));
    CHECK(has(text, "tensor 2 × pipeline 2 × data 16"));
    CHECK(has(text, "zero1 over 16"));
}

TEST_CASE("no line is wider than the terminal") {
    for (const std::size_t width : {80U, 100U, 140U})
        for (const bool ascii : {false, true}) {
            std::istringstream lines(report_text(example::report(), {width, ascii}));
            for (std::string line; std::getline(lines, line);) {
                CAPTURE(line);
                CHECK(display_width(line) <= width);
                CHECK((line.empty() || line.back() != ' '));
            }
        }
}

TEST_CASE("ASCII means ASCII") {
    const std::string text = report_text(example::report(), {.ascii = true});
    CHECK(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
    CHECK(has(text, "##"));
    CHECK(has(report_text(example::report()), "██"));
}

TEST_CASE("the waterfall names each part, what it waits for, and the whole") {
    const Report report = example::report();
    const std::string parts = section(report_text(report), "WHERE THE TIME GOES");
    for (std::size_t i = 0; i < step_parts; ++i) {
        const double share = raw(report.step.breakdown.time[i]) / raw(report.step.time);
        if (share < 0.0005) continue;
        CAPTURE(i);
        CHECK(has(parts, detail::joined("  ", name_of(static_cast<StepPart>(i)), " ")));
        CHECK(has(parts, to_text(report.step.breakdown.time[i])));
        CHECK(has(parts, name_of(report.step.breakdown.bound[i])));
    }
    CHECK(has(parts, "100.0%"));
}

TEST_CASE("bars of the waterfall begin where the one before ended, and the last ends with the step") {
    std::istringstream lines(section(report_text(example::report(), {.ascii = true}), "WHERE THE TIME GOES"));
    std::size_t start = 0, end = 0, bars = 0;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find('#');
        if (first == std::string::npos) continue;
        if (line.rfind("  step  ", 0) == 0) {
            CHECK(end + 1 >= line.rfind('#'));
            CHECK(start > first + 20); // far from where the step begins
            continue;
        }
        ++bars;
        CHECK(first >= start);
        if (bars > 1) CHECK(first <= end + 2); // parts too small for a mark of their own lie between
        start = first;
        end = line.rfind('#');
    }
    CHECK(bars > 4);
}

TEST_CASE("memory is told item by item, against the capacity") {
    Report report = example::report();
    std::string memory = section(report_text(report), "MEMORY");
    for (const auto& item : report.step.memory.footprint.items())
        CHECK(has(memory, item.name) == (raw(item.bytes) > 0));
    CHECK(has(memory, "  free "));
    CHECK_FALSE(has(memory, "beyond capacity"));
    CHECK_FALSE(has(memory, "would fit with"));

    report.cluster.accelerator.memory.capacity = report.step.memory.peak * 0.95;
    const std::string text = report_text(report);
    memory = section(text, "MEMORY");
    CHECK(has(text, "DOES NOT FIT"));
    CHECK(has(memory, "beyond capacity"));
    CHECK(has(memory, "would fit with    "));
    CHECK(has(memory, "full recomputation: "));

    report.cluster.accelerator.memory.capacity = make<Bytes>(1e9);
    CHECK(has(report_text(report), "nothing simpler than"));
}

TEST_CASE("what binds, and what would help") {
    const Report report = example::report();
    const std::string binding = section(report_text(report), "WHAT BINDS");
    CHECK(has(binding, detail::joined("bottleneck        ", name_of(report.step.bottleneck()))));
    CHECK(has(binding, name_of(report.step.breakdown.largest())));
    CHECK(has(binding, "10% more of       matrix rate"));
}

TEST_CASE("an unknown price is unknown, never zero") {
    Report report = example::report();
    const auto cost = [&] {
        ReportedRun& run = *report.run;
        run.estimate = estimate_run(report.step, report.cluster, TokenBudget{make<Tokens>(1e12)},
                                    Faults{.effective_share = 0.95}, run.prices, run.site);
        return section(report_text(report), "RUN");
    };
    CHECK(has(cost(), "more than $"));
    CHECK(has(cost(), "(unknown: energy)"));
    report.run->prices.accelerator.reset();
    report.run->prices.energy = make<EnergyPrice>(0.1 / 3.6e6);
    CHECK(has(cost(), "(unknown: accelerators)"));
    report.run->prices.energy.reset();
    CHECK(has(cost(), "unknown: no price given"));
    CHECK_FALSE(has(cost(), "$0"));
    report.run->prices.accelerator = make<AcceleratorPrice>(2.0 / 3600.0);
    report.run->prices.energy = make<EnergyPrice>(0.0);
    CHECK(has(cost(), "energy included"));
    CHECK_FALSE(has(cost(), "more than"));
    report.run.reset();
    CHECK_FALSE(has(report_text(report), "\nRUN"));
}

TEST_CASE("published numbers stand beside the predicted ones") {
    Report report = example::report();
    const std::string text = section(report_text(report), "BESIDE WHAT WAS PUBLISHED");
    CHECK(has(text, "44.0"));
    CHECK(has(text, "40.0"));
    CHECK(has(text, "+10.0%"));
    CHECK(has(text, "a paper (2024)"));
    report.published[0].predicted = 38.0;
    CHECK(has(report_text(report), "-5.0%"));
    // Several rows of one source name it once.
    report.published.push_back(report.published[0]);
    const std::string twice = comparison_text(report.published);
    CHECK(twice.find("a paper") == twice.rfind("a paper"));
}

TEST_CASE("assumptions and evidence are printed") {
    const std::string text = report_text(example::report());
    CHECK(has(section(text, "ASSUMED"), "--attention"));
    const std::string inputs = section(text + "\n\n", "WHERE THE INPUTS COME FROM");
    CHECK(has(inputs, "datasheet  accelerator h100-sxm"));
    CHECK(has(inputs, "measured   time lost to faults"));
    CHECK(has(inputs, "a fleet (2025)"));
}

TEST_CASE("a band stands beside the time, and what is not calibrated is called out") {
    Report report = example::report();
    CHECK_FALSE(has(report_text(report), "80%)"));
    CHECK_FALSE(has(report_text(report), "NOT CALIBRATED"));
    report.band = estimate_uncertainty(report.step, report.model, report.cluster, report.plan, catalog::step_errors);
    const std::string text = report_text(report);
    CHECK(
        has(text, std::string{to_text(report.band->p10)} + " to " + std::string{to_text(report.band->p90)} + ", 80%)"));
    CHECK(has(section(text, "STEP"), "NOT CALIBRATED"));
    CHECK(has(section(text, "STEP"), name_of(Doubt::software)));
    CHECK(has(section(text, "RUN"), "80% bands"));
    // Calibrated software on calibrated accelerators needs no warning.
    report.plan.stack = catalog::megatron_core;
    report.step = estimate_step(report.model, report.cluster, report.plan);
    report.band = estimate_uncertainty(report.step, report.model, report.cluster, report.plan, catalog::step_errors);
    CHECK_FALSE(has(report_text(report), "NOT CALIBRATED"));
}

TEST_CASE("offloading says which bandwidth would hide it, ranges say what they do to the time") {
    Report report = example::report();
    CHECK(!has(report_text(report), "  offload "));
    CHECK(!has(report_text(report), "  ranges "));
    report.plan.offload = {.weights = 0.0, .optimizer = 0.0, .activations = 1.0};
    report.step = estimate_step(report.model, report.cluster, report.plan);
    report.band = Band{};
    report.ranges = {{StepInput::network_bandwidth, 0.2, "300Gbit/s..432Gbit/s", 0.0953101798},
                     {StepInput::host_time, 0.5, "50%", 0.0}};
    const std::string step = section(report_text(report), "STEP");
    CHECK(has(step, detail::joined(to_text(report.step.offload.needed), " would hide")));
    CHECK(has(step, detail::joined(to_text(report.step.offload.available), " to host memory")));
    CHECK(has(step, "network bandwidth 300Gbit/s..432Gbit/s: ±10.0%"));
    CHECK(has(step, "host time a kernel 50%: ±0.0%"));
    report.plan.offload.to_drives = true;
    CHECK(has(report_text(report), " to drives"));
}
