// SPDX-License-Identifier: Apache-2.0
// Predicted against measured matrix products. Bounds are what was measured, rounded up; data/README.md has the sources.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include <foretrain/report/validate_gemm.hpp>

using namespace foretrain;

namespace {

struct Errors {
    std::size_t rows = 0;
    double mean = 0, median = 0;
};
Errors errors_of(const std::vector<PredictedRow>& rows, std::string_view source, std::string_view accelerator = {}) {
    std::vector<double> list;
    for (const PredictedRow& row : rows)
        if (row.error() && row.source == source && (accelerator.empty() || row.accelerator == accelerator))
            list.push_back(std::fabs(*row.error()));
    REQUIRE(!list.empty());
    std::sort(list.begin(), list.end());
    double sum = 0;
    for (const double error : list) sum += error;
    return {list.size(), sum / static_cast<double>(list.size()), list[list.size() / 2]};
}

} // namespace

TEST_CASE("measured matrix products are predicted as well as documented") {
    const std::vector<PredictedRow> rows = predict_gemm_table(FORETRAIN_DATA_DIR "/gemm.csv");
    REQUIRE(rows.size() == 12862);
    CHECK(std::count_if(rows.begin(), rows.end(), [](const PredictedRow& row) { return !row.predicted; }) == 2);
    const Errors fitted = errors_of(rows, "ai-dynamo/aiconfigurator");
    CHECK(fitted.rows == 8993);
    CHECK(fitted.mean < 0.085);
    CHECK(fitted.median < 0.06);
    const Errors fp32 = errors_of(rows, "sitar-lab/NeuSight");
    CHECK(fp32.mean < 0.175);
    CHECK(fp32.median < 0.125);
    const Errors old = errors_of(rows, "baidu-research/DeepBench");
    CHECK(old.mean < 0.22);
    CHECK(old.median < 0.13);
    // No constant is fitted to these.
    CHECK(errors_of(rows, "deepseek-ai/DeepGEMM").mean < 0.10);
    // These run at the clock of training steps, which is fitted to steps and takes up more than power.
    CHECK(errors_of(rows, "MooreThreads/SimuMax", "a100-pcie-80gb").mean < 0.08);
}
