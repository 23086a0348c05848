// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/accuracy.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

Outcome predicted(double error, std::string source = "s", std::string accelerator = "a", bool complete = true,
                  std::string quality = "A") {
    return {std::move(source), std::move(accelerator), std::move(quality), complete, error, "", ""};
}
Outcome refused(std::string reason) { return {"s", "a", "B", false, std::nullopt, std::move(reason), ""}; }

const ErrorSummary* find(const Accuracy& accuracy, std::string_view by, std::string_view name) {
    for (const ErrorSummary& group : accuracy.groups)
        if (group.by == by && group.name == name) return &group;
    return nullptr;
}

} // namespace

TEST_CASE("percentiles interpolate between neighbours, as numpy.percentile does") {
    const std::vector<double> values{1, 2, 3, 4, 10};
    CHECK(percentile(values, 0.0) == 1);
    CHECK(percentile(values, 0.5) == 3);
    CHECK(percentile(values, 0.9) == doctest::Approx(7.6)); // numpy.percentile([1,2,3,4,10], 90)
    CHECK(percentile(values, 1.0) == 10);
    CHECK(percentile({1, 2}, 0.5) == 1.5);
    CHECK(percentile({7}, 0.9) == 7);
}

TEST_CASE("errors are means of absolute, bias of signed values") {
    const ErrorSummary all = summarize({predicted(0.10), predicted(-0.30), predicted(0.05)}).all;
    CHECK(all.rows == 3);
    CHECK(all.predicted == 3);
    CHECK(all.refused == 0);
    CHECK(*all.mape == doctest::Approx(15.0));
    CHECK(*all.median_ape == doctest::Approx(10.0));
    CHECK(*all.p90_ape == doctest::Approx(26.0));
    CHECK(*all.bias == doctest::Approx(-5.0));
}

TEST_CASE("nothing predicted means no statistics, not zeros") {
    for (const Accuracy& accuracy : {summarize({}), summarize({refused("why")})}) {
        CHECK(accuracy.all.predicted == 0);
        CHECK_FALSE(accuracy.all.mape.has_value());
        CHECK_FALSE(accuracy.all.median_ape.has_value());
        CHECK_FALSE(accuracy.all.p90_ape.has_value());
        CHECK_FALSE(accuracy.all.bias.has_value());
    }
}

TEST_CASE("refusals are counted by reason and change no error") {
    const Accuracy accuracy = summarize({predicted(0.1), refused("MoE"), refused("fp8"), refused("MoE")});
    CHECK(accuracy.all.rows == 4);
    CHECK(accuracy.all.refused == 3);
    CHECK(accuracy.all.refusals.at("MoE") == 2);
    CHECK(accuracy.all.refusals.at("fp8") == 1);
    CHECK(*accuracy.all.mape == doctest::Approx(10.0));
}

TEST_CASE("weighted figures count a repeated configuration once") {
    const auto of = [](double error, std::string configuration) {
        Outcome outcome = predicted(error);
        outcome.configuration = std::move(configuration);
        return outcome;
    };
    const ErrorSummary all = summarize({of(0.10, "a"), of(-0.10, "a"), of(0.10, "a"), of(0.40, "b"), of(0.20, "")}).all;
    CHECK(all.configurations == 3);
    CHECK(*all.mape == doctest::Approx(18.0));
    CHECK(*all.weighted_mape == doctest::Approx((10.0 + 40.0 + 20.0) / 3.0));
    CHECK(*all.weighted_median_ape == doctest::Approx(20.0));
    // Without repetitions both are the same.
    const ErrorSummary once = summarize({of(0.10, "a"), of(-0.30, "b"), predicted(0.20)}).all;
    CHECK(*once.weighted_mape == doctest::Approx(*once.mape));
    CHECK(*once.weighted_median_ape == doctest::Approx(*once.median_ape));
}

TEST_CASE("a row with nothing to compare is predicted without an error") {
    const ErrorSummary all = summarize({predicted(0.10), refused(""), refused("why")}).all;
    CHECK(all.predicted == 2);
    CHECK(all.refused == 1);
    CHECK(*all.mape == doctest::Approx(10.0));
}

TEST_CASE("each grouping covers every row once") {
    const Accuracy accuracy =
        summarize({predicted(0.1, "x", "h100"), predicted(0.2, "x", "a100", false, "B"),
                   predicted(-0.4, "y", "a100", false, "C"), refused("r"), predicted(0.0, "x", "a100", true, "")});
    for (const char* by : {"source", "accelerator", "configuration", "quality"}) {
        std::int64_t rows = 0, known = 0;
        for (const ErrorSummary& group : accuracy.groups)
            if (group.by == by) {
                rows += group.rows;
                known += group.predicted + group.refused;
            }
        CAPTURE(by);
        CHECK(rows == accuracy.all.rows);
        CHECK(known == rows);
    }
    CHECK(find(accuracy, "source", "x")->rows == 3);
    CHECK(*find(accuracy, "source", "y")->bias == doctest::Approx(-40.0));
    CHECK(find(accuracy, "configuration", "partial")->rows == 3);
    CHECK(find(accuracy, "quality", "not stated")->rows == 1);
    CHECK(accuracy.groups.front().name == "x"); // the largest first
}

TEST_CASE("the text has the numbers, the groups and the reasons") {
    const std::string text =
        accuracy_text(summarize({predicted(0.10), predicted(-0.20), refused("not modelled yet: fp8")}));
    CHECK(text.find("15.0%") != std::string::npos);
    CHECK(text.find("-5.0%") != std::string::npos);
    CHECK(text.find("by accelerator") != std::string::npos);
    CHECK(text.find("1  not modelled yet: fp8") != std::string::npos);
    const std::string nothing = accuracy_text(summarize({refused("x")}));
    CHECK(nothing.find("nan") == std::string::npos);
    CHECK(nothing.find('%') == std::string::npos);
    CHECK(accuracy_text(summarize({predicted(0.1)})).find("refused\n") == std::string::npos);
    // Nonsense in a table gives errors of any size.
    CHECK(accuracy_text(summarize({predicted(3e19)})).find("+3.0e21%") != std::string::npos);
    // A bias that rounds to nothing has no sign.
    CHECK(accuracy_text(summarize({predicted(-0.0001)})).find("-0.0%") == std::string::npos);
}

TEST_CASE("coverage: the share of rows inside their band, of those that have one and a measurement") {
    std::vector<Outcome> outcomes(5, Outcome{"paper", "h100", "A", true, 0.1, ""});
    CHECK_FALSE(summarize(outcomes).all.coverage.has_value());
    CHECK(accuracy_text(summarize(outcomes)).find("80% band") == std::string::npos);
    for (std::size_t i = 0; i < 4; ++i) outcomes[i].covered = i != 0;
    outcomes.push_back({"other", "h100", "A", true, std::nullopt, "refused"});
    outcomes.back().covered = false; // refused: no part in it
    const Accuracy accuracy = summarize(outcomes);
    CHECK(*accuracy.all.coverage == doctest::Approx(75.0));
    CHECK(accuracy_text(accuracy).find("75.0% of measurements lie in their 80% band") != std::string::npos);
}
