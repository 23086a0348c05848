// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/scaling.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The optimum at Chinchilla's budget.
ScalingReport optimum() {
    ScalingReport report{.law = catalog::besiroglu_2024.name,
                         .text = catalog::besiroglu_2024.text,
                         .fitted = catalog::besiroglu_2024.fitted,
                         .provenance = catalog::besiroglu_2024.provenance,
                         .optimum = optimal_allocation(catalog::besiroglu_2024.law, 576_ZFLOP)};
    report.shares.push_back({0.1, report.optimum.parameters * 0.1, {}});
    report.shares.push_back(
        {0.5, report.optimum.parameters * 0.5, *try_model_of_share(catalog::besiroglu_2024.law, 576_ZFLOP, 0.5)});
    return report;
}

/// A small model after many tokens.
ScalingReport training() {
    ScalingReport report = optimum();
    report.training = over_training(catalog::besiroglu_2024.law, 8_B_parameters, 400_B_tokens);
    report.optimum = report.training->same_compute;
    report.limit = catalog::besiroglu_2024.law.limit(8_B_parameters);
    report.tokens_by_law = {{"one", 300_B_tokens, true, true}, {"two", {}, false, false}};
    report.low = report.mid = report.high = 300_B_tokens;
    ScalingRun run;
    run.configuration = "a model on some machines";
    run.estimate.law_tokens = 400_B_tokens;
    run.estimate.penalty_tokens = 100_B_tokens;
    run.estimate.tokens = 500_B_tokens;
    run.estimate.run.wall_clock = 20_days;
    run.estimate.run.cost.known = 3_M_usd;
    report.run = run;
    return report;
}

} // namespace

TEST_CASE("the text has the law, the loss by parts, the optimum and what other sizes take") {
    const std::string text = scaling_text(optimum());
    for (const std::string_view part :
         {"besiroglu-2024 on MassiveText: 72.3B parameters on 1.33T tokens, 18 a parameter, 576 ZFLOP",
          "irreducible  1.8170", "OUTSIDE", "factor of 4.5", "total        1.9734 nats/token", "never", "1.26 x"})
        CHECK_MESSAGE(says(text, part), part, "\n", text);
    CHECK_FALSE(says(text, "RUN"));
    CHECK_FALSE(says(text, "scarcity"));
    CHECK_FALSE(says(text, "ASSUMED"));
}

TEST_CASE("a training is told beside the two optima, with its run and what is not known of its cost") {
    const std::string text = scaling_text(training());
    for (const std::string_view part : {"same compute", "same loss", "more compute than its loss takes", "limit",
                                        "500B tokens, 100B tokens of them for the size of the batch", "20.0 days",
                                        "unknown: no price given", "two        never"})
        CHECK_MESSAGE(says(text, part), part, "\n", text);
    CHECK_FALSE(says(text, "OUTSIDE"));
    CHECK(says(text, "15.0 days to 15.0 days")); // 300 of 400 billion tokens by the other fit
    ScalingReport priced = training();
    priced.run->prices.accelerator = 2_usd_per_accelerator_hour;
    CHECK(says(scaling_text(priced), "more than $3.00M"));
    priced.run->estimate.run.cost.complete = true;
    CHECK_FALSE(says(scaling_text(priced), "more than $3.00M"));
}

TEST_CASE("scarce data and experts are told") {
    ScalingReport report = optimum();
    report.unique = 333_B_tokens;
    report.experts = 64;
    report.optimum.loss.scarcity = 0.01_nats_per_token;
    const std::string text = scaling_text(report);
    CHECK(says(text, "333B tokens, 4.0 epochs"));
    CHECK(says(text, "scarcity     0.0100 nats/token"));
    CHECK(says(text, "experts           64"));
}

TEST_CASE("lines keep to the width") {
    for (const std::size_t width : {80U, 120U}) {
        const std::string text = scaling_text(training(), {.width = width});
        std::size_t longest = 0;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            longest = std::max(longest, end - at);
            at = end + 1;
        }
        CHECK(longest <= width);
    }
}

TEST_CASE("JSON has every number complete, null for what was not asked") {
    const Json plain = scaling_json(optimum());
    CHECK(plain["training"].is_null());
    CHECK(plain["run"].is_null());
    CHECK(plain["limit_nats_per_token"].is_null());
    CHECK(plain["optimum"]["compute_flop"].get<double>() == 5.76e23);
    CHECK(plain["in_fitted_range"] == false);
    const Json parts = plain["loss_nats_per_token"];
    CHECK(parts["irreducible"].get<double>() + parts["model"].get<double>() + parts["data"].get<double>() +
              parts["scarcity"].get<double>() ==
          doctest::Approx(parts["total"].get<double>()));
    CHECK(plain["other_sizes"][0]["training"].is_null());
    CHECK(plain["other_sizes"][1]["training"]["extra_compute"].get<double>() > 0.2);
    const Json asked = scaling_json(training());
    CHECK(asked["in_fitted_range"] == true);
    CHECK(asked["training"]["parameters"].get<double>() == 8e9);
    CHECK(asked["tokens_by_law"][1]["tokens"].is_null());
    CHECK(asked["tokens_mid"].get<double>() == 3e11);
    CHECK(asked["run"]["cost_usd"].is_null());
    CHECK(asked["run"]["known_cost_usd"].get<double>() == 3e6);
    CHECK(asked["run"]["wall_clock_s"].get<double>() == 20 * 86400.0);
}
