// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_convergence.hpp"
#include "accuracy_costs.hpp"
#include "accuracy_plots.hpp"
#include "accuracy_power.hpp"
#include "accuracy_reliability.hpp"
#include "accuracy_runs.hpp"
#include "accuracy_scaling.hpp"
#include "accuracy_time_to_train.hpp"

#include <string>
#include <vector>

// All that the accuracy page is about, loaded once: figures for the page and for the test that holds them, plots.

namespace accuracy {

struct Everything {
    explicit Everything(const std::string& directory)
        : steps_and_kernels{load(directory)}, time_to_train{load_time_to_train(directory)},
          convergence{load_convergence(directory)}, reliability{load_reliability(directory)},
          runs{load_runs(directory)}, scaling{load_scaling(directory)}, power{load_power(directory)},
          costs{load_costs(directory)} {}

    Data steps_and_kernels;
    TimeToTrainData time_to_train;
    ConvergenceData convergence;
    ReliabilityData reliability;
    RunsData runs;
    ScalingData scaling;
    PowerData power;
    std::vector<CostRun> costs;

    [[nodiscard]] Figures figures() const {
        Figures all = figures_of(steps_and_kernels);
        add_convergence(all, convergence);
        add_reliability(all, reliability);
        add_scaling(all, scaling);
        add_runs(all, runs);
        add_costs(all, costs);
        add_time_to_train(all, time_to_train);
        add_power(all, power);
        return all;
    }
    [[nodiscard]] std::vector<Plot> plots() const {
        std::vector<Plot> all = plots_of(steps_and_kernels);
        all.push_back(convergence_plot(convergence));
        all.push_back(runs_plot(runs));
        all.push_back(time_to_train_plot(time_to_train));
        all.push_back(power_plot(power));
        return all;
    }
};

} // namespace accuracy
