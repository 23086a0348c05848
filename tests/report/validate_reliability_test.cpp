// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_reliability.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header = "system,org,hardware,accel_count,metric,value,unit,date,notes,source,confidence\n";

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_reliability_table(TemporaryFile{std::string{header} + lines}.path());
}

PredictedRow one(const std::string& line) {
    const std::vector<PredictedRow> rows = predict(line + "\n");
    REQUIRE(rows.size() == 1);
    return rows[0];
}

} // namespace

TEST_CASE("start-up times by the size of the model in the name of the system") {
    const PredictedRow row =
        one("MLPerf v5.0 llama31_405b,NVIDIA,H100,8192,startup_time_init_start_to_run_start,370.53,s,,,,read");
    CHECK(row.source == "start-up time");
    CHECK(*row.measured == 370.53);
    CHECK(*row.predicted == relative(raw(catalog::start_up(405e9, 8192))));
    CHECK(*row.covered());
    // Minutes are seconds; a start-up of no time was none; an unknown size is told.
    CHECK(*one("MLPerf v4.1 gpt3,Google,TPU,512,startup_time_x,5,minutes,,,,read").measured == 300.0);
    CHECK(one("MLPerf v4.0 llama2_70b_lora,J,A100,64,startup_time_x,0.003,s,,,,read").refusal ==
          "below a second: no start-up was timed");
    CHECK(one("somebody,J,A100,64,startup_time_x,30,s,,,,read").refusal == "size of the model not told");
    CHECK(one("gpt3,J,A100,,startup_time_x,30,s,,,,read").refusal == "number of accelerators not told");
    CHECK(one("gpt3,J,A100,8,startup_time_x,30,fortnights,,,,read").refusal == "unit of time not known: fortnights");
}

TEST_CASE("sizes of models by their names") {
    CHECK(*detail::parameters_in("MLPerf v4.1 llama2_70b_lora") == 70e9);
    CHECK(*detail::parameters_in("BLOOM-176B") == 176e9);
    CHECK(*detail::parameters_in("GPT-2 1.5B") == 1.5e9);
    CHECK(*detail::parameters_in("MLPerf v3.0 gpt3") == 175e9);
    CHECK(*detail::parameters_in("MLPerf v1.0 bert") == 1e9);
    CHECK_FALSE(detail::parameters_in("RSC-1").has_value());
    CHECK_FALSE(detail::parameters_in("8box").has_value());
}

TEST_CASE("failure rates in the units of their sources are all accelerator-hours for each failure") {
    CHECK(*one("L,X,H100,16384,MTTI_unexpected,3.093,hours,,,,d").measured == relative(3.093 * 16'384));
    CHECK(*one("L,X,A100,1024,failure_rate_per_node,8,per 1000 node-days (8 GPU node),,,,d").measured ==
          relative(24'000.0));
    CHECK(*one("L,X,A100,384,failure_rate_per_gpu,24,per 1e6 GPU-days,,,,d").measured == relative(1e6));
    CHECK(*one("L,X,A100,,gpu_failure_rate_daily,0.0024,fraction per GPU-day,,,,d").measured == relative(10'000.0));
    CHECK(*one("L,X,A100,384,gpu_failure_interval,7,days (approx),,,,d").measured == relative(7 * 24 * 384.0));
    // predicted from others only
    const PredictedRow meta = one("Llama,Meta,H100,16384,MTTI_unexpected,3.093,hours,,,,d");
    CHECK(*meta.predicted == relative(raw(catalog::typical_mtbf("Meta")) / 3600));
    CHECK(*meta.low < *meta.predicted);
    CHECK(*meta.high > *meta.predicted);
    CHECK(one("L,X,H100,,MTTF,3,hours,,,,d").refusal == "a figure that is an input, not a prediction");
}

TEST_CASE("goodput takes the failure rate of the same system, else the organisation, else the typical fleet") {
    const std::string goodput_row = "A,X,H100,8192,effective_training_time,0.9,fraction,,,,read\n";
    const PredictedRow typical = predict(goodput_row)[0];
    REQUIRE(typical.predicted);
    CHECK(typical.assumptions.front() == "MTBF of a typical fleet");
    CHECK(typical.low < typical.predicted);
    CHECK(typical.high > typical.predicted);
    const PredictedRow own = predict(goodput_row + "A,X,H100,8192,MTTF,1.0,hours,,,,read\n")[0];
    CHECK(*own.predicted < *typical.predicted);
    CHECK_FALSE(own.low.has_value());
    const PredictedRow near = predict(goodput_row + "B,X,H100,8192,MTTF,1.0,hours,,,,read\n")[0];
    CHECK(*near.predicted == *own.predicted);
    CHECK(near.assumptions.front() == "MTBF of other systems of the organisation");
    CHECK(predict(goodput_row + "B,Y,H100,8192,MTTF,1.0,hours,,,,read\n")[0].predicted == typical.predicted);
    CHECK(one("A,X,H100,,goodput_after,0.9,fraction,,,,read").refusal == "number of accelerators not told");
    CHECK(predict(goodput_row + "A,X,H100,8192,MTTF,0.001,hours,,,,read\n")[0].refusal ==
          "no progress at that failure rate");
}

TEST_CASE("figures that are inputs, and words, are refused") {
    CHECK(one("A,X,H100,8,checkpoint_size,2.3,TB,,,,read").refusal == "a figure that is an input, not a prediction");
    CHECK(one("A,X,H100,8,ETTR_model,(1-N)/2,formula,,,,read").refusal == "not a number");
}

TEST_CASE("what the library makes of the figures at hand") {
    const std::vector<PredictedRow> rows = predict_reliability_table(FORETRAIN_ACCURACY_DATA_DIR "/reliability.csv");
    const auto median_factor = [&](std::string_view kind, std::size_t least) {
        std::vector<double> factors;
        double covered = 0;
        for (const PredictedRow& row : rows)
            if (row.source == kind && row.predicted) {
                factors.push_back(std::abs(std::log(*row.predicted / *row.measured)));
                covered += row.covered().value_or(false) ? 1.0 : 0.0;
            }
        REQUIRE(factors.size() >= least);
        if (kind == "start-up time") CHECK(covered / static_cast<double>(factors.size()) > 0.75);
        std::sort(factors.begin(), factors.end());
        return std::exp(factors[factors.size() / 2]);
    };
    CHECK(median_factor("start-up time", 85) < 1.6);
    CHECK(median_factor("failure rate", 11) < 3.0);
    CHECK(median_factor("goodput", 7) < 1.15);
}
