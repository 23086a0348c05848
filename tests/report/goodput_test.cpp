// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/goodput.hpp>

#include <string>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

GoodputReport report_of(const std::optional<ExponentialFailures>& failures) {
    GoodputReport report;
    report.job = "a job";
    report.failures = failures ? "stated" : "unknown";
    report.policy = "blocking";
    report.accelerators = 4096;
    report.productive = 20_days;
    report.checkpoint = 2.3_TB;
    report.assumed.push_back({"--detection", "300", "s until a failure is noticed"});
    const Violations violations = answer(
        report, [&](std::int64_t accelerators) { return catalog::usual_reliability(failures, 176e9, accelerators); });
    if (!violations.empty()) report.scale.clear(); // tests of it fail then
    return report;
}

const GoodputReport known = report_of(ExponentialFailures{50'000_accelerator_hours, {}});
const GoodputReport unknown = report_of(std::nullopt);

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("the exact interval is the best of the formulas, and all are near") {
    REQUIRE(known.intervals.size() == 4);
    const double best = known.intervals.back().goodput->share();
    CHECK(known.intervals.back().formula == "exact");
    for (const GoodputOfInterval& at : known.intervals) {
        CHECK(at.goodput->share() <= best);
        CHECK(at.goodput->share() > best - 0.001); // the optimum is flat
    }
    CHECK(known.outlook.expected->share() == best);
}

TEST_CASE("goodput falls with scale, and what it takes to reach the wanted one grows") {
    REQUIRE(known.scale.size() == 10);
    for (std::size_t i = 1; i < known.scale.size(); ++i) {
        CHECK(known.scale[i].accelerators > known.scale[i - 1].accelerators);
        CHECK(known.scale[i].goodput->share() < known.scale[i - 1].goodput->share());
        CHECK(*known.scale[i].mtbf > *known.scale[i - 1].mtbf);
    }
    // beyond the break-even scale the wanted goodput is missed, below it is exceeded
    for (const GoodputAtScale& at : known.scale)
        CHECK((at.goodput->share() > known.wanted) == (*at.mtbf < 50'000_accelerator_hours));
}

TEST_CASE("fleets that told a rate are compared, the more reliable the better") {
    CHECK(known.fleets.size() == 9);
    for (const GoodputOfFleet& a : known.fleets)
        for (const GoodputOfFleet& b : known.fleets)
            if (*a.fleet->mtbf < *b.fleet->mtbf) CHECK(a.goodput->share() < b.goodput->share());
}

TEST_CASE("an unknown rate: nothing is claimed, in text or JSON") {
    CHECK(unknown.intervals.empty());
    for (const GoodputAtScale& at : unknown.scale) CHECK_FALSE(at.goodput.has_value());
    const std::string text = goodput_text(unknown);
    CHECK(says(text, "unknown: at most"));
    CHECK_FALSE(says(text, "WHERE THE WALL CLOCK GOES"));
    CHECK(says(text, "BREAK-EVEN"));
    const Json json = goodput_json(unknown);
    CHECK(json["expected"].is_null());
    CHECK(json["mtbf_accelerator_s"].is_null());
    CHECK(json["wanted"]["mtbf_accelerator_s"].get<double>() == raw(*unknown.wanted_mtbf));
}

TEST_CASE("text and JSON tell the same") {
    const std::string text = goodput_text(known);
    for (const char* part :
         {"a job", "WHERE THE WALL CLOCK GOES", "rework", "detection", "INTERVAL", "Young 1974", "SCALE", "131,072",
          "AT THE FAILURE RATES OF OTHERS", "opt-175b", "BREAK-EVEN", "ASSUMED", "--detection"})
        CHECK(says(text, part));
    CHECK(says(text, to_percent(known.outlook.expected->share()).view()));
    const Json json = goodput_json(known);
    double sum = 0;
    for (const auto& part : json["expected"]["parts_s"]) sum += part.get<double>();
    CHECK(sum == relative(json["expected"]["wall_clock_s"].get<double>()));
    CHECK(json["scale"].size() == known.scale.size());
    CHECK(json["checkpointing"]["tiers"].size() == 1);
    for (const char c : goodput_text(known, TextStyle{.width = 100, .ascii = true}))
        CHECK(static_cast<unsigned char>(c) < 128);
}

TEST_CASE("a job that is invalid is told so") {
    GoodputReport report;
    report.accelerators = 0;
    report.productive = 20_days;
    const Violations violations =
        answer(report, [](std::int64_t) { return catalog::usual_reliability(std::nullopt, 176e9, 8); });
    CHECK(violations.size() == 1);
}
