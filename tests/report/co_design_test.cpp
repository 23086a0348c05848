// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/co_design.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace foretrain;

namespace {

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

DesignRow row(double matrix, double seconds, bool fits) {
    return {.factors = {matrix, 1.0, 1.0, 1.0, 1.0, 1.0},
            .time = make<Seconds>(seconds),
            .utilization = 0.4,
            .job_power = make<Watts>(1e5),
            .power = make<Watts>(700.0 * matrix),
            .price = make<AcceleratorPrice>(2.0 / 3600.0),
            .tokens_per_joule = 1.25,
            .tokens_per_usd = 1234567.0,
            .bottleneck = Resource::scale_out,
            .fits = fits,
            .valid = true};
}

DesignSweepReport report() {
    DesignSweepReport r{.job = "a model", .points = "3 designs", .goal = "STEP TIME"};
    r.figures = {"matrix-rate", "memory-bandwidth", "memory-capacity", "scale-up", "scale-up-domain", "scale-out"};
    r.elasticity = {0.75, 0.0, 0.0, 0.0, 0.0, 0.0};
    r.rows = {row(1.0, 4.0, true), row(2.0, 2.5, true), row(4.0, 2.0, false)};
    r.rows.push_back({.factors = std::vector<double>(6, 1.0)}); // no valid estimate
    r.best = {1, 0};
    r.priced = true;
    return r;
}

} // namespace

TEST_CASE("the best designs in their order, only figures that vary, what designs wait for") {
    const std::string text = design_sweep_text(report());
    CHECK(says(text, "3 can be estimated, 2 of them fit"));
    CHECK(says(text, "2.50 s"));
    CHECK(text.find("2.50 s") < text.find("4.00 s"));
    CHECK_FALSE(says(text, "2.00 s")); // does not fit
    CHECK(says(text, "1,234,567"));
    CHECK(says(text, "matrix-rate  0.75"));
    CHECK_FALSE(says(text, "HBM"));
    CHECK(says(text, "scale-out network  3"));
    DesignSweepReport none = report();
    none.best.clear();
    CHECK(says(design_sweep_text(none), "none fits"));
}

TEST_CASE("JSON has the best, CSV has all, unknown prices are no numbers") {
    DesignSweepReport r = report();
    Json json = design_sweep_json(r);
    CHECK(json["designs"] == 4);
    CHECK(json["valid"] == 3);
    CHECK(json["fit"] == 2);
    CHECK(json["best"][0]["time_s"] == 2.5);
    CHECK(json["best"][0]["factors"]["matrix-rate"] == 2.0);
    CHECK(json["best"][0]["usd_per_accelerator_hour"].get<double>() == doctest::Approx(2.0));
    CHECK(says(design_sweep_csv(r), "\n2,1,1,1,1,1,true,true,2.5,0.4,"));
    CHECK(says(design_sweep_csv(r), "\n1,1,1,1,1,1,false,false,,,,,,,,\n"));
    r.priced = false;
    json = design_sweep_json(r);
    CHECK(json["best"][0]["tokens_per_usd"].is_null());
    CHECK_FALSE(says(design_sweep_text(r), "tokens/USD"));
}

TEST_CASE("the figure has designs that fit, and the best") {
    const Plot plot = design_sweep_plot(report());
    REQUIRE(plot.series.size() == 2);
    CHECK(plot.series[0].x.size() == 2);
    CHECK(plot.series[1].y == std::vector<double>{2.5, 4.0});
}
