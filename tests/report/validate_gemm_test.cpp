// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/report/validate_gemm.hpp>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header = "source,hardware,dtype,op,M,N,K,batch_or_groups,layout,time_us,tflops,frac_of_peak,"
                                    "kernel_or_fw,note,confidence\n";

std::vector<PredictedRow> predict(std::string_view lines) {
    const TemporaryFile file(std::string(header) + std::string(lines));
    return predict_gemm_table(file.path());
}
/// The row of one line; `rest` from the number of groups on.
PredictedRow one(const std::string& hardware, const std::string& type, const std::string& shape,
                 const std::string& rest = "1,,100,,,,,read", const std::string& op = "gemm") {
    const std::vector<PredictedRow> rows =
        predict("somebody/somewhere:file," + hardware + "," + type + "," + op + "," + shape + "," + rest + "\n");
    REQUIRE(rows.size() == 1);
    return rows.front();
}
double seconds(const PredictedRow& row) {
    CAPTURE(row.refusal);
    REQUIRE(row.predicted.has_value());
    return *row.predicted;
}

} // namespace

TEST_CASE("a row becomes a measurement and a prediction in seconds") {
    const PredictedRow row = one("h100_sxm", "bfloat16", "4096,4096,4096", "1,,200.5,,,vllm/0.14.0,,read");
    CHECK(row.id == "gemm-1");
    CHECK(row.source == "somebody/somewhere");
    CHECK(row.accelerator == "h100-sxm");
    CHECK(row.model == "bfloat16 gemm");
    CHECK(row.quality == "read");
    CHECK(row.complete);
    REQUIRE(row.measured.has_value());
    CHECK(*row.measured == relative(200.5e-6));
    // 137 GFLOP at most of 989 TFLOP/s.
    CHECK(seconds(row) > 137.4e9 / 989.4e12);
    CHECK(seconds(row) < 1.5 * 137.4e9 / 989.4e12);
    CHECK(row.reason.empty());
    CHECK(row.refusal.empty());
}

TEST_CASE("rows are of one configuration if everything but the time agrees") {
    const std::vector<PredictedRow> rows = predict("a,h100_sxm,bf16,gemm,64,64,64,1,,5,,,x,,read\n"
                                                   "b,h100_sxm,bf16,gemm,64,64,64,1,,6,,,x,,read\n"
                                                   "b,h100_sxm,bf16,gemm,64,64,128,1,,6,,,x,,read\n");
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].configuration == rows[1].configuration);
    CHECK(rows[0].configuration != rows[2].configuration);
}

TEST_CASE("a time that is not stated follows from the rate") {
    const PredictedRow row = one("A100 (inferred)", "fp16", "4096,4096,4096", ",,,250,,,,read");
    REQUIRE(row.measured.has_value());
    CHECK(*row.measured == relative(2.0 * 4096.0 * 4096.0 * 4096.0 / 250e12).epsilon(1e-12));
    CHECK_FALSE(row.complete);
    REQUIRE(row.assumptions.size() == 1);
    CHECK(row.assumptions.front() == "one product");
    // Samples and positions are the rows of one product.
    const PredictedRow layer =
        one("A100 (inferred)", "fp16", "4,4096,12288", "2048,,,240,,,,read", "transformer:qkv_transform");
    CHECK(seconds(layer) == relative(seconds(one("a100_sxm", "fp16", "8192,4096,12288"))));
}

TEST_CASE("shorter formats take less time, weight-only ones save memory, not arithmetic") {
    const std::string thin = "1,16384,16384";
    CHECK(seconds(one("b200_sxm", "fp8_block", thin)) < 0.6 * seconds(one("b200_sxm", "bf16", thin)));
    CHECK(seconds(one("b200_sxm", "nvfp4", thin)) < 0.7 * seconds(one("b200_sxm", "fp8", thin)));
    CHECK(seconds(one("a100_sxm", "int4_wo", thin)) < 0.6 * seconds(one("a100_sxm", "int8_wo", thin)));
    CHECK(seconds(one("a100_sxm", "int8_wo", thin)) < 0.6 * seconds(one("a100_sxm", "bf16", thin)));
    const std::string square = "8192,8192,8192";
    CHECK(seconds(one("a100_sxm", "int8_wo", square)) ==
          relative(seconds(one("a100_sxm", "bf16", square))).epsilon(0.01));
    CHECK(seconds(one("b200_sxm", "fp8", square)) < 0.65 * seconds(one("b200_sxm", "bf16", square)));
}

TEST_CASE("quantisation of activations is part of the time only where the source says so") {
    const std::string alone = "1,,100,,,,,read", around = "1,,100,,,,inference linear op,read";
    for (const char* const type : {"fp8", "fp8_block", "nvfp4"}) {
        const double product = seconds(one("b200_sxm", type, "32768,1024,16384", alone));
        const double whole = seconds(one("b200_sxm", type, "32768,1024,16384", around));
        // At least the activations in 16 bits, read once.
        CHECK(whole - product > 32768.0 * 16384.0 * 2.0 / 8e12);
    }
    CHECK(seconds(one("b200_sxm", "bf16", "32768,1024,16384", alone)) ==
          seconds(one("b200_sxm", "bf16", "32768,1024,16384", around)));
}

TEST_CASE("FP32 leaves the matrix units alone, TF32 does not") {
    const double fp32 =
        seconds(one("NVIDIA A100 80GB PCIe", "fp32 (per kernel name; sgemm or tf32)", "8192,8192,8192"));
    const double tf32 = seconds(one("NVIDIA A100 80GB PCIe", "fp32 (per kernel name; sgemm or tf32)", "8192,8192,8192",
                                    "1,,100,,,sm80_xmma_gemm_f32f32_tf32f32_f32_tn,,read"));
    CHECK(fp32 > 5.0 * tf32);
}

TEST_CASE("a gradient that is added to what memory holds writes and reads more") {
    const std::string shape = "8192,8192,512";
    const double once = seconds(one("a100_sxm", "bf16", shape, "1,NN out=bf16,100,,,,,read"));
    const double added = seconds(one("a100_sxm", "bf16", shape, "1,NT accum out=bf16,100,,,,,read"));
    const double long_added = seconds(one("a100_sxm", "bf16", shape, "1,NT accum out=fp32,100,,,,,read"));
    CHECK(once < added);
    CHECK(added < long_added);
}

TEST_CASE("groups run in one kernel, or one after the other in Transformer Engine") {
    const std::string one_kernel = "64,fwd,100,,,DeepGEMM,,read", many = "64,fwd,100,,,TransformerEngine,,read";
    const PredictedRow fused = one("H800 SXM", "bf16", "128,2048,2048", one_kernel, "grouped gemm");
    const PredictedRow loop = one("H800 SXM", "bf16", "128,2048,2048", many, "grouped gemm");
    CHECK(seconds(loop) > 1.5 * seconds(fused));
    REQUIRE(loop.assumptions.size() == 1);
    CHECK(loop.assumptions.front() == "sustained clock");
    // The gradient of the weights of few tokens is as large as the weights, in FP32.
    const double gradient = seconds(
        one("H800 SXM", "bf16", "128,4096,7168", "64,bwd_grad_w,100,,,TransformerEngine,,read", "grouped gemm"));
    CHECK(gradient > 64.0 * 4096.0 * 7168.0 * 8.0 / 3.35e12);
}

TEST_CASE("tables name the same accelerator in many ways") {
    const auto name_of = [](const std::string& text) { return one(text, "fp32", "64,64,64").accelerator; };
    CHECK(name_of("NVIDIA H100 80GB HBM3") == "h100-sxm");
    CHECK(name_of("NVIDIA A100-PCIE-40GB") == "a100-pcie-40gb");
    CHECK(name_of("NVIDIA A100 80GB PCIe") == "a100-pcie-80gb");
    CHECK(name_of("Tesla V100-PCIE-32GB") == "v100-pcie-32gb");
    CHECK(name_of("Tesla P100-PCIE-16GB") == "p100-pcie");
    CHECK(name_of("Tesla P4") == "p4");
    CHECK(name_of("NV_TitanX") == "titan-x-maxwell");
    CHECK(name_of("NV_TitanX_Pascal") == "titan-x-pascal");
    CHECK(name_of("h200_sxm") == "h200-sxm");
    CHECK(name_of("l40s") == "l40s");
    CHECK(name_of("NVIDIA L4") == "l4");
    CHECK(name_of("AMD Instinct MI210") == "mi210");
    // A table's device is half a chip.
    const double core = seconds(one("TPU v7x (per device = 1 of 2 TensorCores/chip)", "bf16", "16384,16384,16384"));
    CHECK(core > 2.0 * std::pow(16384.0, 3.0) / (2307e12 / 2.0));
}

TEST_CASE("what makes no sense is refused by name, and the rest still read") {
    const std::vector<PredictedRow> rows = predict("s,abacus,bf16,gemm,64,64,64,1,,5,,,,,read\n"
                                                   "s,a100_sxm,posit8,gemm,64,64,64,1,,5,,,,,read\n"
                                                   "s,a100_sxm,nvfp4,gemm,64,64,64,1,,5,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,nan,64,64,1,,5,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,64,-64,64,1,,5,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,64,64,0,1,,5,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,64,64,64,half,,5,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,64,64,64,1,,-5,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,64,64,64,1,,,,,,,read\n"
                                                   "s,a100_sxm,bf16,gemm,64,64,64,1,,5,,,,,read\n");
    REQUIRE(rows.size() == 10);
    const std::vector<std::string> reasons = {"hardware is not in the catalogue",
                                              "dtype is not a known number format",
                                              "the accelerator does not multiply in this number format",
                                              "M is not a positive integer",
                                              "N is not a positive integer",
                                              "K is not a positive integer",
                                              "batch_or_groups is not a positive integer",
                                              "time_us and tflops state no positive time",
                                              "time_us and tflops state no positive time"};
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        CHECK(rows[i].reason == reasons[i]);
        CHECK(rows[i].refusal.find(reasons[i] + ": ") == 0);
        CHECK_FALSE(rows[i].predicted.has_value());
    }
    CHECK(rows[9].predicted.has_value());
}

TEST_CASE("the columns of the table's kind are enough") {
    const TemporaryFile file("K,hardware,dtype,op,M,N,more\n4096,h100_sxm,bf16,gemm,4096,4096,1\n");
    const std::vector<PredictedRow> rows = predict_gemm_table(file.path());
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().reason == "time_us and tflops state no positive time");
}
