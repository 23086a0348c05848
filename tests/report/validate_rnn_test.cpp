// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_rnn.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header = "source,hardware,precision,layer,hidden,batch,timesteps,fwd_ms,"
                                    "bwd_or_bwd_inputs_ms,third_col_ms_or_tflops,confidence\n";
// baidu-research/DeepBench: V100 prints the weight gradient's time, MI25 the forward pass's TFLOP/s.
constexpr std::string_view v100 =
    "DeepBench,NV_V100,Float,Recurrent Layers - GRU,2560,32,375,56.712,47.649,32.966,read\n";
constexpr std::string_view mi25 =
    "DeepBench,AMD_MI25,Float,Recurrent Layers - GRU,2816,32,375,218.06,212.07,2.6183,read\n";

std::string with(std::string_view from, std::string_view to) {
    std::string text{v100};
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_rnn_table(TemporaryFile{std::string{header} + lines}.path());
}

} // namespace

TEST_CASE("the third number is a time or a rate, and arithmetic tells which") {
    const std::vector<PredictedRow> times = predict(std::string{v100});
    REQUIRE(times.size() == 3);
    CHECK(times[0].id == "NV_V100 gru hidden 2560 batch 32 steps 375/forward");
    CHECK(*times[2].measured == relative(32.966e-3));
    for (const PredictedRow& r : times) {
        REQUIRE(r.error().has_value());
        CHECK(std::abs(*r.error()) < 0.6);
    }
    const std::vector<PredictedRow> rates = predict(std::string{mi25});
    REQUIRE(rates.size() == 2);
    CHECK(rates[1].id.ends_with("/input_gradient"));
}

TEST_CASE("nonsense is refused by name, and the rows around it are not") {
    const std::vector<PredictedRow> rows =
        predict(std::string{v100} + with("NV_V100", "Abacus") + with("GRU", "Quill") + with("2560", "0") +
                with("375", "-3") + with("56.712", "inf") + std::string{v100});
    REQUIRE(rows.size() == 21);
    CHECK(rows[3].reason == "accelerator not in the catalogue: Abacus");
    CHECK(rows[6].reason == "recurrent cell not understood: Recurrent Layers - Quill");
    CHECK(rows[9].reason == "recurrent.hidden [range]");
    CHECK(rows[12].reason == "recurrent.timesteps [range]");
    CHECK(rows[15].reason == "measured time is not a number: inf");
    CHECK(rows[16].predicted == rows[1].predicted);
    CHECK(rows[18].predicted == rows[0].predicted);
    for (const PredictedRow& r : rows) CHECK(r.predicted.has_value() == r.refusal.empty());
}
