// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/mlperf.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "temporary_file.hpp"

using namespace foretrain;

namespace {

std::string named(std::string_view accelerator, std::string_view system = "") {
    MlperfResult row;
    row.accelerator = accelerator;
    row.system = system;
    return detail::hardware_of(row);
}

} // namespace

TEST_CASE("both kinds of tables fill the same row") {
    const TemporaryFile all{"round,benchmark,submitter,system,accelerator,accel_count,time_to_train_min,"
                            "samples_to_converge,global_batch_size,step_time_s_logged,framework\n"
                            "v4.1,gpt3,NVIDIA,eos_n64,NVIDIA H100-SXM5-80GB,512,49.795,589824,2048,9.4964,NeMo\n"
                            "v4.0,gpt3,NVIDIA,eos_n64,NVIDIA H100-SXM5-80GB,512,50.728,582912,2304,,NeMo\n"};
    const std::vector<MlperfResult> rows = read_mlperf_results(all.path());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].batch == "2048");
    CHECK(rows[0].step_time == "9.4964");
    CHECK(rows[0].tensor.empty());
    // A column that the file lacks never keeps what the row before had.
    CHECK(rows[1].batch == "2304");
    CHECK(rows[1].step_time.empty());

    const TemporaryFile plans{"round,benchmark,submitter,system,accelerator,accel_count,TP,PP,GBS,time_to_train_min,"
                              "step_time_s_logged_median\n"
                              "v5.0,llama31_405b,NVIDIA,tyche,NVIDIA Blackwell GPU (GB200),512,4,8,896,121.76,19.433\n"
                              "v5.0,llama31_405b,NVIDIA,tyche,NVIDIA Blackwell GPU (GB200),256,4,8,448,240.34,\n"};
    const std::vector<MlperfResult> planned = read_mlperf_results(plans.path());
    REQUIRE(planned.size() == 2);
    CHECK(planned[0].tensor == "4");
    CHECK(planned[0].batch == "896");
    CHECK(planned[0].step_time == "19.433");
    CHECK(planned[1].step_time.empty());
}

TEST_CASE("a table that is cut short is not read as one") {
    const TemporaryFile broken{"round,benchmark,system,accel_count\nv4.1,gpt3\n"};
    CHECK_THROWS_AS((void)read_mlperf_results(broken.path()), io::error::base);
}

TEST_CASE("rounds are numbers") {
    MlperfResult row;
    row.round = "v3.1";
    CHECK(detail::round_of(row) == 3.1);
    row.round = "5.0";
    CHECK(detail::round_of(row) == 5.0);
    row.round = "preview";
    CHECK(detail::round_of(row) == 0.0);
}

TEST_CASE("accelerators are named as the catalogue knows them, whatever the marketing") {
    CHECK(named("NVIDIA Blackwell GPU (B200-SXM-180GB)") == "b200");
    CHECK(named("NVIDIA Blackwell GPU (GB200)") == "gb200");
    CHECK(named("NVIDIA Blackwell Ultra GPU (GB300)") == "gb300");
    CHECK(named("NVIDIA GB300") == "gb300");
    CHECK(named("NVIDIA HGX B300") == "b300");
    CHECK(named("NVIDIA Blackwell GPU", "8xXE9712x4GB200") == "gb200");
    CHECK(named("NVIDIA A100-PCIE-80GB (300W)") == "NVIDIA A100-PCIE-80GB (300W)"); // no "80GB 300"
    CHECK(named("Intel(R) Gaudi(R) 2 AI Accelerator") == "gaudi2");
    CHECK(named("Habana Gaudi") == "gaudi1");
    CHECK(named("Intel Gaudi 3") == "gaudi3");
    CHECK(named("TPU", "tpu-v4-128-TF") == "tpuv4");
    CHECK(named("TPU-trillium", "cloud-tpu-trillium-1024") == "TPU-trillium");
    CHECK(named("Tesla V100-SXM3-32GB", "dgx2h_n1") == "V100 DGX2H");
}
