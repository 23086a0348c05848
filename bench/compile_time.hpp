// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

// Processor time a compiler takes, by this process's account of its children. Least of several runs: other work on a
// machine only ever adds.

namespace compile_time {

inline double of_children() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Seconds of `command`, or nothing when it fails (a compiler that is not installed).
inline std::optional<double> of(const std::string& command, int runs = 3) {
    std::optional<double> least;
    for (int run = 0; run < runs; ++run) {
        const double before = of_children();
        if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) return std::nullopt;
        const double seconds = of_children() - before;
        least = least ? std::min(*least, seconds) : seconds;
    }
    return least;
}

} // namespace compile_time
