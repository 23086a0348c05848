// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Where a number comes from: each catalogue entry and each estimate's input carries one of these.

namespace foretrain::inline v0 {

/// How much a number can be trusted, best first.
enum class Evidence : unsigned char {
    measured,  ///< read off an instrument, a log or a benchmark table
    datasheet, ///< stated by the vendor
    fitted,    ///< a named constant obtained from measurements by a fit
    assumed,   ///< chosen because nothing better is known; the first thing to replace
};

/// `measured`, `datasheet`, `fitted` or `assumed`.
[[nodiscard]] constexpr std::string_view name_of(Evidence evidence) noexcept {
    switch (evidence) {
    case Evidence::measured: return "measured";
    case Evidence::datasheet: return "datasheet";
    case Evidence::fitted: return "fitted";
    case Evidence::assumed: return "assumed";
    }
    return "assumed";
}

/// The origin of a value. `as_of` is an ISO date (YYYY, YYYY-MM or YYYY-MM-DD), `source` a citation a reader can
/// follow.
struct Provenance {
    std::string_view source;
    std::string_view as_of;
    Evidence evidence = Evidence::assumed;
};

} // namespace foretrain::inline v0
