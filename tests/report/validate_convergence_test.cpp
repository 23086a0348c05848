// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_convergence.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header = "suite,round,benchmark,rcp_name,global_batch_size,unit_key,unit_meaning,n_runs,"
                                    "converge_mean,converge_olympic_mean,samples_mean,hyperparams\n";

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_convergence_table(TemporaryFile{std::string{header} + lines}.path());
}

// mlperf_logging/rcp_checker, rounds 1.0 and 3.0: epochs of ImageNet, and tokens.
constexpr const char* resnet = "training,v1.0.0,resnet,resnet_ref_8192,8192,Epochs to converge,epochs(1281167),10,42,"
                               "41.875,53809014,\"{\"\"opt_name\"\": \"\"lars\"\"}\"\n";
constexpr const char* gpt3 = "training,v3.0.0,gpt3,gpt3_ref_3072,3072,Epochs to converge,tokens,6,1216348160,"
                             "1207959552,593920,\n";

} // namespace

TEST_CASE("a row is predicted in the unit that it counts") {
    const std::vector<PredictedRow> rows = predict(std::string{resnet} + gpt3);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == "v1.0.0 resnet_ref_8192");
    CHECK(*rows[0].measured == 41.875);
    CHECK(*rows[0].predicted == doctest::Approx(41.875).epsilon(0.1));
    CHECK(*rows[1].predicted == doctest::Approx(1.2e9).epsilon(0.1));
    for (const PredictedRow& row : rows) {
        CHECK(*row.low < *row.predicted);
        CHECK(*row.predicted < *row.high);
        CHECK(row.assumptions.empty());
    }
}

TEST_CASE("the prediction does not look at what was measured") {
    std::string other = resnet;
    other.replace(other.find("42,41.875,53809014"), 18, "84,83.750,107618028");
    const std::vector<PredictedRow> rows = predict(std::string{resnet} + other);
    CHECK(*rows[0].predicted == relative(*rows[1].predicted));
    CHECK(*rows[1].error() < -0.4);
}

TEST_CASE("a batch past those fitted to is predicted with a wider band and said so") {
    std::string beyond = resnet;
    beyond.replace(beyond.find(",8192,"), 6, ",262144,");
    const std::vector<PredictedRow> rows = predict(std::string{resnet} + beyond);
    REQUIRE(rows[1].assumptions.size() == 1);
    CHECK(*rows[1].high / *rows[1].low > 1.2 * *rows[0].high / *rows[0].low);
}

TEST_CASE("what cannot be predicted is refused by name, and the rows around it are not") {
    const auto with = [](std::string_view from, std::string_view to) {
        std::string text{resnet};
        return text.replace(text.find(from), from.size(), to);
    };
    const std::vector<PredictedRow> rows =
        predict(std::string{resnet} + with(",resnet,", ",chess,") + with(",8192,", ",0,") + with(",8192,", ",many,") +
                with("epochs(1281167),10,42,41.875,53809014", "tokens,10,42,41.875,") + with("42,41.875", ",-1") +
                std::string{resnet});
    REQUIRE(rows.size() == 7);
    CHECK(rows[1].refusal == "benchmark without constants: chess");
    CHECK(rows[2].reason == "global_batch_size is not from 1 to 1e12");
    CHECK(rows[3].reason == "global_batch_size is not from 1 to 1e12");
    CHECK(rows[4].refusal == "unit not understood: tokens");
    CHECK(rows[5].reason == "convergence is not a number above 0");
    CHECK(rows[6].predicted == rows[0].predicted);
    for (const PredictedRow& row : rows) CHECK(row.predicted.has_value() == row.refusal.empty());
}
