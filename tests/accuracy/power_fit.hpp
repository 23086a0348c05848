// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/calibrate/nonlinear.hpp>
#include <foretrain/report/validate_power.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

// The fit behind cost/power.hpp, cost/power_limit.hpp and catalog/training_jobs.hpp: least squares of the logarithm of
// power, and half of that of time, to Zeus's traces, with a loss that grows linearly beyond 10%, and weak priors.

namespace power_fit {

using namespace foretrain;

/// One measured row.
struct Trace {
    const Accelerator* board = nullptr;
    std::size_t job = 0, host = 0;
    double batch = 0, limit = 0, time = 0, power = 0;
};

[[nodiscard]] inline std::vector<Trace> read_traces(const std::string& path) {
    detail::StepReader<7> file(path);
    file.read_header(io::ignore_extra_column, "gpu", "dataset", "network", "batch_size", "power_limit",
                     "time_per_epoch", "average_power");
    std::vector<Trace> traces;
    std::string gpu, dataset, network, batch, limit, time, power;
    while (file.read_row(gpu, dataset, network, batch, limit, time, power)) {
        Trace t{.board = detail::traced_accelerator(gpu),
                .batch = detail::number_of(batch).value(),
                .limit = detail::number_of(limit).value(),
                .time = detail::number_of(time).value(),
                .power = detail::number_of(power).value()};
        for (std::size_t i = 0; i < catalog::training_jobs.size(); ++i)
            if (catalog::training_jobs[i].network == network && catalog::training_jobs[i].dataset == dataset) t.job = i;
        for (std::size_t i = 0; i < catalog::traced_hosts.size(); ++i)
            if (catalog::traced_hosts[i].accelerator == t.board->name) t.host = i;
        traces.push_back(t);
    }
    return traces;
}

/// All constants; the first host is the measure of slowness.
struct Constants {
    ComponentPower power = measured_boards;
    ClockCurve clocks = measured_clocks;
    std::array<catalog::TrainingJob, catalog::training_jobs.size()> jobs = catalog::training_jobs;
    std::array<catalog::TracedHost, catalog::traced_hosts.size()> hosts = catalog::traced_hosts;
};
inline constexpr std::size_t shared = 7, per_job = 5;
inline constexpr std::size_t parameters =
    shared + per_job * catalog::training_jobs.size() + catalog::traced_hosts.size() - 1;

/// Shares as logits, the rest as logarithms.
[[nodiscard]] inline Eigen::VectorXd pack(const Constants& c) {
    Eigen::VectorXd x(static_cast<Eigen::Index>(parameters));
    Eigen::Index at = 0;
    for (const double share : {c.power.matrix, c.power.memory, c.power.kernels, c.clocks.linear, c.clocks.memory_floor,
                               c.clocks.memory_clock, c.clocks.lowest})
        x[at++] = std::log(share / (1 - share));
    for (const catalog::TrainingJob& job : c.jobs)
        for (const double number : {raw(job.work), raw(job.traffic), raw(job.device), raw(job.host), raw(job.data)})
            x[at++] = std::log(number);
    for (std::size_t i = 1; i < c.hosts.size(); ++i) x[at++] = std::log(c.hosts[i].slowness);
    return x;
}
[[nodiscard]] inline Constants unpack(const Eigen::VectorXd& x) {
    Constants c;
    Eigen::Index at = 0;
    for (double* share : {&c.power.matrix, &c.power.memory, &c.power.kernels, &c.clocks.linear, &c.clocks.memory_floor,
                          &c.clocks.memory_clock, &c.clocks.lowest})
        *share = 1 / (1 + std::exp(-x[at++]));
    for (catalog::TrainingJob& job : c.jobs) {
        job.work = make<Flops>(std::exp(x[at++]));
        job.traffic = make<Bytes>(std::exp(x[at++]));
        job.device = make<Seconds>(std::exp(x[at++]));
        job.host = make<Seconds>(std::exp(x[at++]));
        job.data = make<Seconds>(std::exp(x[at++]));
    }
    for (std::size_t i = 1; i < c.hosts.size(); ++i) c.hosts[i].slowness = std::exp(x[at++]);
    return c;
}

/// Orders of magnitude of the work of an epoch: FLOPs, bytes, and s of device, host and data.
inline constexpr std::array<std::array<double, per_job>, catalog::training_jobs.size()> orders{{
    {3e16, 3e14, 1e4, 3e4, 300}, // BERT on Sentiment140
    {2e16, 1e14, 100, 2e3, 300}, // BERT on SQuAD
    {3e16, 1e15, 3e4, 3e4, 3e3}, // DeepSpeech2
    {1e12, 1e10, 500, 1e4, 10},  // NCF
    {3e16, 1e15, 1e4, 1e4, 2e3}, // ResNet-50
    {3e13, 3e12, 30, 2e3, 2},    // ShuffleNet
}};

/// Where the fit starts and what it is drawn to: shares from the physics, work from the architectures where known.
[[nodiscard]] inline std::pair<Eigen::VectorXd, Eigen::VectorXd> prior() {
    Constants c;
    c.power.matrix = 0.92;
    c.power.memory = 0.64;
    c.power.kernels = 0.5;
    c.clocks.linear = 0.35;
    c.clocks.memory_floor = 0.25;
    c.clocks.memory_clock = 0.6;
    c.clocks.lowest = 0.2;
    Eigen::VectorXd weight = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(parameters), 0.1);
    weight.head(static_cast<Eigen::Index>(shared)).setConstant(0.5);
    for (catalog::TracedHost& host : c.hosts) host.slowness = 1;
    for (std::size_t i = 0; i < c.jobs.size(); ++i) {
        c.jobs[i].work = make<Flops>(orders[i][0]);
        c.jobs[i].traffic = make<Bytes>(orders[i][1]);
        c.jobs[i].device = make<Seconds>(orders[i][2]);
        c.jobs[i].host = make<Seconds>(orders[i][3]);
        c.jobs[i].data = make<Seconds>(orders[i][4]);
        double known = 0;
        if (c.jobs[i].network == "resnet50") known = 1281167.0 * 3 * 8.2e9;
        if (c.jobs[i].dataset == "squad") known = 88524.0 * 384 * 6 * 110e6;
        if (!(known > 0)) continue;
        c.jobs[i].work = make<Flops>(known);
        weight[static_cast<Eigen::Index>(shared + per_job * i)] = 5;
    }
    return {pack(c), weight};
}

[[nodiscard]] inline PredictedJob predict(const Trace& t, const Constants& c, double slowness) {
    return predict_known_job(*t.board, c.jobs[t.job], slowness, t.batch, make<Watts>(t.limit), c.power, c.clocks);
}

/// The constants that fit the traces that `used` accepts.
[[nodiscard]] inline Constants fit(const std::vector<Trace>& traces, const std::function<bool(const Trace&)>& used) {
    std::vector<Trace> chosen;
    std::copy_if(traces.begin(), traces.end(), std::back_inserter(chosen), used);
    const auto [center, weight] = prior();
    // Linear beyond 10%: |r|^2 = 2 w^2 (sqrt(1 + (r/w)^2) - 1).
    const auto robust = [](double r) {
        constexpr double width = 0.1;
        const double z = r / width;
        const double loss = width * std::sqrt(2 * (std::sqrt(1 + z * z) - 1));
        return r < 0 ? -loss : loss;
    };
    const Eigen::Index rows = static_cast<Eigen::Index>(chosen.size());
    const auto residuals = [&](const Eigen::VectorXd& x, Eigen::VectorXd& r) {
        const Constants c = unpack(x);
        r.resize(2 * rows + x.size());
        for (Eigen::Index i = 0; i < rows; ++i) {
            const Trace& t = chosen[static_cast<std::size_t>(i)];
            const PredictedJob p = predict(t, c, c.hosts[t.host].slowness);
            r[2 * i] = robust(std::log(raw(p.power) / t.power));
            r[2 * i + 1] = robust(0.5 * std::log(raw(*p.time) / t.time));
        }
        r.tail(x.size()) = weight.cwiseProduct(x - center);
    };
    const NonlinearOptions options{.iterations = 300, .radius = 0.1, .step = 1e-7, .gain = 1e-9};
    return unpack(solve_nonlinear(residuals, center, 2 * rows + center.size(), options).parameters);
}

} // namespace power_fit
