// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_memory.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

const std::string header = "id,family,hardware,gpus,model_name,layers,hidden,ffn_hidden,gated_mlp,heads,kv_heads,"
                           "head_dim,vocab,seq_len,precision,global_batch_seqs,micro_batch_seqs,tp,pp,virtual_pp,cp,"
                           "dp,sharding,sequence_parallel,recompute,flash_attention,step_time_s,peak_mem_gb_per_gpu,"
                           "notes,complete_config";

/// A shortened Llama 3 70B on eight B200 (MooreThreads/SimuMax, measured: 60.68 GiB allocated) with what differs.
std::string row(const std::string& micro_batch, const std::string& time, const std::string& peak,
                const std::string& notes) {
    return "r,SimuMax,B200-SXM-180GB,8,Llama-3-70B-proxy-L12,12,8192,28672,1,64,8,128,128256,4096,bf16,128," +
           micro_batch + ",2,1,1,1,4,zero1,1,none,1," + time + "," + peak + "," + notes + ",1\n";
}

MemoryTable predict(const std::string& lines, const std::string& columns = header) {
    return predict_memory_table(TemporaryFile{columns + "\n" + lines}.path());
}

} // namespace

TEST_CASE("peaks are compared with what they are peaks of") {
    const MemoryTable table =
        predict(row("1", "1.0", "60.68", "peak = max allocated GiB") + row("1", "1.0", "62.53", "max reserved") +
                row("1", "1.0", "66", "memory from nvidia-smi"));
    REQUIRE(table.peaks.size() == 3);
    CHECK(*table.peaks[0].measured == relative(60.68 * 1073741824.0));
    CHECK(std::abs(*table.peaks[0].error()) < 0.015);
    CHECK(std::abs(*table.peaks[1].error()) < 0.05);
    CHECK(*table.peaks[0].predicted < *table.peaks[1].predicted);
    CHECK(*table.peaks[1].predicted < *table.peaks[2].predicted);
    const PeakScore all = score(table.peaks);
    CHECK(all.rows == 3);
    CHECK(all.mean_absolute >= std::abs(all.bias));
    CHECK(all.largest >= all.mean_absolute);
}

TEST_CASE("a table may mix runs that ran with runs that ran out") {
    const MemoryTable table = predict(row("1", "1.0", "", "") + row("1", "", "50", "") +
                                      row("32", "", "", "OUTCOME=OOM") + row("1", "", "", "OUTCOME=OOM") +
                                      row("32", "", "", "OUTCOME=FITS") + row("1", "", "", "nothing known"));
    REQUIRE(table.outcomes.size() == 5); // the last says nothing of its outcome
    REQUIRE(table.peaks.size() == 1);
    const FitsScore result = score(table.outcomes);
    CHECK(result.ran == 3);
    CHECK(result.ran_out == 2);
    CHECK(result.false_fits == 1); // the fourth is said to have run out, but does not
    CHECK(result.false_outs == 1);
    CHECK(result.refused == 0);
    CHECK(result.fits_accuracy() == relative(0.6));
    CHECK(result.false_fit_rate() == relative(0.5));
    CHECK(score(std::vector<FitsRow>{}).fits_accuracy() == 0.0);
    CHECK(score(std::vector<FitsRow>{}).false_fit_rate() == 0.0);
}

TEST_CASE("an outcome may stand in a column of its own") {
    std::string line = row("32", "", "", "");
    line.insert(line.size() - 1, ",OOM");
    const MemoryTable table = predict(line, header + ",outcome");
    REQUIRE(table.outcomes.size() == 1);
    CHECK(table.outcomes[0].ran_out);
    CHECK_FALSE(*table.outcomes[0].predicted_fits());
}

TEST_CASE("a table is one of outcomes if a row tells one, not for its columns") {
    const auto tells = [](const std::string& notes) {
        return tells_outcomes(read_published_steps(TemporaryFile{header + "\n" + row("1", "1", "", notes)}.path()));
    };
    CHECK(tells("kernel: torch; OUTCOME=OOM (does not fit on 80GB)"));
    CHECK_FALSE(tells("an ordinary step"));
}

TEST_CASE("rows that make no sense are refused by name, and a file that is no table throws") {
    const MemoryTable table =
        predict(row("-1", "1.0", "50", "") + row("1", "1.0", "nan", "") + row("1", "1.0", "-3", ""));
    REQUIRE(table.peaks.size() == 3);
    for (const PredictedRow& peak : table.peaks) {
        CHECK_FALSE(peak.predicted.has_value());
        CHECK_FALSE(peak.refusal.empty());
    }
    CHECK(table.peaks[1].reason == "peak_mem_gb_per_gpu is not a number above 0");
    CHECK(score(table.outcomes).refused == 1);
    CHECK(score(table.peaks).rows == 0);
    CHECK_THROWS_AS((void)predict_memory_table("/no/such/file.csv"), UnreadableTable);
}

TEST_CASE("404 runs that did not fit into 80 GiB, and their 278 siblings that did") {
    // Hagemann et al. 2023 (arXiv 2311.05610): Llama 13B, 30B and 65B.
    const std::string data = FORETRAIN_ACCURACY_DATA_DIR;
    const FitsScore out = score(predict_memory_table(data + "/fits_or_not.csv").outcomes);
    CHECK(out.ran_out == 404);
    CHECK(out.refused == 0);
    CHECK(out.false_fit_rate() < 0.02);
    std::vector<FitsRow> siblings;
    for (const FitsRow& row : predict_memory_table(data + "/published_steps.csv").outcomes)
        if (row.row.source.find("2311.05610") != std::string::npos) siblings.push_back(row);
    const FitsScore in = score(siblings);
    CHECK(in.ran == 278);
    CHECK(static_cast<double>(in.false_outs) < 0.04 * in.ran);
    CHECK(out.false_fits + in.false_outs < 0.03 * (out.ran_out + in.ran));
}

TEST_CASE("peaks and outcomes of the published steps") {
    const MemoryTable table = predict_memory_table(std::string{FORETRAIN_ACCURACY_DATA_DIR} + "/published_steps.csv");
    const auto of = [&](std::string_view source) {
        std::vector<PredictedRow> rows;
        for (const PredictedRow& row : table.peaks)
            if (row.source.find(source) != std::string::npos) rows.push_back(row);
        return score(rows);
    };
    CHECK(of("SimuMax").rows > 0);
    CHECK(of("SimuMax").mean_absolute < 0.015);
    CHECK(of("bigscience").mean_absolute < 0.09);
    CHECK(of("FlagPerf").mean_absolute < 0.2);
    const FitsScore all = score(table.outcomes); // every row ran
    CHECK(all.ran > 500);
    CHECK(all.fits_accuracy() > 0.96);
}
