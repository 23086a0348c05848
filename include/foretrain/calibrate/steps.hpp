// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "../step/estimate.hpp"
#include "calibration.hpp"

// Constants of a software stack from measured training steps.
//
// Each measurement brings its own model, cluster and plan; the stack of the plan is replaced. On a single kind of
// accelerator `kernels.matrix` and the accelerator's `sustained_clock` act alike: the former takes up both.

namespace foretrain::inline v0 {

/// Fits a stack's constants to steps. Constants that change nothing (overlap without communication, the host's cost
/// where graphs are captured) are held. Throws `CalibrationError` for a configuration that `check` refuses.
[[nodiscard]] inline CalibrationTask<SoftwareStack>
stack_task(const SoftwareStack& base, std::vector<StepMeasurement> measurements,
           std::vector<Constant<SoftwareStack>> constants = {stack_constants.begin(), stack_constants.end()}) {
    CalibrationTask<SoftwareStack> task;
    task.base = base;
    task.constants = std::move(constants);
    for (std::size_t i = 0; i < measurements.size(); ++i) {
        StepMeasurement& m = measurements[i];
        m.plan.stack = base;
        if (!is_valid(m.model, m.cluster, m.plan))
            throw CalibrationError("step " + std::to_string(i + 1) + ": the configuration is refused");
        task.measurements.push_back(m.measured);
    }
    const auto rows = std::make_shared<std::vector<StepMeasurement>>(std::move(measurements));
    task.predict = [rows](const SoftwareStack& stack, std::size_t row) {
        StepMeasurement& m = (*rows)[row];
        m.plan.stack = stack;
        return estimate_checked_step<double>(
                   m.model, m.cluster, m.plan,
                   RooflineKernels{m.cluster.accelerator, m.plan.precision.compute, Load::sustained, stack.kernels})
            .time;
    };
    return task;
}

} // namespace foretrain::inline v0
