// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_rnn.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0.0 : values[values.size() / 2];
}

} // namespace

// The whole table. Bounds leave room for a refit of the kernels; docs/layers.md has the figures.
TEST_CASE("the layers of DeepBench") {
    const std::vector<PredictedRow> rows = predict_conv_table(FORETRAIN_DATA_DIR "/conv.csv");
    CHECK(rows.size() == 3 * 713 - 41);
    std::map<std::string, std::vector<double>> errors;
    std::vector<double> all, below;
    for (const PredictedRow& r : rows) {
        CAPTURE(r.id);
        REQUIRE(r.error().has_value());
        all.push_back(std::abs(*r.error()));
        below.push_back(*r.error());
        errors[r.accelerator].push_back(std::abs(*r.error()));
    }
    CHECK(median(all) < 0.23);
    CHECK(std::abs(median(below)) < 0.08);
    CHECK(errors.size() == 10);
    for (const auto& [accelerator, values] : errors) {
        CAPTURE(accelerator);
        CHECK(median(values) < 0.33);
    }
}

// The whole table. 101 of its rows have no times (all of T4 and of Knights Landing).
TEST_CASE("the recurrent layers of DeepBench") {
    const std::vector<PredictedRow> rows = predict_rnn_table(FORETRAIN_DATA_DIR "/rnn.csv");
    std::map<std::string, std::vector<double>> errors;
    std::vector<double> all;
    std::size_t refused = 0;
    for (const PredictedRow& r : rows) {
        if (!r.refusal.empty()) {
            CHECK(r.reason == "no time measured");
            ++refused;
            continue;
        }
        REQUIRE(r.error().has_value());
        all.push_back(std::abs(*r.error()));
        errors[r.accelerator].push_back(std::abs(*r.error()));
    }
    CHECK(refused == 101);
    CHECK(all.size() == 841);
    CHECK(median(all) < 0.25);
    for (const auto& [accelerator, values] : errors) {
        CAPTURE(accelerator);
        CHECK(median(values) < 0.40);
    }
}
