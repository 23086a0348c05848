// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/json.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <foretrain/catalog/error_model.hpp>

#include "example.hpp"

using namespace foretrain;

namespace {

std::vector<std::string> keys(const Json& json) {
    std::vector<std::string> names;
    for (const auto& [key, value] : json.items()) names.push_back(key);
    return names;
}

} // namespace

TEST_CASE("keys are stable, and in order") {
    CHECK(keys(report_json(example::report())) == std::vector<std::string>{"foretrain", "schema", "model", "cluster",
                                                                           "plan", "step", "memory", "run", "published",
                                                                           "assumed", "inputs"});
    const Json json = report_json(example::report());
    CHECK(json["schema"] == 1);
    CHECK(keys(json["step"]) == std::vector<std::string>{"time_s", "uncertainty", "samples", "tokens", "tokens_per_s",
                                                         "tokens_per_s_per_accelerator", "dense_peak_flop_per_s",
                                                         "flops", "flop_per_s_per_accelerator", "utilization",
                                                         "breakdown", "offload", "bottleneck", "longest_part",
                                                         "ten_percent_more"});
    CHECK(keys(json["memory"]) == std::vector<std::string>{"peak_bytes", "capacity_bytes", "fits", "stage", "items"});
}

TEST_CASE("a reader gets the same bits back") {
    const Report report = example::report();
    const Json json = Json::parse(report_json(report).dump());
    CHECK(json["step"]["time_s"].get<double>() == raw(report.step.time));
    CHECK(json["step"]["utilization"]["6n+attention"].get<double>() == report.step.model_flops_utilization());
    CHECK(json["memory"]["peak_bytes"].get<double>() == raw(report.step.memory.peak));
    CHECK(json["memory"]["fits"] == true);
    CHECK(json["model"]["parameters"] == 8030261248);
    CHECK(json["plan"]["sharding"] == "zero1");
    CHECK(json["cluster"]["accelerator"]["provenance"]["evidence"] == "datasheet");
}

TEST_CASE("parts sum to the step and items to the peak, as written") {
    const Json json = Json::parse(report_json(example::report()).dump());
    double time = 0, bytes = 0, share = 0;
    for (const Json& part : json["step"]["breakdown"]) {
        time += part["time_s"].get<double>();
        share += part["share"].get<double>();
    }
    for (const Json& item : json["memory"]["items"]) bytes += item["bytes"].get<double>();
    CHECK(time == json["step"]["time_s"].get<double>());
    CHECK(share == doctest::Approx(1.0));
    CHECK(bytes == doctest::Approx(json["memory"]["peak_bytes"].get<double>()).epsilon(1e-12));
    CHECK(json["step"]["breakdown"].size() == step_parts);
}

TEST_CASE("what is unknown is null") {
    Report report = example::report();
    Json json = report_json(report);
    CHECK(json["run"]["price_usd_per_accelerator_hour"].get<double>() == doctest::Approx(2.0));
    CHECK(json["run"]["price_usd_per_kwh"].is_null());
    CHECK(json["run"]["cost_usd"].is_null()); // incomplete
    CHECK(json["run"]["known_cost_usd"].get<double>() > 0);
    report.run.reset();
    json = report_json(report);
    CHECK(json["run"].is_null());
    CHECK(json["published"][0]["deviation"].get<double>() == doctest::Approx(0.1));
}

TEST_CASE("a complete cost is given") {
    Report report = example::report();
    ReportedRun& run = *report.run;
    run.prices.energy = make<EnergyPrice>(0.1 / 3.6e6);
    run.estimate =
        estimate_run(report.step, report.cluster, TokenBudget{make<Tokens>(1e12)}, Faults{0.95}, run.prices, run.site);
    const Json json = report_json(report)["run"];
    CHECK(json["cost_usd"].get<double>() == doctest::Approx(json["accelerator_hours"].get<double>() * 2.0 +
                                                            json["energy_j"].get<double>() / 3.6e6 * 0.1));
}

TEST_CASE("accuracy has the keys that were promised, for all and for each group") {
    const std::vector<Outcome> outcomes = {{"paper", "h100", "A", true, 0.1, ""},
                                           {"paper", "h100", "A", true, -0.2, ""},
                                           {"blog", "a100", "C", false, std::nullopt, "no step time"}};
    const Json json = Json::parse(accuracy_json(summarize(outcomes)).dump());
    CHECK(json["rows"] == 3);
    CHECK(json["predicted"] == 2);
    CHECK(json["refused"] == 1);
    CHECK(json["mape"].get<double>() == doctest::Approx(15.0));
    CHECK(json["median_ape"].get<double>() == doctest::Approx(15.0));
    CHECK(json["p90_ape"].get<double>() == doctest::Approx(19.0));
    CHECK(json["bias"].get<double>() == doctest::Approx(-5.0));
    CHECK(json["refusals"]["no step time"] == 1);
    REQUIRE(json["groups"].size() == 8);
    for (const Json& group : json["groups"]) {
        for (const char* key : {"name", "rows", "predicted", "refused", "mape", "median_ape", "p90_ape", "bias"}) {
            CAPTURE(key);
            CHECK(group.contains(key));
        }
        if (group["name"] == "blog") {
            CHECK(group["mape"].is_null()); // not NaN, not zero
            CHECK(group["bias"].is_null());
            CHECK(group["by"] == "source");
        }
    }
}

TEST_CASE("every entry of the catalogue can be written") {
    for (const Transformer* model : catalog::all_models)
        CHECK(model_json(*model)["parameters"].get<std::int64_t>() > 0);
    for (const catalog::System& system : catalog::all_systems)
        CHECK_FALSE(cluster_json(system.make(1))["accelerator"]["dense_peak_flop_per_s"].empty());
    for (const SoftwareStack* stack : catalog::all_stacks) CHECK(stack_json(*stack)["name"] == stack->name);
}

TEST_CASE("a step without a band says so, with one there are P10 to P90, the domain and the reasons") {
    Report report = example::report();
    CHECK(report_json(report)["step"]["uncertainty"].is_null());
    CHECK(report_json(report)["run"]["uncertainty"].is_null());
    report.band = estimate_uncertainty(report.step, report.model, report.cluster, report.plan, catalog::step_errors);
    const Json json = Json::parse(report_json(report).dump());
    const Json& band = json["step"]["uncertainty"];
    CHECK(keys(report_json(report)["step"]["uncertainty"]) ==
          std::vector<std::string>{"p10_s", "p50_s", "p90_s", "in_domain", "reasons", "ranges"});
    CHECK(band["p10_s"] < band["p50_s"]);
    CHECK(band["p50_s"] == json["step"]["time_s"]);
    CHECK(band["p50_s"] < band["p90_s"]);
    CHECK(band["in_domain"] == false); // its software is the generic one
    CHECK(band["reasons"][0] == "software without calibrated steps");
    const Json& run = json["run"]["uncertainty"];
    CHECK(run["wall_clock_s"]["p50"] == json["run"]["wall_clock_s"]);
    CHECK(run["energy_j"]["p90"] > json["run"]["energy_j"]);
    CHECK(run["accelerator_hours"]["p50"] == json["run"]["accelerator_hours"]);
    CHECK(run["known_cost_usd"]["p10"] < json["run"]["known_cost_usd"]);
}

TEST_CASE("coverage of the 80% band is in the statistics, null where no prediction has one") {
    std::vector<Outcome> outcomes(4, {"paper", "h100", "A", true, 0.1, ""});
    CHECK(accuracy_json(summarize(outcomes))["coverage_80"].is_null());
    for (std::size_t i = 0; i < 4; ++i) outcomes[i].covered = i != 0;
    CHECK(accuracy_json(summarize(outcomes))["coverage_80"] == 75.0);
}

TEST_CASE("offloading and ranges: null and none if nothing is offloaded or stated") {
    Report report = example::report();
    report.band = Band{};
    CHECK(report_json(report)["step"]["offload"].is_null());
    CHECK(report_json(report)["step"]["uncertainty"]["ranges"].empty());
    report.plan.offload = {.weights = 0.0, .optimizer = 1.0, .activations = 0.5};
    report.step = estimate_step(report.model, report.cluster, report.plan);
    report.ranges = {{StepInput::matrix_rate, 0.05, "5%", 0.04}};
    const Json step = report_json(report)["step"];
    CHECK(step["offload"]["to"] == "host");
    CHECK(step["offload"]["hiding_bytes_per_s"] == raw(report.step.offload.needed));
    CHECK(step["offload"]["exposed_s"] == raw(report.step.breakdown[StepPart::offload]));
    CHECK(step["uncertainty"]["ranges"][0]["input"] == "matrix rate");
    CHECK(step["uncertainty"]["ranges"][0]["half_width"] == 0.04);
}
