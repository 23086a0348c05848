// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/nccl_tests.hpp>

#include <doctest/doctest.h>
#include <sstream>
#include <string>

using namespace foretrain;

namespace {

// After the log in NVIDIA/dgxc-benchmarking, nccl/README.md.
const std::string ranks_of_two = R"(srun all_reduce_perf -b 8 -e 8G -f 2
# nThread 1 nGpus 1 minBytes 8 maxBytes 8589934592 step: 2(factor) warmup iters: 5 iters: 20 agg iters: 1 validation: 1
#
# Using devices
#  Rank  0 Group  0 Pid 410 on  node-a device  0 [0x1b] NVIDIA H100 80GB HBM3
#  Rank  1 Group  0 Pid 411 on  node-a device  1 [0x43] NVIDIA H100 80GB HBM3
#  Rank  2 Group  0 Pid 590 on  node-b device  0 [0x1b] NVIDIA H100 80GB HBM3
#
#                                                              out-of-place                       in-place
#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
node-a:410:410 [0] NCCL INFO comm 0x55 rank 0 nranks 3
           8             2     float     sum      -1    13.67    0.00    0.00      0    13.38    0.00    0.00      0
     1048576        262144     float     sum      -1    27.37   38.31   67.04      0    27.05   38.76   67.84      0
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 33.5
)";

} // namespace

TEST_CASE("an output gives one row a size, with the group it ran on") {
    std::istringstream input(ranks_of_two);
    const NcclTestsLog log = read_nccl_tests(input, "my log");
    CHECK(log.collective == "all_reduce");
    CHECK(log.device == "NVIDIA H100 80GB HBM3");
    CHECK(log.ranks == 3);
    CHECK(log.nodes == 2);
    CHECK(log.problems.empty());
    REQUIRE(log.rows.size() == 2);
    CHECK(log.rows[0].bytes == "8");
    CHECK(log.rows[1].bytes == "1048576");
    CHECK(log.rows[1].time_us == "27.37");
    CHECK(log.rows[1].algorithm_bandwidth == "38.31");
    CHECK(log.rows[1].bus_bandwidth == "67.04");
    CHECK(log.rows[1].type == "float");
    CHECK(log.rows[1].gpus == "3");
    CHECK(log.rows[1].nodes == "2");
    CHECK(log.rows[1].source == "my log");
}

TEST_CASE("the second time of a line is the one in place") {
    std::istringstream input(ranks_of_two);
    const NcclTestsLog log = read_nccl_tests(input, {}, {}, true);
    REQUIRE(log.rows.size() == 2);
    CHECK(log.rows[1].time_us == "27.05");
    CHECK(log.rows[1].bus_bandwidth == "67.84");
}

TEST_CASE("older outputs have no column for the root, and no name") {
    std::istringstream input("#       size    count    type   redop     time   algbw   busbw  error\n"
                             "     1048576   262144   float     sum    192.4    5.45   10.22  1e-07\r\n");
    const NcclTestsLog log = read_nccl_tests(input);
    CHECK(log.collective.empty());
    REQUIRE(log.rows.size() == 1);
    CHECK(log.rows[0].time_us == "192.4");
    CHECK(log.rows[0].gpus.empty());
}

TEST_CASE("a name given wins, and reduce is not the end of all_reduce") {
    std::istringstream first(ranks_of_two);
    CHECK(read_nccl_tests(first, {}, "alltoall").rows[0].collective == "alltoall");
    std::istringstream second("./build/reduce_perf -g 8\n");
    CHECK(read_nccl_tests(second).collective == "reduce");
    std::istringstream third("./build/reduce_scatter_perf -g 8\n");
    CHECK(read_nccl_tests(third).collective == "reduce_scatter");
}

TEST_CASE("broken lines and wrong results are told with their line, the rest is read") {
    std::istringstream input("1024 256 float sum -1 12.0 0.1 0.1 0 12.0 0.1 0.1 0\n"
                             "2048 512 float sum -1\n"
                             "4096 1024 float sum -1 nan 0.1 0.1 0\n"
                             "8192 2048 float sum -1 -3 0.1 0.1 0\n"
                             "16384 4096 float sum -1 15.0 1.1 1.9 7\n");
    const NcclTestsLog log = read_nccl_tests(input);
    CHECK(log.rows.size() == 2);
    REQUIRE(log.problems.size() == 4);
    CHECK(log.problems[0] == "line 2: not a row of a measurement");
    CHECK(log.problems[1] == "line 3: not a row of a measurement");
    CHECK(log.problems[3] == "line 5: 7 wrong results");
    std::istringstream nothing("");
    CHECK(read_nccl_tests(nothing).rows.empty());
}
