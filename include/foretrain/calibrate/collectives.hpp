// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../collective/select.hpp"
#include "calibration.hpp"
#include "linear.hpp"

// Constants of a network from timed collectives: first by the textbook model, then in terms of the library's.
//
//   t = alpha + gamma sqrt(S) + beta S         a line for each algorithm, group and number of nodes
//
// alpha is the time of the smallest message, 1 / beta the bandwidth of the largest (algorithm bandwidth), gamma the
// cost of cutting messages into chunks in between (collective/library.hpp). These are linear: solved exactly, weighted
// by 1 / t^2 so that relative errors count. The library's constants (latency and efficiency of each tier, base latency
// and ramp) must explain all lines together; they come from a non-linear fit.

namespace foretrain::inline v0 {

/// The three constants of one line, not negative, and their standard errors.
struct AlphaBetaGamma {
    double alpha = 0; ///< s
    double beta = 0;  ///< s/B
    double gamma = 0; ///< s/sqrt(B)
    double alpha_error = 0, beta_error = 0, gamma_error = 0;
    double median_error = 0; ///< of the line, relative
    std::size_t rows = 0;

    [[nodiscard]] double time(double bytes) const { return alpha + beta * bytes + gamma * std::sqrt(bytes); }
};

/// The line through times of one algorithm over one group. A constant that would come out negative is left out. Throws
/// `CalibrationError` without four sizes or for times or sizes that are not above 0.
[[nodiscard]] inline AlphaBetaGamma fit_alpha_beta_gamma(const std::vector<double>& bytes,
                                                         const std::vector<double>& seconds) {
    if (bytes.size() != seconds.size() || bytes.size() < 4)
        throw CalibrationError("alpha, beta and gamma need at least four sizes and a time each");
    const auto count = static_cast<Eigen::Index>(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (!(bytes[i] > 0) || !(seconds[i] > 0)) throw CalibrationError("sizes and times must be above 0");
    std::array<bool, 3> used{true, true, true};
    AlphaBetaGamma line;
    line.rows = bytes.size();
    for (;;) {
        std::vector<int> columns;
        for (int j = 0; j < 3; ++j)
            if (used[static_cast<std::size_t>(j)]) columns.push_back(j);
        Eigen::MatrixXd design(count, static_cast<Eigen::Index>(columns.size()));
        Eigen::VectorXd times(count), weights(count);
        for (Eigen::Index i = 0; i < count; ++i) {
            const double size = bytes[static_cast<std::size_t>(i)];
            const std::array<double, 3> terms{1.0, size, std::sqrt(size)};
            times[i] = seconds[static_cast<std::size_t>(i)];
            weights[i] = 1 / (times[i] * times[i]);
            for (std::size_t k = 0; k < columns.size(); ++k)
                design(i, static_cast<Eigen::Index>(k)) = terms[static_cast<std::size_t>(columns[k])];
        }
        const LinearFit fit = solve_linear(design, times, weights);
        // The most negative one, in units of its error, goes.
        std::size_t worst = columns.size();
        double lowest = 0;
        std::array<double, 3> value{}, error{};
        for (std::size_t k = 0; k < columns.size(); ++k) {
            const auto at = static_cast<Eigen::Index>(k);
            const auto j = static_cast<std::size_t>(columns[k]);
            value[j] = fit.parameters[at];
            error[j] = std::sqrt(fit.covariance(at, at));
            const double sureness = value[j] / (error[j] > 0 ? error[j] : 1e-300);
            if (value[j] < 0 && sureness < lowest) {
                lowest = sureness;
                worst = k;
            }
        }
        if (worst < columns.size()) {
            used[static_cast<std::size_t>(columns[worst])] = false;
            continue;
        }
        line.alpha = value[0];
        line.beta = value[1];
        line.gamma = value[2];
        line.alpha_error = error[0];
        line.beta_error = error[1];
        line.gamma_error = error[2];
        break;
    }
    std::vector<double> errors;
    for (std::size_t i = 0; i < bytes.size(); ++i) errors.push_back(std::abs(line.time(bytes[i]) / seconds[i] - 1));
    line.median_error = median(errors);
    return line;
}

/// The library's time of a measured collective. Groups that fill no whole node of the fabric (4 of 8 accelerators on
/// each of two nodes) get nodes of that size with the same network ports.
[[nodiscard]] inline Seconds predict_collective(const Network& network, const CollectiveMeasurement& m) {
    Fabric fabric = network.fabric;
    if (m.nodes > 1 && fabric.tiers > 1) {
        // Racks join several nodes; they keep their size.
        const std::int64_t per_node = m.ranks / m.nodes;
        if (per_node > 0 && per_node < fabric.tier[0].size && m.ranks > fabric.tier[0].size) {
            const std::int64_t units = fabric.tier[1].size / fabric.tier[0].size;
            fabric.tier[0].size = per_node;
            fabric.tier[1].size = per_node * units;
            fabric.tiers = 2;
        } else if (m.ranks <= fabric.tier[0].size && per_node * m.nodes == m.ranks && per_node >= 1) {
            fabric.tier[0].size = per_node;
            fabric.tier[1].size = per_node * 1024;
            fabric.tiers = 2;
        }
    }
    const Group group = make_group(fabric, m.ranks, m.ranks, 1, network.library);
    if (m.algorithm) {
        switch (*m.algorithm) {
        case Algorithm::ring: return Ring::time(m.collective, group, m.size);
        case Algorithm::tree: return Tree::time(m.collective, group, m.size);
        case Algorithm::double_binary_tree: return DoubleBinaryTree::time(m.collective, group, m.size);
        case Algorithm::in_network: return InNetwork::time(m.collective, group, m.size);
        default: break;
        }
    }
    return time<NcclAlgorithms>(m.collective, group, m.size);
}

/// Fits a network's constants to collectives measured on it, but those of tiers that it does not have. Constants of
/// tiers that no measurement crosses are held.
[[nodiscard]] inline CalibrationTask<Network>
network_task(const Network& base, std::vector<CollectiveMeasurement> measurements,
             std::vector<Constant<Network>> constants = {network_constants.begin(), network_constants.end()}) {
    CalibrationTask<Network> task;
    task.base = base;
    for (const Constant<Network>& constant : constants) {
        constexpr std::string_view tier = "fabric.tier[";
        const bool of_tier = constant.name.substr(0, tier.size()) == tier;
        if (!of_tier || constant.name[tier.size()] - '0' < base.fabric.tiers) task.constants.push_back(constant);
    }
    for (const CollectiveMeasurement& m : measurements) task.measurements.push_back(m.measured);
    const auto rows = std::make_shared<const std::vector<CollectiveMeasurement>>(std::move(measurements));
    task.predict = [rows](const Network& network, std::size_t row) {
        return predict_collective(network, (*rows)[row]);
    };
    return task;
}

} // namespace foretrain::inline v0
