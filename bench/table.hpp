// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

// The results of one run of the benchmarks, by name: of repetitions the fastest, for what disturbs only ever adds.

namespace table {

struct Measured {
    double cpu = 0;  ///< ns an iteration
    double real = 0; ///< ns an iteration
    std::map<std::string, double> counters;
};

class Collector : public benchmark::ConsoleReporter {
public:
    using benchmark::ConsoleReporter::ConsoleReporter;

    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.error_occurred) failed.push_back(run.benchmark_name() + ": " + run.error_message);
            if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
            const double unit = benchmark::GetTimeUnitMultiplier(run.time_unit) / 1e9;
            Measured now{run.GetAdjustedCPUTime() / unit, run.GetAdjustedRealTime() / unit, {}};
            for (const auto& [name, counter] : run.counters) now.counters[name] = counter;
            const std::string name =
                run.run_name.function_name + (run.run_name.args.empty() ? "" : "/") + run.run_name.args;
            const auto [place, is_new] = results.try_emplace(name, now);
            if (is_new) continue;
            Measured& known = place->second;
            if (now.cpu < known.cpu) known = {now.cpu, std::min(now.real, known.real), now.counters};
            else known.real = std::min(now.real, known.real);
        }
        if (!quiet) ConsoleReporter::ReportRuns(runs);
        else if (!runs.empty()) std::fprintf(stderr, "%s\n", runs.front().run_name.str().c_str());
    }

    [[nodiscard]] std::optional<Measured> find(const std::string& name) const {
        const auto place = results.find(name);
        return place == results.end() ? std::nullopt : std::optional{place->second};
    }

    /// The slowest over the fastest of `name/...`.
    [[nodiscard]] std::optional<double> spread(const std::string& name) const {
        double least = 0;
        double most = 0;
        for (const auto& [key, value] : results)
            if (key.starts_with(name + "/")) {
                least = least > 0 ? std::min(least, value.cpu) : value.cpu;
                most = std::max(most, value.cpu);
            }
        return least > 0 ? std::optional{most / least} : std::nullopt;
    }

    std::vector<std::string> failed;
    bool quiet = false; ///< names on the error stream only

private:
    std::map<std::string, Measured> results;
};

} // namespace table
