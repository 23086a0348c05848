// SPDX-License-Identifier: Apache-2.0
// Fits the constants of power and power limits to Zeus's traces, and says how far they are from rows not fitted.
//
//   fit_power             prints constants and errors
//   fit_power held-out    writes the errors of fits without a row's board, and without its network, to standard output

#include "power_fit.hpp"

#include <cstdio>
#include <map>
#include <string_view>

using namespace power_fit;

namespace {

void print(const char* what, const std::vector<double>& powers, const std::vector<double>& times) {
    const auto mean = [](const std::vector<double>& errors) {
        double sum = 0;
        for (const double e : errors) sum += std::abs(e);
        return errors.empty() ? 0.0 : 100 * sum / static_cast<double>(errors.size());
    };
    std::printf("%-40s %5zu rows, mean error of power %5.1f%%, of time %5.1f%%\n", what, powers.size(), mean(powers),
                mean(times));
}

/// The usual host, where the board's own was not fitted.
double usual(const Constants& c, std::size_t without) {
    double sum = 0;
    for (std::size_t i = 0; i < c.hosts.size(); ++i)
        if (i != without) sum += std::log(c.hosts[i].slowness);
    return std::exp(sum / static_cast<double>(c.hosts.size() - 1));
}

} // namespace

int main(int count, char** arguments) {
    const std::vector<Trace> traces = read_traces(FORETRAIN_DATA_DIR "/power_by_batch_and_limit.csv");
    if (count < 2) {
        const Constants c = fit(traces, [](const Trace&) { return true; });
        std::printf(
            "matrix %.3f memory %.3f kernels %.3f\nlinear %.3f memory_floor %.3f memory_clock %.3f lowest %.3f\n",
            c.power.matrix, c.power.memory, c.power.kernels, c.clocks.linear, c.clocks.memory_floor,
            c.clocks.memory_clock, c.clocks.lowest);
        for (const catalog::TrainingJob& job : c.jobs)
            std::printf("%-18s %-13s work %.3g traffic %.3g device %.3g host %.3g data %.3g\n", job.network.data(),
                        job.dataset.data(), raw(job.work), raw(job.traffic), raw(job.device), raw(job.host),
                        raw(job.data));
        for (const catalog::TracedHost& host : c.hosts)
            std::printf("%-18s %.2f\n", host.accelerator.data(), host.slowness);
        std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> errors;
        for (const Trace& t : traces) {
            const PredictedJob p = predict(t, c, c.hosts[t.host].slowness);
            for (const std::string_view key : {std::string_view{"all"}, t.board->name, c.jobs[t.job].dataset}) {
                errors[std::string{key}].first.push_back(raw(p.power) / t.power - 1);
                errors[std::string{key}].second.push_back(raw(*p.time) / t.time - 1);
            }
        }
        for (const auto& [key, both] : errors) print(key.c_str(), both.first, both.second);
        return 0;
    }
    if (std::string_view{arguments[1]} != "held-out") {
        std::fprintf(stderr, "usage: fit_power [held-out]\n");
        return 2;
    }
    std::vector<Constants> boards, jobs;
    for (std::size_t i = 0; i < catalog::traced_hosts.size(); ++i)
        boards.push_back(fit(traces, [i](const Trace& t) { return t.host != i; }));
    for (std::size_t i = 0; i < catalog::training_jobs.size(); ++i)
        jobs.push_back(fit(traces, [i](const Trace& t) {
            return catalog::training_jobs[t.job].network != catalog::training_jobs[i].network;
        }));
    std::printf("row,power_without_board,time_without_board,power_without_network\n");
    for (std::size_t i = 0; i < traces.size(); ++i) {
        const Trace& t = traces[i];
        const Constants& b = boards[t.host];
        const PredictedJob board = predict(t, b, usual(b, t.host));
        // What the network asks of any board is its own; how a board answers is fitted without it.
        Constants n = jobs[t.job];
        n.jobs = catalog::training_jobs;
        const PredictedJob network = predict(t, n, catalog::traced_hosts[t.host].slowness);
        std::printf("%zu,%.4f,%.4f,%.4f\n", i + 2, raw(board.power) / t.power - 1, raw(*board.time) / t.time - 1,
                    raw(network.power) / t.power - 1);
    }
    return 0;
}
