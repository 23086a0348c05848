// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/report.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "example.hpp"

using namespace foretrain;

namespace {

const ReportedInput* find(const std::vector<ReportedInput>& inputs, std::string_view start) {
    for (const ReportedInput& input : inputs)
        if (input.what.rfind(start, 0) == 0) return &input;
    return nullptr;
}

} // namespace

static_assert(name_of(precision::mixed_bf16) == "mixed-bf16");
static_assert(name_of(precision::fp32) == "fp32");

TEST_CASE("every precision recipe has its name, and others are custom") {
    for (const NamedPrecision& named : named_precisions) CHECK(name_of(named.precision) == named.name);
    Precision other = precision::mixed_bf16;
    other.optimizer_state = NumberFormat::bf16;
    CHECK(name_of(other) == "custom");
}

TEST_CASE("a comparison gives the deviation from what was published") {
    const Comparison comparison{"", "", 44.0, 40.0, "", {}};
    CHECK(comparison.deviation() == doctest::Approx(0.1));
}

TEST_CASE("parameters are written as people say them") {
    CHECK(parameters_text(catalog::llama3_405b) == "405.9B");
    CHECK(parameters_text(catalog::gpt2_124m) == "124.4M");
}

TEST_CASE("every input of an estimate has its origin") {
    const Report report = example::report();
    const std::vector<ReportedInput> inputs = inputs_of(report);
    for (const char* what :
         {"model llama3-8b", "accelerator h100-sxm", "kernels", "node dgx-h100", "fabric NVLink 4",
          "fabric InfiniBand NDR", "software generic", "memory constants", "time lost to faults", "prices", "site"}) {
        CAPTURE(what);
        REQUIRE(find(inputs, what) != nullptr);
        CHECK_FALSE(find(inputs, what)->value.empty());
    }
    for (const ReportedInput& input : inputs) {
        CAPTURE(input.what);
        CHECK(
            (!input.provenance.source.empty() || input.what == "prices")); // the example leaves out that of its prices
    }
    CHECK(find(inputs, "accelerator")->provenance.source == report.cluster.accelerator.provenance.source);
    CHECK(find(inputs, "time lost")->provenance.evidence == Evidence::measured);
    CHECK(find(inputs, "prices")->value.find("energy: not given") != std::string::npos);
}

TEST_CASE("inputs that do not matter are left out") {
    Report report = example::report();
    report.run.reset();
    CHECK(find(inputs_of(report), "prices") == nullptr);
    report.cluster = catalog::dgx_h100(8); // one node: no network between nodes
    CHECK(find(inputs_of(report), "fabric InfiniBand") == nullptr);
    CHECK(find(inputs_of(report), "fabric NVLink") != nullptr);
}
