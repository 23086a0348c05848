// SPDX-License-Identifier: Apache-2.0
// bench_foretrain [--table] [options of Google Benchmark]: runs the benchmarks; with --table the compile times too, and
// prints what was promised beside what was measured. Times are processor time, ratios are to `calibration` in the same
// run. Nothing fails: a busy machine is no defect.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "compile_time.hpp"
#include "table.hpp"

namespace {

std::string number(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string duration(double ns) {
    if (ns < 1e4) return number(ns, 0) + " ns";
    if (ns < 1e7) return number(ns / 1e3, 1) + " us";
    return ns < 1e10 ? number(ns / 1e6, 0) + " ms" : number(ns / 1e9, 1) + " s";
}

void row(const std::string& what, const std::string& target, const std::string& measured, std::optional<bool> reached) {
    std::printf("| %s | %s | %s | %s |\n", what.c_str(), target.c_str(), measured.c_str(),
                !reached   ? "not measured"
                : *reached ? "yes"
                           : "no");
}

class Rows {
public:
    explicit Rows(const table::Collector& all) : results{all}, calibration{all.find("calibration")} {}

    /// A time, in ns and as a ratio to `calibration`.
    void time(const std::string& what, const std::string& target, const char* name, double at_most) const {
        const auto found = results.find(name);
        if (!found) return row(what, target, std::string{"no benchmark "} + name, std::nullopt);
        row(what, target, duration(found->cpu) + of_calibration(found->cpu), found->cpu <= at_most);
    }

    /// One time over another.
    void ratio(const std::string& what, const std::string& target, const char* name, const char* base,
               double at_most) const {
        const auto found = results.find(name);
        const auto other = results.find(base);
        if (!found || !other)
            return row(what, target, std::string{"no benchmark "} + (found ? base : name), std::nullopt);
        const double times = found->cpu / other->cpu;
        row(what, target, number(times, 2) + "x (" + duration(found->cpu) + " over " + duration(other->cpu) + ")",
            times <= at_most);
    }

    /// The slowest over the fastest of a benchmark that grows; `at_most` leaves room for noise.
    void growth(const std::string& what, const std::string& target, const char* name, double at_most) const {
        const auto found = results.spread(name);
        if (!found) return row(what, target, std::string{"no benchmark "} + name, std::nullopt);
        row(what, target, "slowest over fastest " + number(*found, 2), *found <= at_most);
    }

    void rate(const std::string& what, const std::string& target, const char* name, const char* counter,
              double at_least) const {
        const auto found = results.find(name);
        if (!found || !found->counters.contains(counter))
            return row(what, target, std::string{"no benchmark "} + name, std::nullopt);
        const double rate = found->counters.at(counter);
        row(what, target, number(rate / 1e6, 1) + " million a second", rate >= at_least);
    }

    /// A whole search by the clock on the wall, which must also have proven what it found.
    void search(const std::string& what, const std::string& target, const char* name, double at_most) const {
        const auto found = results.find(name);
        if (!found) return row(what, target, std::string{"no benchmark "} + name, std::nullopt);
        const auto proven = found->counters.find("proven");
        const bool is_proven = proven != found->counters.end() && proven->second > 0;
        row(what, target, duration(found->real) + (is_proven ? ", proven" : ", not proven"),
            found->real <= at_most && is_proven);
    }

    void none(const std::string& what, const std::string& target, const std::vector<const char*>& names) const {
        double sum = 0;
        std::string text;
        const auto control = results.find("allocations_of_new");
        bool complete = control && control->counters.at("allocations") > 0;
        for (const char* name : names) {
            const auto found = results.find(name);
            complete = complete && found && found->counters.contains("allocations");
            if (!complete) return row(what, target, std::string{"no benchmark "} + name, std::nullopt);
            sum += found->counters.at("allocations");
        }
        row(what, target, number(sum, 0), sum == 0);
    }

private:
    [[nodiscard]] std::string of_calibration(double ns) const {
        return calibration ? ", " + number(ns / calibration->cpu, 2) + " of `calibration`" : std::string{};
    }

    const table::Collector& results;
    std::optional<table::Measured> calibration;
};

/// Seconds of processor, and times what Boost's `quantity.hpp` alone takes the same compiler.
void compile_rows() {
    const std::string root = FORETRAIN_SOURCE_DIR;
    const std::string flags = std::string{" @"} + FORETRAIN_FLAGS_FILE;
    const std::string empty = " -x c++ -fsyntax-only -include ";
    for (const std::string compiler : {"g++", "clang++-19"}) {
        const auto base = compile_time::of(compiler + flags + empty + "boost/units/quantity.hpp /dev/null");
        const auto time = [&](const std::string& what, const std::string& command, double at_most) {
            const auto seconds = compile_time::of(command);
            const std::string target = "at most " + number(at_most, 1) + " s";
            if (!seconds || !base) return row(what + ", " + compiler, target, "no " + compiler, std::nullopt);
            row(what + ", " + compiler, target,
                number(*seconds, 2) + " s, " + number(*seconds / *base, 1) + "x boost/units/quantity.hpp (" +
                    number(*base, 2) + " s)",
                *seconds <= at_most);
        };
        time("umbrella header", compiler + flags + empty + "foretrain/foretrain.hpp /dev/null", 1.0);
        time("program with one estimate, -O2",
             compiler + flags + " -O2 -c " + root + "/tests/compile/one_estimate.cpp -o /dev/null", 2.5);
    }
}

void print_table(const table::Collector& results) {
    std::printf("\n| what | target | measured | reached |\n|---|---|---|---|\n");
    const Rows rows{results};
    rows.time("full dense estimate", "at most 300 ns", "estimate", 300);
    rows.ratio("the same, of a hand-written twin", "at most 1.05x", "estimate", "estimate_by_hand", 1.05);
    rows.time("mixture of experts, every parallelism", "at most 600 ns", "estimate_of_experts", 600);
    rows.rate("search, Calculon's example space, one core: plans", "at least 10 million a second",
              "search_calculon_exhaustive", "plans/s", 10e6);
    rows.rate("... of them valid, each with memory, and time if it fits", "(the same)", "search_calculon_exhaustive",
              "valid/s", 10e6);
    rows.rate("... of them valid, each with memory and time", "(the same)", "search_calculon_all_timed", "valid/s",
              10e6);
    rows.search("10^8 plans of 405B on 16,384, two cores", "under 2 s, proven", "search_llama_bounds/2", 2e9);
    rows.ratio("derivatives by 16 inputs", "at most 4x an estimate", "estimate_with_gradient_of_16", "estimate", 4);
    rows.growth("layers, 16 to 8,192", "no growth", "estimate_of_layers", 1.15);
    rows.growth("accelerators, 1,024 to 524,288", "no growth", "estimate_of_accelerators", 1.15);
    rows.none("allocations in the core: estimates, a whole search", "none",
              {"allocations_of_estimates", "allocations_of_search"});
    compile_rows();
    for (const std::string& failure : results.failed) std::printf("\nfailed: %s\n", failure.c_str());
}

} // namespace

int main(int argc, char** argv) {
    std::vector<char*> arguments(argv, argv + argc);
    const bool wants_table = argc > 1 && std::strcmp(argv[1], "--table") == 0;
    if (wants_table) arguments.erase(arguments.begin() + 1);
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
    table::Collector results{benchmark::ConsoleReporter::OO_Tabular};
    results.quiet = wants_table;
    benchmark::RunSpecifiedBenchmarks(&results);
    if (wants_table) print_table(results);
    return results.failed.empty() ? 0 : 1;
}
