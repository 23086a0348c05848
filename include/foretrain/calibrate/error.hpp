// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

// What a calibration throws.

namespace foretrain::inline v0 {

/// Measurements or options from which nothing can be fitted; `what()` says why and what would help.
class CalibrationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace foretrain::inline v0
