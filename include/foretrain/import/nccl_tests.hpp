// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectives.hpp"

// What nccl-tests and rccl-tests print (all_reduce_perf and its siblings), as rows of a table of collectives.
//
//   # nThread 1 nGpus 8 minBytes 8 maxBytes 8589934592 ...
//   #  Rank  0 Group  0 Pid 4242 on node1 device 0 [0x18] NVIDIA H100 80GB HBM3
//   #       size         count    type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
//        1048576        262144   float     sum      -1    27.37   38.31   67.04      0    27.05   38.76   67.84      0
//
// Times are microseconds, bandwidths GB/s; the first time is out of place, the second in place. The output does not
// name the collective unless a line does (launchers print the command; rccl-tests and nccl-tests from 2.24 on print
// "Collective test starting: all_reduce_perf"): give it otherwise. Source: NVIDIA/nccl-tests, doc/PERFORMANCE.md.

namespace foretrain::inline v0 {

/// What an output of nccl-tests says. `rows` hold the out-of-place times, or the in-place ones where asked.
struct NcclTestsLog {
    std::string collective; ///< as tables of collectives name it ("all_reduce"); empty if neither given nor printed
    std::string device;     ///< the accelerator's name as the driver tells it
    std::int64_t ranks = 0; ///< 0 if the output lists none
    std::int64_t nodes = 0;
    std::vector<MeasuredCollective> rows;
    std::vector<std::string> problems; ///< lines that begin like a row but are none, and wrong results, with numbers
};

namespace detail {

/// Programs of nccl-tests and what tables call what they measure.
inline constexpr std::array nccl_tests_programs = {
    std::pair{std::string_view{"all_reduce_perf"}, std::string_view{"all_reduce"}},
    std::pair{std::string_view{"all_gather_perf"}, std::string_view{"all_gather"}},
    std::pair{std::string_view{"reduce_scatter_perf"}, std::string_view{"reduce_scatter"}},
    std::pair{std::string_view{"alltoall_perf"}, std::string_view{"alltoall"}},
    std::pair{std::string_view{"sendrecv_perf"}, std::string_view{"sendrecv"}},
    std::pair{std::string_view{"broadcast_perf"}, std::string_view{"broadcast"}},
    std::pair{std::string_view{"reduce_perf"}, std::string_view{"reduce"}},
};

/// The words of a line.
[[nodiscard]] inline std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < line.size()) {
        while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) ++at;
        const std::size_t begin = at;
        while (at < line.size() && line[at] != ' ' && line[at] != '\t' && line[at] != '\r') ++at;
        if (at > begin) words.emplace_back(line.substr(begin, at - begin));
    }
    return words;
}

} // namespace detail

/// Reads an output. `collective` overrides what the output says; `in_place` takes the second time of each line. Lines
/// of launchers before or between (warnings, "NCCL INFO") are skipped. Never throws on content.
[[nodiscard]] inline NcclTestsLog read_nccl_tests(std::istream& input, std::string_view source = {},
                                                  std::string_view collective = {}, bool in_place = false) {
    NcclTestsLog log;
    log.collective = collective;
    std::string version;
    std::vector<std::string> hosts;
    std::size_t leading = 5; // columns before the first time: size, count, type and, newer, redop and root
    std::int64_t number = 0;
    for (std::string line; std::getline(input, line);) {
        ++number;
        if (log.collective.empty())
            for (const auto& [program, name] : detail::nccl_tests_programs) {
                const std::size_t at = line.find(program);
                // "reduce_perf" also ends "all_reduce_perf"
                if (at != std::string::npos && (at == 0 || line[at - 1] == '/' || line[at - 1] == ' ')) {
                    log.collective = name;
                    break;
                }
            }
        const std::vector<std::string> words = detail::words_of(line);
        if (words.empty()) continue;
        if (words[0][0] == '#') {
            for (std::size_t k = 0; k < words.size(); ++k) {
                if (words[k] == "Rank" && k + 1 < words.size() && detail::integer_of(words[k + 1])) {
                    ++log.ranks;
                    for (std::size_t w = k; w + 1 < words.size(); ++w)
                        if (words[w] == "on") {
                            bool known = false;
                            for (const std::string& host : hosts) known = known || host == words[w + 1];
                            if (!known) hosts.push_back(words[w + 1]);
                        }
                    const std::size_t bracket = line.find(']');
                    if (log.device.empty() && bracket != std::string::npos && bracket + 2 < line.size()) {
                        log.device = line.substr(bracket + 2);
                        while (!log.device.empty() && (log.device.back() == '\r' || log.device.back() == ' '))
                            log.device.pop_back();
                    }
                    break;
                }
                if (words[k] == "size") {
                    for (std::size_t w = k; w < words.size(); ++w)
                        if (words[w] == "time") {
                            leading = w - k;
                            break;
                        }
                    break;
                }
            }
            if (const std::size_t at = line.find("nccl-headers="); at != std::string::npos) version = line.substr(at);
            continue;
        }
        if (!detail::integer_of(words[0]) && !detail::number_of(words[0])) continue; // a launcher's line
        const std::size_t at = leading + (in_place ? 4 : 0);
        const bool out_of_columns = words.size() < at + 3;
        if (words.size() < 3 || !detail::integer_of(words[1])) continue;
        const bool negative = detail::number_of(words[0]) < 0.0;
        if (out_of_columns || negative || !detail::number_of(words[at]) || !(*detail::number_of(words[at]) > 0)) {
            log.problems.push_back("line " + std::to_string(number) + ": not a row of a measurement");
            continue;
        }
        if (words.size() > at + 3 && words[at + 3] != "0" && words[at + 3] != "N/A")
            log.problems.push_back("line " + std::to_string(number) + ": " + words[at + 3] + " wrong results");
        MeasuredCollective row;
        row.bytes = words[0];
        row.type = words[2];
        row.time_us = words[at];
        row.algorithm_bandwidth = words[at + 1];
        row.bus_bandwidth = words[at + 2];
        row.note = in_place ? "in place" : "out of place";
        log.rows.push_back(std::move(row));
    }
    log.nodes = static_cast<std::int64_t>(hosts.size());
    for (MeasuredCollective& row : log.rows) {
        row.source = source;
        row.hardware = log.device;
        row.collective = log.collective;
        row.algorithm = "NCCL default";
        row.library = version;
        row.confidence = "read";
        if (log.ranks > 0) row.gpus = std::to_string(log.ranks);
        if (log.nodes > 0) row.nodes = std::to_string(log.nodes);
    }
    return log;
}

} // namespace foretrain::inline v0
