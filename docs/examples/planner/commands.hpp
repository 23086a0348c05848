// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "output.hpp"

// The subcommands. Each returns the exit status: 0, or 2 for bad input (nothing is printed to the output then).

namespace planner {

/// `predict`: one step, and a run if a budget is given. `unknown`: arguments that no option takes.
int predict(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known);
/// `scaling`: loss, compute-optimal training, over-training and tokens to a loss by a scaling law, and a run to it.
int scaling(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known);
/// `cost`: ways to pay for a job side by side.
int cost(const Options& options, const Output& output, const std::vector<std::string>& unknown,
         const std::vector<std::string_view>& known);
/// `goodput`: what faults, checkpoints and restarts make of a run.
int goodput(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known);
/// `batch`: samples, time and cost to a target at each batch, the best of them, and how far more accelerators help.
int batch(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known);
/// `solve QUESTION`: an inverse question.
int solve(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known);
/// `scale`: a scaling curve.
int scale(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known);
/// `list models|systems|accelerators|stacks|fleets`.
int list(const std::string& what, const Output& output);
/// `validate FILE`; `stack` is empty or the name of a software stack for all rows, `profile` empty or a file that
/// `calibrate` wrote.
int validate(const std::string& path, const std::string& stack, const std::string& profile, const std::string& per_row,
             const Output& output);
/// What `calibrate` was told; empty: not given.
struct CalibrateOptions {
    std::string kind; ///< kernels, attention, collectives or stack
    std::vector<std::string> files;
    std::string accelerator, system, base_stack, hardware, date, name, profile;
    std::string loss = "huber";
    std::string hold_out = "source";
    bool all_formats = false;
    bool cpp = false;
};
/// `calibrate KIND FILE...`: fits constants of the library to measurements.
int calibrate(const CalibrateOptions& given, const Output& output);
/// `diagnose`: a measured run against its model.
int diagnose(const Options& options, const Output& output, const std::vector<std::string>& unknown,
             const std::vector<std::string_view>& known);
/// `sweep`: a step on hypothetical accelerators.
int sweep(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known);
/// `uncertainty`: samples of step time, wall clock, energy and cost.
int uncertainty(const Options& options, const Output& output, const std::vector<std::string>& unknown,
                const std::vector<std::string_view>& known);
/// `search`: the best plans of a space, proven.
int search(const Options& options, const Output& output, const std::vector<std::string>& unknown,
           const std::vector<std::string_view>& known);
/// `trend`: growth rates, the curve of best times, and when a training can be had.
int trend(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known);
/// `run`: a whole run with what it meets beside its steps.
int run(const Options& options, const Output& output, const std::vector<std::string>& unknown,
        const std::vector<std::string_view>& known);
/// `sensitivity`: what a step, and a run if a budget is given, owe to each input.
int sensitivity(const Options& options, const Output& output, const std::vector<std::string>& unknown,
                const std::vector<std::string_view>& known);
/// `compare`: where the difference of two jobs goes, and which change makes it.
int compare(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known);
/// `demo`: Llama 3.1 405B beside what was published.
int demo(const Output& output);

} // namespace planner
