// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "../roofline/kernel.hpp"
#include "calibration.hpp"

// Kernel constants of an accelerator from timed matrix products and timed fused attention.
//
// Predictions are those of the library itself (roofline/kernel.hpp) at the full clock: benchmarks run in short bursts.
// `sustained_clock` is what hours of training leave of it, and is not fitted here.

namespace foretrain::inline v0 {

/// Fits constants of an accelerator (by default those of matrix products) to measurements made on it. Throws
/// `CalibrationError` if the accelerator lacks a format that a measurement uses.
[[nodiscard]] inline CalibrationTask<Accelerator>
kernel_task(const Accelerator& base, std::vector<KernelMeasurement> measurements,
            std::vector<Constant<Accelerator>> constants = {product_constants.begin(), product_constants.end()}) {
    CalibrationTask<Accelerator> task;
    task.base = base;
    task.constants = std::move(constants);
    for (const KernelMeasurement& m : measurements) {
        if (!(raw(base.matrix.of(m.operands)) > 0))
            throw CalibrationError(std::string{base.name} + " has no " + std::string{name_of(m.operands)} +
                                   ": such measurements cannot have been made on it");
        task.measurements.push_back(m.measured);
    }
    const auto rows = std::make_shared<const std::vector<KernelMeasurement>>(std::move(measurements));
    task.predict = [rows](const Accelerator& accelerator, std::size_t row) {
        const KernelMeasurement& m = (*rows)[row];
        return RooflineKernels{accelerator, m.operands, Load::burst}.time(m.operation).time;
    };
    return task;
}

} // namespace foretrain::inline v0
