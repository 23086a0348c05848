// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "published_steps.hpp"

// Tables of measured collectives: one collective, group and size a row, as text, exactly as the file has it.

namespace foretrain::inline v0 {

/// One measurement; a column the file does not have stays empty. Sizes follow nccl-tests (collective/collective.hpp).
struct MeasuredCollective {
    std::string source, hardware, nodes, gpus, collective, algorithm, bytes, time_us, algorithm_bandwidth,
        bus_bandwidth, type, library, note, confidence;
};

/// Columns without which a table is not one of collectives.
inline constexpr std::array collective_columns = {"hardware", "gpus", "collective", "bytes", "time_us"};

/// Reads such a table. Throws `io::error::base` with file and line where the file is not a table of this kind.
[[nodiscard]] inline std::vector<MeasuredCollective> read_collectives(const std::string& path) {
    detail::StepReader<14> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "source", "hardware", "nodes", "gpus",
                     "collective", "algorithm", "bytes", "time_us", "algbw_GBps", "busbw_GBps", "dtype", "lib_version",
                     "note", "confidence");
    for (const char* column : collective_columns)
        if (!file.has_column(column)) throw io::error::missing_column_in_header{};
    std::vector<MeasuredCollective> rows;
    MeasuredCollective r;
    while (file.read_row(r.source, r.hardware, r.nodes, r.gpus, r.collective, r.algorithm, r.bytes, r.time_us,
                         r.algorithm_bandwidth, r.bus_bandwidth, r.type, r.library, r.note, r.confidence))
        rows.push_back(r);
    return rows;
}

} // namespace foretrain::inline v0
