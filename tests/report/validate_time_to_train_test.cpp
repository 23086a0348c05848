// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_time_to_train.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <foretrain/report/validate.hpp>
#include <foretrain/report/validate_output.hpp>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header =
    "round,benchmark,submitter,system,accelerator,accel_count,nodes,accel_per_node,TP,PP,VPP,CP,DP,MBS,GBS,"
    "time_to_train_min,ttt_unscaled_min,samples_to_converge,step_time_s_logged_median,throughput_logged,confidence\n";

// mlcommons/training_results_v4.1 and v5.0
std::string gpt3(std::string_view samples = "589824", std::string_view minutes = "49.795") {
    return "v4.1,gpt3,NVIDIA,eos_n64_ngc24.09_nemo,NVIDIA H100-SXM5-80GB,512,64,8,4,8,6,1,16,2,2048," +
           std::string{minutes} + "," + std::string{minutes} + "," + std::string{samples} + ",9.4964,,read\n";
}
constexpr std::string_view llama =
    "v5.0,llama31_405b,NVIDIA,tyche_ngpu256_ngc25.04_nemo,NVIDIA Blackwell GPU (GB200),256,64,4,4,8,8,2,4,1,448,"
    "240.34,206.29,276864,19.169,,read\n";

PredictedResults predict(const std::string& lines) {
    return predict_mlperf_table(TemporaryFile{std::string{header} + lines}.path());
}

} // namespace

TEST_CASE("GPT-3 and Llama 3.1 405B take about what MLPerf measured, by time, step and samples") {
    const PredictedResults results = predict(gpt3() + std::string{llama});
    REQUIRE(results.time.size() == 2);
    CHECK(*results.time[0].predicted == relative(49.795 * 60).epsilon(0.10));
    CHECK(*results.time[1].measured == relative(206.29 * 60)); // as run, not as scaled
    CHECK(*results.time[1].predicted == relative(206.29 * 60).epsilon(0.10));
    REQUIRE(results.step.size() == 2);
    CHECK(*results.step[0].predicted == relative(9.4964).epsilon(0.10));
    REQUIRE(results.samples.size() == 2);
    CHECK(*results.samples[0].predicted == relative(589824.0).epsilon(0.10));
    REQUIRE(results.by_model.size() == 2);
    CHECK(*results.by_model[0].predicted == relative(49.795 * 60).epsilon(0.15));
    CHECK(results.time[0].benchmark == "gpt3");
    CHECK(results.time[0].round == "v4.1");
    CHECK(*results.time[0].low < *results.time[0].predicted);
    CHECK(*results.time[0].high > *results.time[0].predicted);
}

TEST_CASE("time grows with the samples of a row, while that by the convergence model does not look at them") {
    const PredictedResults once = predict(gpt3("589824")), twice = predict(gpt3("1179648"));
    CHECK(*twice.time[0].predicted > 1.9 * *once.time[0].predicted);
    CHECK(*twice.by_model[0].predicted == *once.by_model[0].predicted);
}

TEST_CASE("without the samples of a row, those of the convergence model count") {
    const PredictedResults results = predict(gpt3(""));
    CHECK(*results.time[0].predicted == *results.by_model[0].predicted);
    CHECK(results.samples.empty());
    CHECK(*results.time[0].predicted > *results.step[0].predicted * 100);
}

TEST_CASE("a step is measured where it is logged, or by a training throughput") {
    CHECK(predict("v5.0,llama2_70b_lora,AMD,x,AMD Instinct MI325X 256GB HBM3e,8,1,8,1,1,,1,8,1,8,22.037,20.964,3024,,"
                  "2.73169,read\n")
              .step[0]
              .measured == doctest::Approx(8 / 2.73169));
    // tokens a second of the whole run
    CHECK(predict("v3.0,gpt3,x,y,NVIDIA H100-SXM5-80GB,768,96,8,4,8,,1,24,1,3072,45.6,45.6,614400,,459882,read\n")
              .step.empty());
}

TEST_CASE("refusals are told in every quantity but the samples") {
    const PredictedResults results = predict(
        "v1.0,bert,Graphcore,ipu,Graphcore IPU GC200,16,1,16,,,,,,,3072,34,34,2714135,,,read\n" + gpt3("589824", ""));
    CHECK(results.time[0].refusal == "accelerator not in the catalogue: Graphcore IPU GC200");
    CHECK(results.by_model[0].refusal == results.time[0].refusal);
    CHECK(*results.samples[0].predicted > 2e6);
    CHECK(results.time[1].refusal == "no time to train");
}

TEST_CASE("software and constants that are given stand in for those of the submissions") {
    const TemporaryFile file{std::string{header} + gpt3()};
    const double usual = *predict_mlperf_table(file.path()).time[0].predicted;
    const PredictedResults other = predict_mlperf_table(file.path(), {.stack = &catalog::megatron_2021});
    CHECK(*other.time[0].predicted > 1.05 * usual); // nothing overlaps, attention is not fused for Hopper
    CHECK(other.time[0].assumptions.back() == "software megatron-2021");
    CHECK(*validate_table(file.path(), {.stack = &catalog::megatron_2021}).rows[0].predicted ==
          *other.time[0].predicted);
}

TEST_CASE("results of the open division are not compared") {
    const TemporaryFile file{"round,division,benchmark,submitter,system,accelerator,accel_count,accel_per_node,"
                             "time_to_train_min,ttt_unscaled_min,samples_to_converge,global_batch_size\n"
                             "v2.1,open,bert,MosaicML,x,NVIDIA A100-SXM4-80GB,8,8,7.9,7.9,2.4e6,448\n"
                             "v2.1,closed,bert,NVIDIA,y,NVIDIA A100-SXM4-80GB,8,8,17,17,2.4e6,448\n"};
    const PredictedResults results = predict_mlperf_table(file.path());
    REQUIRE(results.time.size() == 2);
    CHECK(results.time[0].refusal == "open division: model, method and target are the submitter's own");
    CHECK(results.time[1].predicted.has_value());
}

TEST_CASE("benchmarks without a transformer are predicted by the totals of a sample") {
    const TemporaryFile file{
        "round,division,benchmark,submitter,system,accelerator,accel_count,accel_per_node,"
        "time_to_train_min,ttt_unscaled_min,samples_to_converge,global_batch_size\n"
        "v1.1,closed,resnet,NVIDIA,dgxa100,NVIDIA A100-SXM4-80GB (400W),8,8,29.147,29.147,44840845,"
        "3264\n"
        "v0.7,closed,minigo,NVIDIA,dgx1,NVIDIA V100-SXM2-16GB,8,8,100,100,1e6,2048\n"};
    const PredictedResults results = predict_mlperf_table(file.path());
    CHECK(*results.time[0].predicted == relative(29.147 * 60).epsilon(0.15));
    CHECK(*results.samples[0].predicted == relative(44840845.0).epsilon(0.10));
    CHECK(results.time[1].refusal.substr(0, 6) == "minigo");
}

TEST_CASE("validate knows the tables by their headers and groups by benchmark and round") {
    const TemporaryFile file{std::string{header} + gpt3() + std::string{llama}};
    const ValidatedTable table = validate_table(file.path());
    CHECK(table.kind == "mlperf plans");
    CHECK(table.quantity == "time to train");
    CHECK(table_kind("round,benchmark,submitter,system,accelerator,accel_count,time_to_train_min,samples_to_converge,"
                     "global_batch_size") == "mlperf");
    const Json json = validation_json(table);
    CHECK(json["rows"] == 2);
    CHECK(json["predicted"] == 2);
    CHECK(json["step"]["mape"] < 15.0);
    CHECK(json["samples"]["rows"] == 2);
    CHECK(json["time_by_convergence_model"]["unit"] == "s");
    int benchmarks = 0, rounds = 0;
    for (const Json& group : json["groups"]) {
        if (group["by"] == "benchmark") ++benchmarks;
        if (group["by"] == "round") ++rounds;
    }
    CHECK(benchmarks == 2);
    CHECK(rounds == 2);
    CHECK(validation_text(table).find("samples to converge") != std::string::npos);
}
