// SPDX-License-Identifier: Apache-2.0
// Fits the constants of catalog/kernel_constants.hpp and catalog/stacks.hpp that are marked fitted to the published
// steps in data/: coordinate descent on a robust loss of the logarithm of predicted over measured time. Sources count
// by the square root of their rows, incomplete rows half, quality C less; rows of Llama 3 and single points take no
// part. Kernel qualities are held near 1 where the data does not say otherwise.
//
//   fit_constants [iterations]     prints every constant and the error by source; 0 only scores the shipped ones

#include <foretrain/foretrain.hpp>
#include <foretrain/import/configuration.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace foretrain;

namespace {

struct Row {
    ImportedStep step;
    std::string family; ///< of the accelerator
    std::string stack;
    std::string group; ///< for weights and the table of errors
    double weight = 1;
};

/// A constant that the fit may move: where it is and within which bounds.
struct Constant {
    std::string owner; ///< chip family or stack
    std::string name;
    double value = 0;
    double lowest = 0;
    double highest = 0;
    bool linear = false; ///< steps are additive (shares), not factors (rates and times)
    std::function<void(Row&, double)> set;
    double step = 0.15;
};

std::string family_of(const Cluster& cluster) {
    const auto& kernel = cluster.accelerator.kernel;
    const std::pair<const char*, const KernelConstants*> families[] = {
        {"volta", &catalog::volta},         {"ampere", &catalog::ampere}, {"hopper", &catalog::hopper},
        {"blackwell", &catalog::blackwell}, {"tpu", &catalog::tpu},       {"trainium", &catalog::trainium}};
    for (const auto& [name, constants] : families)
        if (kernel.sustained_clock == constants->sustained_clock &&
            kernel.matrix_efficiency == constants->matrix_efficiency)
            return name;
    return "other";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::vector<Row> read_rows() {
    std::vector<Row> rows;
    const auto add = [&rows](const std::vector<PublishedStep>& table, const char* group) {
        for (const PublishedStep& published : table) {
            Row row;
            row.step = import_step(published);
            if (!row.step.refusal.empty() || !is_valid(row.step.model, row.step.cluster, row.step.plan)) continue;
            row.family = family_of(row.step.cluster);
            row.stack = std::string{row.step.plan.stack.name};
            row.group = *group != 0 ? group : row.step.source + ", " + row.step.accelerator + ", " + row.stack;
            rows.push_back(row);
        }
    };
    add(read_published_steps(FORETRAIN_DATA_DIR "/published_steps.csv"), "");
    add(read_vtrain_steps(FORETRAIN_DATA_DIR "/vtrain_a100_single.csv"), "vTrain single node");
    add(read_vtrain_steps(FORETRAIN_DATA_DIR "/vtrain_a100_multi.csv"), "vTrain multi node");
    std::map<std::string, double> count;
    for (const Row& row : rows) count[row.group] += 1;
    for (Row& row : rows) {
        row.weight = 1 / std::sqrt(count[row.group]);
        if (!row.step.complete) row.weight *= 0.5;
        if (row.step.quality == "C") row.weight *= 0.4;
        if (has(row.group, "BERT")) row.weight *= 0.5;
        if (has(row.group, "vTrain")) row.weight *= 1.5;
        if (has(row.group, "Korthikanti") || has(row.group, "Narayanan")) row.weight *= 3; // few rows, best documented
        if (has(row.group, "single points") || has(row.group, "Meta")) row.weight = 0;
    }
    return rows;
}

double error(const Row& row) {
    const Result<StepEstimate> estimate = try_estimate_step(row.step.model, row.step.cluster, row.step.plan);
    return raw(estimate->time) / raw(*row.step.measured);
}

/// The constants of all chip families and stacks that rows use.
std::vector<Constant> constants(const std::vector<Row>& rows) {
    std::map<std::string, const KernelConstants*> families;
    std::map<std::string, const SoftwareStack*> stacks;
    for (const Row& row : rows) {
        if (row.family != "other") families[row.family] = &row.step.cluster.accelerator.kernel;
        if (row.stack != catalog::generic_stack.name)
            stacks[row.stack] = &row.step.plan.stack; // stands for the unknown
    }
    std::vector<Constant> list;
    for (const auto& [owner, kernel] : families) {
        list.push_back({owner, "sustained_clock", kernel->sustained_clock, 0.3, 1.0, false,
                        [](Row& row, double x) { row.step.cluster.accelerator.kernel.sustained_clock = x; }});
        list.push_back({owner, "memory_efficiency", kernel->memory_efficiency, 0.75, 0.95, false,
                        [](Row& row, double x) { row.step.cluster.accelerator.kernel.memory_efficiency = x; }});
    }
    for (const auto& [owner, stack] : stacks) {
        if (stack->execution == Execution::eager)
            list.push_back({owner, "host_per_kernel", raw(stack->host_per_kernel), 1e-6, 1e-4, false,
                            [](Row& row, double x) { row.step.plan.stack.host_per_kernel = make<Seconds>(x); }});
        list.push_back({owner, "step_overhead", raw(stack->step_overhead), 1e-3, 0.03, false,
                        [](Row& row, double x) { row.step.plan.stack.step_overhead = make<Seconds>(x); }});
        // One stack is the reference of matrix rates.
        if (owner != "megatron-2021")
            list.push_back({owner, "kernels.matrix", stack->kernels.matrix, 0.5, 1.2, false,
                            [](Row& row, double x) { row.step.plan.stack.kernels.matrix = x; }});
        list.push_back({owner, "kernels.attention", stack->kernels.attention, 0.2, 1.5, false,
                        [](Row& row, double x) { row.step.plan.stack.kernels.attention = x; }});
        list.push_back({owner, "kernels.stream_traffic", stack->kernels.stream_traffic, 0.8, 5.0, false,
                        [](Row& row, double x) { row.step.plan.stack.kernels.stream_traffic = x; }});
        list.push_back({owner, "straggler", stack->straggler, 0.0, 0.05, true,
                        [](Row& row, double x) { row.step.plan.stack.straggler = x; }});
        if (stack->data_overlap > 0)
            list.push_back({owner, "data_overlap", stack->data_overlap, 0.0, 1.0, true,
                            [](Row& row, double x) { row.step.plan.stack.data_overlap = x; }});
        if (stack->tensor_overlap > 0)
            list.push_back({owner, "tensor_overlap", stack->tensor_overlap, 0.0, owner == "megatron-2022" ? 0.5 : 1.0,
                            true, [](Row& row, double x) { row.step.plan.stack.tensor_overlap = x; }});
    }
    return list;
}

void set(std::vector<Row>& rows, const Constant& constant, double value) {
    for (Row& row : rows)
        if (row.family == constant.owner || row.stack == constant.owner) constant.set(row, value);
}

double loss(const std::vector<Row>& rows, const std::vector<Constant>& list) {
    double sum = 0, weights = 0, departure = 0;
    for (const Constant& constant : list)
        if (has(constant.name, "kernels.")) departure += std::fabs(std::log(constant.value));
    for (const Row& row : rows) {
        if (row.weight == 0) continue;
        const double size = std::fabs(std::log(error(row)));
        sum += row.weight * (size < 0.05 ? size * size / 0.1 + 0.025 : size < 0.4 ? size : 0.4 + 0.3 * (size - 0.4));
        weights += row.weight;
    }
    return sum / weights + 0.0005 * departure;
}

void print_errors(const std::vector<Row>& rows) {
    std::map<std::string, std::vector<double>> groups;
    for (const Row& row : rows) {
        groups["all"].push_back(error(row) - 1);
        groups[row.group].push_back(error(row) - 1);
    }
    for (auto& [name, errors] : groups) {
        double mean = 0, bias = 0;
        std::vector<double> sizes;
        for (const double e : errors) {
            mean += std::fabs(e);
            bias += e;
            sizes.push_back(std::fabs(e));
        }
        const double count = static_cast<double>(errors.size());
        std::sort(sizes.begin(), sizes.end());
        std::printf("%5zu rows  mean %5.1f%%  median %5.1f%%  bias %+6.1f%%  %s\n", errors.size(), 100 * mean / count,
                    100 * sizes[sizes.size() / 2], 100 * bias / count, name.c_str());
    }
}

} // namespace

int main(int count, char** arguments) {
    const int iterations = count > 1 ? std::atoi(arguments[1]) : 20;
    std::vector<Row> rows = read_rows();
    std::vector<Constant> list = constants(rows);
    for (Constant& constant : list) {
        constant.value = std::clamp(constant.value, constant.lowest, constant.highest);
        if (iterations > 0) set(rows, constant, constant.value);
    }
    double best = loss(rows, list);
    std::printf("%zu rows, %zu constants, loss %.4f\n", rows.size(), list.size(), best);
    for (int iteration = 0; iteration < iterations; ++iteration) {
        for (Constant& constant : list) {
            const double before = constant.value;
            bool moved = false;
            for (const double direction : {1.0, -1.0}) {
                const double reach = constant.step * direction;
                const double value = constant.linear ? before + reach * 0.5 * (constant.highest - constant.lowest)
                                                     : before * std::exp(reach);
                constant.value = std::clamp(value, constant.lowest, constant.highest);
                set(rows, constant, constant.value);
                if (const double now = loss(rows, list); now < best - 1e-7) {
                    best = now;
                    moved = true;
                    break;
                }
            }
            if (!moved) {
                constant.value = before;
                set(rows, constant, before);
            }
            constant.step = std::max(0.004, constant.step * (moved ? 1.4 : 0.5));
        }
    }
    if (iterations > 0) {
        std::printf("after %d iterations: loss %.4f\n", iterations, best);
        for (const Constant& constant : list)
            std::printf("%-28s %-24s %.3g\n", constant.owner.c_str(), constant.name.c_str(), constant.value);
    }
    print_errors(rows);
    return 0;
}
