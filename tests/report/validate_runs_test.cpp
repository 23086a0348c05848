// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_runs.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header =
    "id,hardware,gpus,gpus_per_node,model_name,layers,hidden,ffn_hidden,gated_mlp,heads,kv_heads,head_dim,vocab,seq_"
    "len,"
    "precision,global_batch_seqs,micro_batch_seqs,tp,pp,dp,sharding,recompute,flash_attention,total_tokens,"
    "total_gpu_hours,losses,effective_share,batch_ramp\n";

// GPT-3 on 1,024 A100 in 34 days (Narayanan et al. 2021, section 5.1).
std::string gpt3(std::string_view tokens = "300000000000", std::string_view losses = "excluded",
                 std::string_view share = "", std::string_view hours = "835584", std::string_view ramp = "") {
    return "gpt3,A100-SXM-80GB,1024,8,GPT-3,96,12288,49152,0,96,96,128,51200,2048,fp16,1536,1,8,8,16,none,full,0," +
           std::string{tokens} + "," + std::string{hours} + "," + std::string{losses} + "," + std::string{share} + "," +
           std::string{ramp} + "\n";
}

PredictedRow predict(const std::string& line) {
    const std::vector<PredictedRow> rows = predict_run_table(TemporaryFile{std::string{header} + line}.path());
    REQUIRE(rows.size() == 1);
    return rows[0];
}

} // namespace

TEST_CASE("GPT-3 takes 34 days on 1,024 A100") {
    const PredictedRow row = predict(gpt3());
    REQUIRE(row.predicted.has_value());
    CHECK(*row.predicted == relative(34.0 * 24.0 * 1024.0).epsilon(0.10));
    CHECK(row.accelerator == "A100-SXM-80GB");
}

TEST_CASE("hours grow with tokens and with what is lost") {
    const double once = *predict(gpt3()).predicted;
    CHECK(*predict(gpt3("600000000000")).predicted == relative(2.0 * once).epsilon(1e-4)); // whole steps
    CHECK(*predict(gpt3("300000000000", "included", "0.5")).predicted == relative(2.0 * once).epsilon(1e-12));
    const PredictedRow usual = predict(gpt3("300000000000", "included"));
    CHECK(*usual.predicted == relative(once / usual_effective_share).epsilon(1e-12));
    CHECK(usual.assumptions.back() == "90% of the time effective");
    CHECK(predict(gpt3()).assumptions.size() + 1 == usual.assumptions.size());
}

TEST_CASE("what cannot be a run is refused by name") {
    CHECK(predict(gpt3("")).refusal == "total_tokens is not a number above 0");
    CHECK(predict(gpt3("300000000000", "excluded", "", "-3")).refusal == "total_gpu_hours is not a number above 0");
    CHECK(predict(gpt3("300000000000", "partly")).refusal == "losses is neither included nor excluded: partly");
    CHECK(predict(gpt3("300000000000", "included", "1.5")).reason == "faults.effective_share [range]");
    CHECK(predict(gpt3("300000000000", "included", "most")).reason == "faults.effective_share [range]");
    CHECK(predict(gpt3("1e30")).reason == "budget.steps [range]");
}

TEST_CASE("a batch that grows is predicted phase by phase") {
    const auto with = [](std::string_view ramp) { return predict(gpt3("300e9", "excluded", "", "835584", ramp)); };
    const double whole = *predict(gpt3("300e9")).predicted;
    CHECK(*with("1536:150e9").predicted == relative(whole).epsilon(1e-4)); // the same batch: whole steps only
    // Small batches fill the pipeline less: 128 samples over 16 replicas are 8 micro-batches on 8 stages.
    const double ramped = *with("128:30e9").predicted, longer = *with("128:60e9").predicted;
    CHECK(ramped > whole);
    CHECK(longer - ramped == relative(ramped - whole).epsilon(1e-3));
    for (const char* ramp : {"128", "128:400e9", "128:-1", "0:1e9", "128:60e9 256:30e9", "128:x"})
        CHECK(with(ramp).refusal == "batch_ramp is not of the form 512:52e9 1024:189e9: " + std::string{ramp});
    CHECK(with("8:1e9").refusal.find("plan.global_batch") != std::string::npos); // fewer samples than replicas
}
