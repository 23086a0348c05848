// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_collectives.hpp>

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "../import/temporary_file.hpp"

using namespace foretrain;

namespace {

const std::string header = "source,hardware,nodes,gpus,collective,algorithm,bytes,time_us,algbw_GBps,busbw_GBps,dtype,"
                           "lib_version,note,confidence\n";

std::vector<PredictedRow> predict(const std::string& lines) {
    const TemporaryFile file(header + lines);
    return predict_collectives_table(file.path());
}
PredictedRow one(const std::string& line) {
    const auto rows = predict(line + "\n");
    REQUIRE(rows.size() == 1);
    return rows[0];
}

} // namespace

TEST_CASE("a measured all-reduce is read in seconds and met") {
    // NVIDIA/dgxc-benchmarking, nccl/README.md
    const PredictedRow row = one("s,H100-SXM DGX,1,8,all_reduce,NCCL default,268435456,1112.5,241,422,,,,read");
    REQUIRE(row.measured);
    REQUIRE(row.predicted);
    CHECK(*row.measured == doctest::Approx(1112.5e-6));
    CHECK(std::abs(*row.error()) < 0.15);
    CHECK(row.complete);
    CHECK(row.source == "s");
}

TEST_CASE("the network in a machine's name counts") {
    const auto time = [](const std::string& hardware) {
        return *one("s," + hardware + ",2,16,all_reduce,NCCL default,4294967296,20000,,,,,,").predicted;
    };
    CHECK(time("A100 + 8x100Gb RoCE") > 1.3 * time("A100 + 16x200Gb RoCE"));
    CHECK(time("H100 (EFA 8x400Gb)") == doctest::Approx(time("H100 p5.48xlarge + 32x100Gb EFA")).epsilon(0.05));
}

TEST_CASE("named algorithms are predicted as such") {
    const auto row = [](const std::string& algorithm, const std::string& ranks) {
        return one("s,B200,1," + ranks + ",all_reduce," + algorithm + ",8589934592,20000,,,,,,");
    };
    // 838 and 682 GB/s of 8 B200: stas00/ml-engineering, network/README.md
    CHECK(*row("Ring (NVLS off)", "8").predicted > 1.1 * *row("NVLS", "8").predicted);
    CHECK(*row("NCCL default", "4").predicted == *row("Ring", "4").predicted);
    CHECK_FALSE(row("Baidu RingAllReduce", "8").predicted);
    CHECK(row("Baidu RingAllReduce", "8").reason == "an algorithm that is not modelled");
    // Kernels of inference engines beat NCCL at small sizes and are NCCL at large ones.
    const auto small = [](const std::string& algorithm) {
        return *one("s,H100,1,8,all_reduce," + algorithm + ",8192,20,,,,,,").predicted;
    };
    CHECK(small("custom:TRTLLM") < 0.5 * small("NCCL default"));
    CHECK(small("custom:vLLM_custom_graph") < small("custom:vLLM_custom_eager"));
    CHECK(*row("custom:TRTLLM", "8").predicted == *row("NCCL default", "8").predicted);
}

TEST_CASE("a bandwidth without a size is compared at 8 GiB and said so") {
    const PredictedRow row = one("s,H100 cluster,8,64,reduce_scatter,Ring,,,,345,,,,read");
    REQUIRE(row.measured);
    CHECK(*row.measured == doctest::Approx(63.0 / 64 * 8.589934592 / 345).epsilon(1e-9));
    CHECK_FALSE(row.complete);
    CHECK(row.assumptions.size() == 1);
}

TEST_CASE("nonsense is refused by name and never predicted") {
    const struct {
        std::string line, reason;
    } cases[] = {
        {"s,H100,1,8,all_reduce,,nan,10,,,,,,", "bytes is not a number above 0"},
        {"s,H100,1,8,all_reduce,,-8,10,,,,,,", "bytes is not a number above 0"},
        {"s,H100,1,8,all_reduce,,1e6,x,,,,,,", "time_us is not a number above 0"},
        {"s,H100,1,8,all_reduce,,1e6,0,,,,,,", "time_us is not a number above 0"},
        {"s,H100,1,8,all_reduce,,1e6,,,,,,,", "neither a time nor a bandwidth is published"},
        {"s,H100,1,8,all_reduce,,,,,,,,,", "neither a size nor a bandwidth is published"},
        {"s,H100,1,eight,all_reduce,,1e6,10,,,,,,", "gpus is not a whole number above 0"},
        {"s,H100,1,1,all_reduce,,1e6,10,,,,,,", "a group of one communicates with nobody"},
        {"s,H100,0,8,all_reduce,,1e6,10,,,,,,", "nodes is not a number above 0"},
        {"s,H100,1,8,all_rejoice,,1e6,10,,,,,,", "collective is not one of the library's"},
        {"s,Abacus,1,8,all_reduce,,1e6,10,,,,,,", "hardware 'Abacus' is not known"},
        {"s,H100,1,64,all_reduce,,1e6,10,,,,,,", "more accelerators than one node of this kind has"},
        {"s,H100,1,8,alltoall,Ring,1e6,10,,,,,,", "the algorithm does not run here"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        const PredictedRow row = one(c.line);
        CHECK_FALSE(row.predicted);
        CHECK(row.reason == c.reason);
    }
    CHECK_THROWS_AS((void)predict_collectives_table("/nonexistent/table.csv"), UnreadableTable);
    const TemporaryFile other("id,step_time_s\n1,2\n");
    CHECK_THROWS_AS((void)predict_collectives_table(other.path()), UnreadableTable);
}

TEST_CASE("rates relative to a link are predicted as ratios, constants of a cost model are refused") {
    const TemporaryFile rates("table,bytes,scope,ratio_of_link_bw,source,confidence\n"
                              "nic_ratio,8589934592,2Node-16GPU(NIC ),0.95,s,read\n"
                              "nic_ratio,16777216,128Node-1024GPU(NIC),0.02,s,read\n"
                              "nvlink_ratio,8589934592,1 Node(NVLinkx),0.8,s,read\n"
                              "nic_ratio,8589934592,Multi (NIC),0.95,s,read\n");
    const auto rows = predict_collective_efficiency_table(rates.path());
    REQUIRE(rows.size() == 4);
    CHECK(*rows[0].predicted > 0.8);
    CHECK(*rows[1].predicted < 0.1);
    CHECK(*rows[2].predicted == doctest::Approx(0.8).epsilon(0.05));
    CHECK(rows[3].reason == "scope does not tell how many nodes");
    const TemporaryFile constants("group,key,algorithm,protocol,value,unit,notes,source,confidence\n"
                                  "baseLatency,,Tree,LL,6.8,us,,NCCL,read\n");
    const auto refused = predict_nccl_constants_table(constants.path());
    REQUIRE(refused.size() == 1);
    CHECK_FALSE(refused[0].predicted);
    CHECK(refused[0].reason == "a constant of NCCL's cost model, not a measurement");
}
