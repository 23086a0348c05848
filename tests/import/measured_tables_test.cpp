// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <foretrain/import/measured_tables.hpp>

#include "../relative.hpp"
#include "temporary_file.hpp"

using namespace foretrain;

TEST_CASE("names of hardware resolve to the catalogue's") {
    CHECK(catalogue_accelerator("h100_sxm") == "h100-sxm");
    CHECK(catalogue_accelerator("NVIDIA H100 80GB HBM3") == "h100-sxm");
    CHECK(catalogue_accelerator("NVIDIA H100 PCIe") == "h100-pcie");
    CHECK(catalogue_accelerator("A100-SXM4-80GB") == "a100-sxm-80gb");
    CHECK(catalogue_accelerator("NVIDIA H200") == "h200-sxm");
    CHECK(catalogue_accelerator("h20") == "h20");
    CHECK(catalogue_accelerator("x86_64").empty());
    CHECK(catalogue_system("H100-SXM (NVLink4)") == "dgx-h100");
    CHECK(catalogue_system("dgx-b200") == "dgx-b200");
    CHECK(catalogue_system("abacus").empty());
    for (const detail::measured::HardwareName& name : detail::measured::accelerator_names)
        if (!name.catalogue.empty()) CHECK(catalogue_accelerator(name.catalogue) == name.catalogue);
}

TEST_CASE("products are read, and rows that cannot be used are counted by reason") {
    const TemporaryFile file("source,hardware,dtype,op,M,N,K,batch_or_groups,layout,time_us\n"
                             "s,h100_sxm,bfloat16,gemm,128,256,512,,NN,12.5\n"
                             "s,h100_sxm,fp16,bmm,128,256,512,16,,40\n"
                             "s,h100_sxm,nvfp4,gemm,128,256,512,1,,5\n"
                             "s,h100_sxm,bf16,grouped gemm,128,256,512,8,,5\n"
                             "s,h100_sxm,bf16,gemm,0,256,512,1,,5\n"
                             "s,h100_sxm,bf16,gemm,128,256,512,1,,nan\n"
                             "s,h100_sxm,bf16,gemm,128,256,512,1,,-3\n");
    const auto table = read_product_table(file.path());
    REQUIRE(table.rows.size() == 2);
    CHECK(raw(table.rows[0].measured.time) == relative(12.5e-6));
    CHECK(table.rows[0].operation.rows == 128);
    CHECK(table.rows[0].operation.columns == 256);
    CHECK(table.rows[0].operation.inner == 512);
    CHECK(table.rows[1].operation.batch == 16);
    CHECK(table.rows[1].operands == NumberFormat::fp16);
    CHECK(table.left_out.at("dtype nvfp4") == 1);
    CHECK(table.left_out.at("op grouped gemm") == 1);
    CHECK(table.left_out.at("M is not a whole number above 0") == 1);
    CHECK(table.left_out.at("time_us is not a number above 0") == 2);
}

TEST_CASE("attention is read by pass and mask") {
    const std::string header = "source,hardware,dtype,implementation,pass,mask,batch,seqlen_q,seqlen_kv,heads_q,"
                               "heads_kv,head_dim_qk,head_dim_v,time_ms\n";
    const TemporaryFile file(header + "s,h,bf16,FlashAttention-2,fwd,causal,2,1024,1024,16,4,128,128,0.5\n"
                                      "s,h,bf16,FlashAttention-2,bwd,full,2,1024,1024,16,16,128,,1.5\n"
                                      "s,h,bf16,FlashAttention-2,fwd+bwd,full,2,1024,1024,16,16,128,128,1.5\n"
                                      "s,h,bf16,PyTorch Attention,fwd,full,2,1024,1024,16,16,128,128,1.5\n");
    const auto table = read_attention_table(file.path());
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[0].operation.pass == Pass::forward);
    CHECK(raw(table.rows[0].measured.time) == relative(0.5e-3));
    CHECK(table.rows[1].operation.pass == Pass::backward);
    CHECK(raw(table.rows[1].operation.flops) == relative(5 * raw(table.rows[0].operation.flops)));
    CHECK(table.left_out.at("pass fwd+bwd") == 1);
    CHECK(table.left_out.at("implementation PyTorch Attention") == 1);
}

TEST_CASE("collectives are read from tables and from what nccl-tests prints") {
    const TemporaryFile file("source,hardware,nodes,gpus,collective,algorithm,bytes,time_us\n"
                             "s,H100-SXM,2,16,all_reduce,NCCL default,1048576,80\n"
                             "s,H100-SXM,,8,alltoall,,1048576,30\n"
                             "s,H100-SXM,1,8,all_reduce,Ring,1048576,50\n"
                             "s,H100-SXM,1,8,all_reduce,custom:TRTLLM,1048576,20\n"
                             "s,H100-SXM,1,1,all_reduce,NCCL default,1048576,20\n"
                             "s,H100-SXM,1,8,gossip,NCCL default,1048576,20\n");
    const auto table = read_collective_table(file.path());
    REQUIRE(table.rows.size() == 3);
    CHECK(table.rows[0].nodes == 2);
    CHECK(table.rows[0].ranks == 16);
    CHECK_FALSE(table.rows[0].algorithm);
    CHECK(table.rows[1].nodes == 1);
    CHECK(table.rows[1].collective == Collective::all_to_all);
    CHECK(table.rows[2].algorithm == Algorithm::ring);
    CHECK(table.left_out.size() == 3);

    const TemporaryFile log(
        "# nThread 1 nGpus 1 minBytes 1048576 maxBytes 2097152\n"
        "# Collective test starting: all_reduce_perf\n"
        "#  Rank  0 Group  0 Pid 1 on node1 device 0 [0x18] NVIDIA H100 80GB HBM3\n"
        "#  Rank  1 Group  0 Pid 2 on node1 device 1 [0x2a] NVIDIA H100 80GB HBM3\n"
        "#       size         count    type   redop    root     time   algbw   busbw #wrong     time   "
        "algbw   busbw #wrong\n"
        "     1048576        262144   float     sum      -1    27.37   38.31   38.31      0    27.05   "
        "38.76   38.76      0\n");
    const auto printed = read_collective_table(log.path());
    REQUIRE(printed.rows.size() == 1);
    CHECK(printed.rows[0].ranks == 2);
    CHECK(raw(printed.rows[0].size) == 1048576);
    CHECK(raw(printed.rows[0].measured.time) == relative(27.37e-6));
    CHECK(catalogue_system(printed.rows[0].measured.accelerator) == "dgx-h100");
}

TEST_CASE("steps are read from vTrain's tables") {
    const TemporaryFile file(
        "# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length,tensor "
        "parallelism,data parallelism,pipeline parallelism,iteration time (ms)\n"
        "8,32,4,1024,16,24,1024,2,2,2,219.7\n"
        "8,32,4,wide,16,24,1024,2,2,2,219.7\n");
    const auto table = read_step_table(file.path());
    REQUIRE(table.rows.size() == 1);
    CHECK(raw(table.rows[0].measured.time) == relative(0.2197));
    CHECK(table.rows[0].plan.tensor == 2);
    CHECK(table.left_out.size() == 1); // a width that is no number
}

TEST_CASE("files that are not tables are refused by name") {
    const TemporaryFile file("a,b\n1,2\n");
    for (const auto& read : {+[](const std::string& p) { (void)read_product_table(p); },
                             +[](const std::string& p) { (void)read_attention_table(p); },
                             +[](const std::string& p) { (void)read_collective_table(p); },
                             +[](const std::string& p) { (void)read_step_table(p); }}) {
        CHECK_THROWS_AS(read("nowhere.csv"), CalibrationError);
        try {
            read(file.path());
            FAIL("not refused");
        } catch (const CalibrationError& error) {
            CHECK(std::string{error.what()}.find(file.path()) == 0);
        }
    }
}
