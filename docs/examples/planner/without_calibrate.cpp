// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "commands.hpp"

// In place of calibrate.cpp, sweep.cpp and uncertainty.cpp where the library is built without Eigen.

namespace planner {

namespace {

int missing(const char* command) {
    std::cerr << "foretrain " << command << ": not built in; install Eigen and configure with FORETRAIN_CALIBRATE\n";
    return 2;
}

} // namespace

int calibrate(const CalibrateOptions&, const Output&) { return missing("calibrate"); }

int sweep(const Options&, const Output&, const std::vector<std::string>&, const std::vector<std::string_view>&) {
    return missing("sweep");
}

int uncertainty(const Options&, const Output&, const std::vector<std::string>&, const std::vector<std::string_view>&) {
    return missing("uncertainty");
}

} // namespace planner
