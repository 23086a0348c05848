// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "commands.hpp"

// In place of calibrate.cpp where the library is built without Eigen.

namespace planner {

int calibrate(const CalibrateOptions&, const Output&) {
    std::cerr << "foretrain calibrate: not built in; install Eigen and configure with FORETRAIN_CALIBRATE\n";
    return 2;
}

} // namespace planner
