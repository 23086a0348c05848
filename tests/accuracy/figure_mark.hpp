// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

// What a drawn figure bears, so that a check can tell of which data it is.

namespace accuracy::detail_of_plots {

/// FNV-1a.
inline std::string mark_of(const std::string& text) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    std::string mark = "data";
    for (int digit = 0; digit < 16; ++digit) mark += "0123456789abcdef"[(hash >> (4 * digit)) & 15U];
    return mark;
}

} // namespace accuracy::detail_of_plots
