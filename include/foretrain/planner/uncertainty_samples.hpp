// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "../run/run.hpp"
#include "../step/uncertainty.hpp"
#include "sampling.hpp"

// Uncertainty by samples: inputs with distributions in, samples of step time, wall clock, energy and cost out, their
// quantiles, and how much of the spread each input makes.
//
//   S_i = Var(E[y | x_i]) / Var(y)       first-order contribution, y = ln output
//
// E[y | x_i] is estimated by straight lines through 10 layers of x_i, less what lines through noise would show: 19 / n
// of the rest. The contributions sum to 1 where inputs act one by one; what is missing is their interplay. Where
// outputs are smooth in the logarithm, the linear band of step/uncertainty.hpp says the same in one estimate; samples
// are for wide ranges, kinks, and money. Needs Eigen: not part of foretrain.hpp.

namespace foretrain::inline v0 {

/// An input that is uncertain, as a factor on its stated value: the first seven are those of `StepInput`.
enum class SampledInput : unsigned char {
    matrix_rate,
    memory_bandwidth,
    inner_bandwidth,
    network_bandwidth,
    network_latency,
    host_time,
    step_overhead,
    model,           ///< the model's own error: on the step time
    effective_share, ///< of the wall clock that trains; cut off at 1
    power,           ///< of the whole job
    accelerator_price,
    energy_price,
};
inline constexpr std::size_t sampled_inputs = 12;

[[nodiscard]] constexpr std::string_view name_of(SampledInput input) noexcept {
    switch (input) {
    case SampledInput::model: return "model error";
    case SampledInput::effective_share: return "effective share";
    case SampledInput::power: return "power";
    case SampledInput::accelerator_price: return "accelerator price";
    case SampledInput::energy_price: return "energy price";
    default: return name_of(static_cast<StepInput>(input));
    }
}

/// The distribution of a factor.
struct UncertainInput {
    SampledInput input = SampledInput::model;
    Distribution factor{};
};

/// The job whose uncertainty is asked about, and the run it is part of. References must outlive it.
struct SampledJob {
    const Transformer& model;
    const Cluster& cluster;
    const ParallelPlan& plan;
    std::optional<TokenBudget> budget{}; ///< absent: only the step
    RunConditions conditions{};          ///< of the run; not looked at without a budget
};

/// Outputs of which there are samples.
enum class SampledOutput : unsigned char { step_time, wall_clock, energy, cost };
inline constexpr std::size_t sampled_outputs = 4;

[[nodiscard]] constexpr std::string_view name_of(SampledOutput output) noexcept {
    constexpr std::array<std::string_view, sampled_outputs> names{"step time", "wall clock", "energy", "cost"};
    return names[static_cast<std::size_t>(output)];
}

/// Samples: a row each. Outputs in base units (s, s, J, USD); a column that was not asked for has no rows.
struct UncertaintySamples {
    Eigen::ArrayXXd factors{}; ///< of the inputs, a column each
    std::array<Eigen::ArrayXd, sampled_outputs> outputs{};

    [[nodiscard]] const Eigen::ArrayXd& operator[](SampledOutput output) const noexcept {
        return outputs[static_cast<std::size_t>(output)];
    }
};

/// The number below which a share `p` (0 to 1) of the values lies, by linear interpolation. There must be a value.
[[nodiscard]] inline double quantile_of(const Eigen::ArrayXd& values, double p) {
    std::vector<double> sorted(values.data(), values.data() + values.size());
    std::sort(sorted.begin(), sorted.end());
    const double at = p * static_cast<double>(sorted.size() - 1);
    const std::size_t below = static_cast<std::size_t>(at);
    if (below + 1 >= sorted.size()) return sorted.back();
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

namespace detail {

/// Mean, added up in order: Eigen's own order depends on the processor.
[[nodiscard]] inline double mean_of(const Eigen::ArrayXd& values) noexcept {
    double sum = 0;
    for (Eigen::Index i = 0; i < values.size(); ++i) sum += values[i];
    return sum / static_cast<double>(values.size());
}

[[nodiscard]] inline double covariance_of(const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) noexcept {
    const double mean_a = mean_of(a), mean_b = mean_of(b);
    double sum = 0;
    for (Eigen::Index i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
    return sum / static_cast<double>(a.size());
}

[[nodiscard]] inline Eigen::ArrayXd logarithms(const Eigen::ArrayXd& values) {
    Eigen::ArrayXd result(values.size());
    for (Eigen::Index i = 0; i < values.size(); ++i) result[i] = log(values[i]);
    return result;
}

/// A job and its surroundings with the factors of one sample.
struct Draw {
    Cluster cluster;
    ParallelPlan plan;
    RunConditions conditions;
    double on_time = 1, on_power = 1;

    constexpr void apply(SampledInput input, double factor) noexcept {
        Accelerator& chip = cluster.accelerator;
        switch (input) {
        case SampledInput::matrix_rate: // the clock, which power goes along with
            for (FlopRate* peak : {&chip.matrix.fp32, &chip.matrix.tf32, &chip.matrix.fp16, &chip.matrix.bf16,
                                   &chip.matrix.fp8, &chip.matrix.fp4, &chip.matrix.int8})
                *peak = *peak * factor;
            chip.kernel.sustained_energy = chip.kernel.sustained_energy / factor;
            break;
        case SampledInput::memory_bandwidth: chip.memory.bandwidth = chip.memory.bandwidth * factor; break;
        case SampledInput::inner_bandwidth:
            cluster.fabric.tier[0].link.bandwidth = cluster.fabric.tier[0].link.bandwidth * factor;
            break;
        case SampledInput::network_bandwidth:
        case SampledInput::network_latency:
            for (std::size_t i = 1; i < cluster.fabric.tier.size(); ++i) {
                Link& link = cluster.fabric.tier[i].link;
                if (input == SampledInput::network_bandwidth) link.bandwidth = link.bandwidth * factor;
                else link.latency = link.latency * factor;
            }
            break;
        case SampledInput::host_time: plan.stack.host_per_kernel = plan.stack.host_per_kernel * factor; break;
        case SampledInput::step_overhead: plan.stack.step_overhead = plan.stack.step_overhead * factor; break;
        case SampledInput::model: on_time *= factor; break;
        case SampledInput::effective_share:
            conditions.faults.effective_share = minimum(conditions.faults.effective_share * factor, 1.0);
            break;
        case SampledInput::power: on_power *= factor; break;
        case SampledInput::accelerator_price:
            if (conditions.prices.accelerator) conditions.prices.accelerator = *conditions.prices.accelerator * factor;
            break;
        case SampledInput::energy_price:
            if (conditions.prices.energy) conditions.prices.energy = *conditions.prices.energy * factor;
            break;
        }
    }
};

} // namespace detail

/// Everything wrong with a question.
[[nodiscard]] inline Violations check(const SampledJob& job, std::span<const UncertainInput> inputs,
                                      const SamplePoints& points) {
    Violations violations = check(job.model, job.cluster, job.plan);
    detail::require_range(violations, "samples.count", points.count, 2, 100000000, {}, "1000 for quantiles of 10%");
    for (const UncertainInput& input : inputs) check_rules(input.factor, violations);
    if (job.budget && violations.empty()) {
        const auto step = try_estimate_step(job.model, job.cluster, job.plan);
        const auto run = try_estimate_run(*step, job.cluster, *job.budget, job.conditions);
        if (!run) return run.violations();
    }
    return violations;
}

/// Samples of the outputs, of a question without violations. A sample beyond the rules (a network a million times as
/// fast) repeats the stated job.
[[nodiscard]] inline UncertaintySamples draw_samples(const SampledJob& job, std::span<const UncertainInput> inputs,
                                                     const SamplePoints& points) {
    UncertaintySamples samples;
    const auto rows = static_cast<Eigen::Index>(points.count);
    samples.factors.resize(rows, static_cast<Eigen::Index>(inputs.size()));
    for (std::size_t o = 0; o < sampled_outputs; ++o)
        if (o == 0 || job.budget) samples.outputs[o].setZero(rows);
    for (Eigen::Index row = 0; row < rows; ++row) {
        detail::Draw draw{job.cluster, job.plan, job.conditions};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const double factor = inputs[i].factor.quantile(points(row, i));
            samples.factors(row, static_cast<Eigen::Index>(i)) = factor;
            draw.apply(inputs[i].input, factor);
        }
        Result<StepEstimate> step = try_estimate_step(job.model, draw.cluster, draw.plan);
        if (!step) step = try_estimate_step(job.model, job.cluster, job.plan);
        StepEstimate estimate = *step;
        for (Seconds& part : estimate.breakdown.time) part = part * draw.on_time;
        estimate.time = estimate.breakdown.total();
        samples.outputs[0][row] = raw(estimate.time);
        if (!job.budget) continue;
        Result<RunEstimate> run = try_estimate_run(estimate, draw.cluster, *job.budget, draw.conditions);
        if (!run) {
            draw.conditions = job.conditions;
            run = try_estimate_run(*try_estimate_step(job.model, job.cluster, job.plan), job.cluster, *job.budget,
                                   job.conditions);
        }
        samples.outputs[1][row] = raw(run->wall_clock);
        samples.outputs[2][row] = raw(run->energy) * draw.on_power;
        double cost = raw(run->cost.known);
        if (draw.conditions.prices.energy)
            cost += raw(run->energy) * (draw.on_power - 1.0) * raw(*draw.conditions.prices.energy);
        samples.outputs[3][row] = cost;
    }
    return samples;
}

/// What one input does to an output.
struct InputContribution {
    SampledInput input = SampledInput::model;
    double correlation = 0;  ///< of the logarithms, -1 to 1
    double contribution = 0; ///< S_i, 0 to 1
};

/// What the inputs of samples do to an output that was asked for, in the order of the inputs.
[[nodiscard]] inline std::vector<InputContribution>
contributions_of(const UncertaintySamples& samples, std::span<const UncertainInput> inputs, SampledOutput output) {
    std::vector<InputContribution> result;
    const Eigen::ArrayXd y = detail::logarithms(samples[output]);
    const double spread = detail::covariance_of(y, y);
    const auto count = static_cast<std::size_t>(y.size());
    const double mean = detail::mean_of(y);
    constexpr std::size_t layers = 10;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Eigen::ArrayXd x = detail::logarithms(samples.factors.col(static_cast<Eigen::Index>(i)));
        const double own = detail::covariance_of(x, x);
        InputContribution one{inputs[i].input};
        if (own > 0 && spread > 0) {
            one.correlation = detail::covariance_of(x, y) / (sqrt(own) * sqrt(spread));
            std::vector<std::size_t> order(count);
            for (std::size_t k = 0; k < count; ++k) order[k] = k;
            std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                const double xa = x[static_cast<Eigen::Index>(a)], xb = x[static_cast<Eigen::Index>(b)];
                return xa < xb || (xa == xb && a < b);
            });
            double between = 0;
            for (std::size_t layer = 0; layer < layers; ++layer) {
                const std::size_t from = layer * count / layers, to = (layer + 1) * count / layers;
                if (to == from) continue;
                double sum_x = 0, sum_y = 0, square = 0, product = 0;
                const double points = static_cast<double>(to - from);
                for (std::size_t k = from; k < to; ++k) {
                    sum_x += x[static_cast<Eigen::Index>(order[k])];
                    sum_y += y[static_cast<Eigen::Index>(order[k])] - mean;
                }
                for (std::size_t k = from; k < to; ++k) {
                    const double dx = x[static_cast<Eigen::Index>(order[k])] - sum_x / points;
                    square += dx * dx;
                    product += dx * (y[static_cast<Eigen::Index>(order[k])] - mean);
                }
                between += sum_y * sum_y / points + (square > 0 ? product * product / square : 0.0);
            }
            const double share = between / static_cast<double>(count) / spread;
            const double noise = (2.0 * layers - 1.0) / static_cast<double>(count) * (1.0 - share);
            one.contribution = maximum(share - noise, 0.0);
        }
        result.push_back(one);
    }
    return result;
}

} // namespace foretrain::inline v0
