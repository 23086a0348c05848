// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/batch.hpp>

#include <array>
#include <string>

#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

BatchReport report_of(bool priced) {
    BatchReport report;
    report.model = "a-model";
    report.system = "a-chip (a-system)";
    report.accelerators = 64;
    report.target = "benchmark x";
    report.origin = "stated";
    report.convergence = {1_M_samples, 1_k_samples};
    report.worth = 0.5;
    if (priced) report.price = 2_usd_per_accelerator_hour;
    const auto at = [&](double accelerators, double batch, Seconds time) {
        return batch_choice<double>(report.convergence, batch * sample, {accelerators, time});
    };
    report.rows.push_back({at(64, 500, 1_s), 2.0 / 3.0, {}});
    report.rows.push_back({at(64, 1000, 2_s), 0.5, {}});
    BatchRow refused;
    refused.choice.batch = 2_k_samples;
    refused.refused = "memory";
    report.rows.push_back(refused);
    report.best = {at(128, 1000, 1_s), at(64, 500, 1_s), at(64, 500, 1_s)};
    report.scaling = scaling_of<double>(report.convergence, std::array{32, 64, 128}, 0.5, [](int n) {
        return n < 128 ? ScaledStep{500_samples, make<Seconds>(64.0 / n)} : ScaledStep{1_k_samples, 1_s};
    });
    return report;
}

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

} // namespace

TEST_CASE("the text has every batch, the best ones, and what ends the gain") {
    const std::string text = batch_text(report_of(true), {.width = 140, .ascii = true});
    CHECK(has(text, "a-model on 64 x a-chip (a-system)"));
    for (const char* section : {"BATCHES", "BEST", "MORE ACCELERATORS"}) CHECK(has(text, section));
    CHECK(has(text, "not possible: 2,000 (memory)"));
    CHECK(has(text, "1,500,000")); // samples at 500: a million and a half
    CHECK(has(text, "3,000"));     // steps
    CHECK(has(text, "critical batch"));
    CHECK(has(text, "not up to 128, where the search ends"));
    CHECK_FALSE(has(text, "SCHEDULE"));
    CHECK_FALSE(has(text, "LEARNING"));
    for (const char c : text) CHECK(static_cast<unsigned char>(c) < 128);
}

TEST_CASE("an unknown price is unknown, not zero") {
    const Json without = batch_json(report_of(false)), with = batch_json(report_of(true));
    CHECK(without["best"]["time"]["cost_usd"].is_null());
    // 64 accelerators, 3000 steps of a second, 2 USD an hour.
    CHECK(with["best"]["cost"]["cost_usd"].get<double>() == relative(64.0 * 3000 / 3600 * 2));
    CHECK_FALSE(has(batch_text(report_of(false)), "$"));
}

TEST_CASE("the JSON says what the text says") {
    BatchReport report = report_of(true);
    report.rates = BatchRates{};
    report.rates->advice[0] = {0.4, 0.2, 0.3, true};
    report.schedule = run_schedule(ConstantBatch{100_samples}, 1_M_samples, [](const Samples&) { return 1_s; });
    report.assumed.push_back({"--law", "zhang", "goes by tokens alone"});
    const Json json = batch_json(report);
    CHECK(json["convergence"]["critical_batch"] == 1000.0);
    CHECK(json["batches"].size() == 3);
    CHECK(json["batches"][2]["refused"] == "memory");
    CHECK_FALSE(json["batches"][2].contains("steps"));
    CHECK(json["scaling"]["points"].size() == 3);
    CHECK(json["scaling"]["points"][0]["elasticity"].get<double>() == relative(1.0));
    CHECK(json["scaling"]["points"][2]["elasticity"].is_null());
    CHECK(json["scaling"]["limit"] == "end of the range");
    CHECK(json["learning_rates"]["time"]["linear"] == 0.4);
    CHECK(json["schedule"]["phases"].size() == 1);
    CHECK(json["schedule"]["steps"] == 10000.0);
    CHECK(json["assumed"][0]["value"] == "zhang");
    const std::string text = batch_text(report);
    CHECK(has(text, "LEARNING RATES TO TRY"));
    CHECK(has(text, "linear may diverge"));
    CHECK(has(text, "SCHEDULE"));
    CHECK(has(text, "ASSUMED"));
}
