// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_attention.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

const std::string header = "source,hardware,dtype,implementation,pass,mask,batch,seqlen_q,seqlen_kv,heads_q,heads_kv,"
                           "head_dim_qk,head_dim_v,time_ms,tflops,note,window\n";

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_attention_table(TemporaryFile{header + lines}.path());
}
/// One row of FlashAttention-3 on an H100 with one thing different.
double seconds(const std::string& pass, const std::string& mask, const std::string& shape,
               const std::string& implementation = "FlashAttention-3", const std::string& rest = ",,,,") {
    const std::vector<PredictedRow> rows =
        predict("s,H100-SXM5-80GB,bf16," + implementation + "," + pass + "," + mask + "," + shape + rest + "\n");
    REQUIRE(rows.size() == 1);
    INFO(rows[0].refusal);
    REQUIRE(rows[0].predicted.has_value());
    return *rows[0].predicted;
}
const std::string shape = "2,8192,8192,16,16,128,128";

} // namespace

TEST_CASE("published timings are predicted within their scatter") {
    const std::vector<PredictedRow> rows = predict(
        // Dao 2023, figures 4 and 6
        "FA2,A100-SXM4-80GB,fp16/bf16,FlashAttention-2,bwd,full,2,8192,8192,16,16,128,128,,196,,\n"
        "FA2,H100-SXM5-80GB,fp16/bf16,FlashAttention-2,fwd+bwd,causal,1,16384,16384,16,16,128,128,,328,,\n"
        // Shah et al. 2024, figures 5 and 7
        "FA3,H100-SXM5-80GB,fp16,FlashAttention-3,fwd,full,1,16384,16384,8,8,256,256,,756,,\n"
        "FA3,H100-SXM5-80GB,fp8,FlashAttention-3,fwd,full,1,16384,16384,8,8,256,256,,1171,,\n"
        // Dao et al. 2022, table 18: unfused at 4096
        "FA1,A100-SXM4-40GB,fp16,PyTorch Attention,fwd,full,16,4096,4096,8,8,64,64,16.47,,,\n");
    REQUIRE(rows.size() == 5);
    for (const PredictedRow& row : rows) {
        CAPTURE(row.model);
        REQUIRE(row.error().has_value());
        CHECK(std::abs(*row.error()) < 0.2);
        CHECK(row.complete);
    }
    // 2.5 x 4 x 2 x 16 x 8192^2 x 128 FLOPs at 196 TFLOP/s
    CHECK(*rows[0].measured == relative(2.5 * 4 * 2 * 16 * 8192.0 * 8192.0 * 128 / 196e12));
    // The mask halves the FLOPs that such a table counts, unless the source says otherwise.
    CHECK(*rows[1].measured == relative(3.5 * 2 * 16 * 16384.0 * 16384.0 * 128 / 328e12));
}

TEST_CASE("a table that counts masked scores says so in its note") {
    const std::string row = "s,B200-SXM,bf16,cuDNN,fwd,causal,1,4096,4096,64,8,128,128,,1900,";
    const std::vector<PredictedRow> rows = predict(row + ",\n" + row + "values >1 mean full-flops counting,\n");
    REQUIRE(rows.size() == 2);
    CHECK(*rows[1].measured == relative(2.0 * *rows[0].measured));
    CHECK(*rows[1].predicted == *rows[0].predicted);
}

TEST_CASE("passes, masks, windows and heads act as they must") {
    const double forward = seconds("fwd", "full", shape);
    const double backward = seconds("bwd", "full", shape);
    CHECK(backward > 2.0 * forward);
    CHECK(seconds("fwd+bwd", "full", shape) < forward + backward);
    CHECK(seconds("fwd+bwd", "full", shape) > backward);
    CHECK(seconds("fwd_bwd", "full", shape) == seconds("fwd+bwd", "full", shape));
    const double causal = seconds("fwd", "causal", shape);
    CHECK(causal < 0.65 * forward);
    CHECK(causal > 0.5 * forward);
    CHECK(seconds("fwd", "causal", shape, "FlashAttention-3", ",,,,512") < 0.4 * causal);
    CHECK(seconds("fwd", "full dropout", shape) > 1.1 * forward);
    CHECK(seconds("fwd", "full", "2,8192,8192,16,4,128,128") <= forward);
    CHECK(seconds("fwd", "full", "2,8192,8192,16,16,192,128") ==
          relative(seconds("fwd", "full", "2,8192,8192,16,16,192,192")).epsilon(0.01));
    // A decoding step reads the keys and values at the speed of memory: 64 x 8 x 32768 x 2 x 128 x 2 bytes.
    const double decode = seconds("fwd", "full", "64,1,32768,8,8,128,128");
    CHECK(decode > 8.6e9 / 3.35e12);
    CHECK(decode < 2.0 * 8.6e9 / 3.35e12);
}

TEST_CASE("older and unfused implementations are slower") {
    const double best = seconds("fwd", "full", shape);
    const double older = seconds("fwd", "full", shape, "FlashAttention-2");
    CHECK(older > 1.3 * best);
    CHECK(seconds("fwd", "full", shape, "FlashAttention") > older);
    CHECK(seconds("fwd", "full", shape, "PyTorch Attention") > 2.0 * older);
    CHECK(seconds("fwd", "full", shape, "Block-Sparse FlashAttention") < 0.5 * best);
    CHECK(seconds("fwd", "causal", shape, "trtllm 1.0", ",,,attention incl. KV-cache write,") >
          seconds("fwd", "causal", shape, "trtllm 1.0"));
    const std::vector<PredictedRow> rows = predict("s,H100,bf16,somebody's kernel,fwd,full," + shape + ",1,,,\n");
    REQUIRE(rows.size() == 1);
    CHECK(*rows[0].predicted < 1.3 * best);
    CHECK(rows[0].assumptions.size() == 1);
    CHECK_FALSE(rows[0].complete);
}

TEST_CASE("rows that cannot be predicted are refused by name") {
    const auto reason = [](const std::string& line) {
        const std::vector<PredictedRow> rows = predict(line + "\n");
        REQUIRE(rows.size() == 1);
        CHECK_FALSE(rows[0].predicted.has_value());
        return rows[0].reason;
    };
    const std::string dims = "2,8192,8192,16,16,128,128";
    CHECK(reason("s,H100,bf16,FA3,end-to-end training,full," + dims + ",1,,,") ==
          "pass is not fwd, bwd or fwd+bwd of attention");
    CHECK(reason("s,Abacus,bf16,FA2,fwd,full," + dims + ",1,,,") == "accelerator 'Abacus' is not in the catalogue");
    CHECK(reason("s,H100,int3,FA2,fwd,full," + dims + ",1,,,") == "dtype 'int3' is not known");
    CHECK(reason("s,a100_sxm,fp8,FA2,fwd,full," + dims + ",1,,,") == "a100-sxm-80gb has no fp8");
    CHECK(reason("s,H100,bf16,FA2,fwd,zigzag," + dims + ",1,,,") == "mask is neither full nor causal");
    CHECK(reason("s,H100,bf16,FA2,fwd,full,,8192,8192,16,16,128,128,1,,,") ==
          "batch is missing or not a positive integer");
    CHECK(reason("s,H100,bf16,FA2,fwd,full,2,-5,8192,16,16,128,128,1,,,") ==
          "seqlen_q is missing or not a positive integer");
    CHECK(reason("s,H100,bf16,FA2,fwd,full,2,8192,8192,16,3,128,128,1,,,") == "heads_q is not a multiple of heads_kv");
    CHECK(reason("s,H100,bf16,FA2,fwd,full," + dims + ",nan,,,") == "time_ms is not a number above 0");
    CHECK(reason("s,H100,bf16,FA2,fwd,full," + dims + ",-1,,,") == "time_ms is not a number above 0");
    CHECK(reason("s,H100,bf16,FA2,fwd,full," + dims + ",,fast,,") == "tflops is not a number above 0");
    CHECK_THROWS_AS((void)predict_attention_table("/no/such/file.csv"), UnreadableTable);
}

TEST_CASE("without a measurement there is a prediction and no error") {
    const std::vector<PredictedRow> rows = predict("s,H100,bf16,FA3,fwd,full," + shape + ",,,,\n");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].predicted.has_value());
    CHECK_FALSE(rows[0].error().has_value());
}
