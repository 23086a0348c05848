// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_conv.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header =
    "source,hardware,precision,W,H,C_in,N_batch,K_out,filt_1,filt_2,pad_1,pad_2,stride_1,stride_2,fwd_ms,"
    "bwd_inputs_ms,bwd_params_ms,fwd_tflops_computed,confidence\n";
// baidu-research/DeepBench, results/train/DeepBench_NV_V100.xlsx.
constexpr std::string_view row = "DeepBench,NV_V100,Float,56,56,256,16,64,1,1,0,0,1,1,0.136,0.143,0.421,12.1,read\n";

std::string with(std::string_view from, std::string_view to) {
    std::string text{row};
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_conv_table(TemporaryFile{std::string{header} + lines}.path());
}

} // namespace

TEST_CASE("a row becomes a prediction for each pass") {
    const std::vector<PredictedRow> rows = predict(std::string{row});
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].id == "NV_V100 conv 56x56x256 batch 16 to 64 by 1x1 pad 0x0 stride 1x1/forward");
    CHECK(rows[1].id.ends_with("/input_gradient"));
    CHECK(rows[2].id.ends_with("/weight_gradient"));
    CHECK(*rows[0].measured == relative(0.136e-3));
    CHECK(*rows[2].measured == relative(0.421e-3));
    for (const PredictedRow& r : rows) {
        CHECK(r.source == "DeepBench");
        CHECK(r.accelerator == "NV_V100");
        CHECK(r.complete);
        REQUIRE(r.error().has_value());
        CHECK(std::abs(*r.error()) < 0.6);
    }
    CHECK(rows[0].configuration != rows[1].configuration);
}

TEST_CASE("a pass without a time is left out, a row without any is refused") {
    CHECK(predict(with(",0.143,", ",,")).size() == 2);
    const std::vector<PredictedRow> none = predict(with("0.136,0.143,0.421", ",,"));
    REQUIRE(none.size() == 1);
    CHECK(none[0].reason == "no time measured");
    CHECK_FALSE(none[0].predicted.has_value());
}

TEST_CASE("nonsense is refused by name, and the rows around it are not") {
    const std::vector<PredictedRow> rows =
        predict(std::string{row} + with("NV_V100", "Abacus") + with("Float", "Roman numerals") +
                with("56,56,256,16,64,1,1", "56,56,0,16,64,1,1") + with("56,56,256,16,64,1,1", "56,56,256,16,64,99,1") +
                with("56,56,256,16,64,1,1", "56,many,256,16,64,1,1") + with("0.136", "nan") + with("0.136", "-1") +
                with("0.136", "fast") + with("NV_V100,Float", "NV_M40,fp16") + std::string{row});
    REQUIRE(rows.size() == 33);
    const auto reason = [&](std::size_t line) { return rows[3 * line].reason; };
    CHECK(reason(0).empty());
    CHECK(reason(1) == "accelerator not in the catalogue: Abacus");
    CHECK(reason(2) == "number format not understood: Roman numerals");
    CHECK(reason(3) == "convolution.channels [range]");
    CHECK(reason(4) == "convolution.filter_width [filter_fits]");
    CHECK(reason(5) == "convolution.height [range]");
    CHECK(reason(6) == "measured time is not a number: nan");
    CHECK(reason(7) == "measured time is not above 0");
    CHECK(reason(8) == "measured time is not a number: fast");
    CHECK(reason(9) == "NV_M40 has no published rate in fp16");
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].predicted.has_value() == rows[i].refusal.empty());
    // Only the pass with the bad time is refused.
    CHECK(rows[19].predicted == rows[1].predicted);
    CHECK(rows[30].predicted == rows[0].predicted);
}

TEST_CASE("the names of the catalogue and missing optional columns are understood") {
    const std::vector<PredictedRow> named = predict(with("NV_V100,Float", "v100-16gb,fp32"));
    CHECK(named[0].predicted == predict(std::string{row})[0].predicted);
    const std::vector<PredictedRow> bare =
        predict_conv_table(TemporaryFile{"hardware,precision,W,H,C_in,N_batch,K_out,filt_1,filt_2,fwd_ms\n"
                                         "NV_V100,Float,56,56,256,16,64,1,1,0.136\n"}
                               .path());
    REQUIRE(bare.size() == 1);
    CHECK(bare[0].predicted == named[0].predicted);
}
