// SPDX-License-Identifier: Apache-2.0
// Fits the constants that catalog/kernel_constants.hpp and catalog/stacks.hpp mark as fitted to published steps.
//
//   minimise  sum w rho(log(predicted / measured) / 0.05) + sum ((z - z_prior) / spread)^2
//
// rho is Huber's loss. Every constant has a prior. Stacks of one kind share a value, itself fitted, from which each may
// depart as far as its own rows insist; so may chip families. A stack or family without rows therefore has the common
// value of its kind: that is what predictions for unseen software and hardware rest on, and what leaving a source or an
// accelerator out measures. A configuration that repeats counts once; sources count by the square root of their
// configurations, incomplete rows half, quality C less, the best documented more; rows of Llama 3 and single points
// take no part.
//
//   fit_constants                    scores the shipped constants
//   fit_constants fit [DIR]          fits, prints every constant, and writes them into the headers below DIR if given
//   fit_constants held-out FILE      refits without each fifth of the configurations, each source and each accelerator;
//                                    writes a line for each row

#include <Eigen/Cholesky>

#include <foretrain/calibrate/nonlinear.hpp>
#include <foretrain/calibrate/parameter.hpp>
#include <foretrain/calibrate/robust.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/import/configuration.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace foretrain;

namespace {

struct Row {
    ImportedStep step;
    std::string family; ///< of the accelerator
    std::string stack;
    std::string source;
    double weight = 1;
};

/// A constant of every stack, or of every chip family: its bounds, what is believed of it, and how far the common value
/// and single owners may go from that, in units of the solver's free variable.
struct Knob {
    const char* name;
    Parameter range;
    double spread; ///< of the common value around the prior, which is `range.start`
    double own;    ///< of an owner around the common value
    void (*set)(Row&, double);
    double (*get)(const Row&);
};

const std::vector<Knob> stack_knobs{
    {"host_per_kernel",
     {"", 15e-6, 1e-6, 3e-4},
     0.5,
     1.0,
     [](Row& r, double x) { r.step.plan.stack.host_per_kernel = make<Seconds>(x); },
     [](const Row& r) { return raw(r.step.plan.stack.host_per_kernel); }},
    {"step_overhead",
     {"", 15e-3, 1e-4, 0.3},
     0.4,
     0.4,
     [](Row& r, double x) { r.step.plan.stack.step_overhead = make<Seconds>(x); },
     [](const Row& r) { return raw(r.step.plan.stack.step_overhead); }},
    {"data_overlap",
     {"", 0.7, 0.0, 1.0},
     0.7,
     1.2,
     [](Row& r, double x) { r.step.plan.stack.data_overlap = x; },
     [](const Row& r) { return r.step.plan.stack.data_overlap; }},
    {"tensor_overlap",
     {"", 0.2, 0.0, 1.0},
     0.7,
     1.0,
     [](Row& r, double x) { r.step.plan.stack.tensor_overlap = x; },
     [](const Row& r) { return r.step.plan.stack.tensor_overlap; }},
    {"pipeline_overlap",
     {"", 0.5, 0.0, 1.0},
     0.5,
     0.7,
     [](Row& r, double x) { r.step.plan.stack.pipeline_overlap = x; },
     [](const Row& r) { return r.step.plan.stack.pipeline_overlap; }},
    {"expert_overlap",
     {"", 0.2, 0.0, 1.0},
     0.7,
     0.7,
     [](Row& r, double x) { r.step.plan.stack.expert_overlap = x; },
     [](const Row& r) { return r.step.plan.stack.expert_overlap; }},
    {"contention",
     {"", 0.1, 0.0, 0.5},
     0.5,
     0.3,
     [](Row& r, double x) { r.step.plan.stack.contention = x; },
     [](const Row& r) { return r.step.plan.stack.contention; }},
    {"straggler",
     {"", 0.004, 0.0, 0.02},
     0.4,
     0.4,
     [](Row& r, double x) { r.step.plan.stack.straggler = x; },
     [](const Row& r) { return r.step.plan.stack.straggler; }},
    {"kernels.matrix",
     {"", 1.0, 0.5, 1.5},
     0.1,
     0.35,
     [](Row& r, double x) { r.step.plan.stack.kernels.matrix = x; },
     [](const Row& r) { return r.step.plan.stack.kernels.matrix; }},
    {"kernels.attention",
     {"", 1.0, 0.2, 2.0},
     0.15,
     0.25,
     [](Row& r, double x) { r.step.plan.stack.kernels.attention = x; },
     [](const Row& r) { return r.step.plan.stack.kernels.attention; }},
    {"kernels.stream_traffic",
     {"", 1.2, 0.7, 5.0},
     0.4,
     0.7,
     [](Row& r, double x) { r.step.plan.stack.kernels.stream_traffic = x; },
     [](const Row& r) { return r.step.plan.stack.kernels.stream_traffic; }},
};

const std::vector<Knob> chip_knobs{
    {"sustained_clock",
     {"", 0.75, 0.35, 1.0},
     0.4,
     0.6,
     [](Row& r, double x) { r.step.cluster.accelerator.kernel.sustained_clock = x; },
     [](const Row& r) { return r.step.cluster.accelerator.kernel.sustained_clock; }},
};

/// Stacks that share common values.
std::string kind_of(const std::string& stack) {
    static const std::map<std::string, std::string> kinds{{"fsdp", "sharded"},
                                                          {"llm-foundry", "sharded"},
                                                          {"llm-foundry-2022", "sharded"},
                                                          {"deepspeed-zero3", "sharded"},
                                                          {"bert-reference", "sharded"},
                                                          {"xla", "compiled"},
                                                          {"jax-gpu", "compiled"},
                                                          {"neuron", "compiled"}};
    const auto found = kinds.find(stack);
    return found == kinds.end() ? "model-parallel" : found->second;
}

std::string family_of(const Accelerator& accelerator) {
    const std::pair<const char*, const KernelConstants*> families[] = {
        {"volta", &catalog::volta},         {"ampere", &catalog::ampere}, {"hopper", &catalog::hopper},
        {"blackwell", &catalog::blackwell}, {"tpu", &catalog::tpu},       {"gaudi", &catalog::gaudi},
        {"trainium", &catalog::trainium}};
    for (const auto& [name, constants] : families)
        if (accelerator.kernel.sustained_clock == constants->sustained_clock &&
            accelerator.kernel.matrix_efficiency == constants->matrix_efficiency)
            return name;
    return "other";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// What tells configurations apart.
std::string configuration_of(const ImportedStep& step) {
    const ParallelPlan& p = step.plan;
    const Transformer& m = step.model;
    std::ostringstream key;
    for (const std::int64_t number :
         {m.layers, m.hidden, m.feed_forward, m.heads, m.vocabulary, m.experts.routed, p.tensor, p.pipeline, p.data,
          p.context, p.expert, p.virtual_stages, p.global_batch, p.micro_batch, p.sequence,
          static_cast<std::int64_t>(p.precision.compute), static_cast<std::int64_t>(p.precision.scaling),
          static_cast<std::int64_t>(p.recomputation), static_cast<std::int64_t>(p.attention)})
        key << number << ' ';
    return key.str() + step.accelerator + step.source + std::string{p.stack.name};
}

std::vector<Row> read_rows() {
    std::vector<Row> rows;
    const auto add = [&rows](const std::vector<PublishedStep>& table, const char* source) {
        for (const PublishedStep& published : table) {
            Row row;
            row.step = import_step(published);
            if (!row.step.refusal.empty() || !row.step.measured || !(raw(*row.step.measured) > 0)) continue;
            if (!is_valid(row.step.model, row.step.cluster, row.step.plan)) continue;
            row.family = family_of(row.step.cluster.accelerator);
            row.stack = std::string{row.step.plan.stack.name};
            row.source = *source != 0 ? source : row.step.source;
            rows.push_back(row);
        }
    };
    add(read_published_steps(FORETRAIN_DATA_DIR "/published_steps.csv"), "");
    add(read_vtrain_steps(FORETRAIN_DATA_DIR "/vtrain_a100_single.csv"), "vTrain single node");
    add(read_vtrain_steps(FORETRAIN_DATA_DIR "/vtrain_a100_multi.csv"), "vTrain multi node");
    std::map<std::string, double> repeats, count;
    for (const Row& row : rows) repeats[configuration_of(row.step)] += 1;
    for (const Row& row : rows) count[row.source] += 1 / repeats[configuration_of(row.step)];
    for (Row& row : rows) {
        row.weight = 1 / (repeats[configuration_of(row.step)] * std::sqrt(count[row.source]));
        if (!row.step.complete) row.weight *= 0.5;
        if (row.step.quality != "A" && row.step.quality != "B") row.weight *= 0.3;
        if (has(row.source, "BERT")) row.weight *= 0.5;
        if (has(row.source, "vTrain")) row.weight *= 1.5; // complete to the last field
        if (has(row.source, "Korthikanti") || has(row.source, "Narayanan"))
            row.weight *= 3; // few rows, best documented
        if (has(row.source, "single points") || has(row.source, "Meta")) row.weight = 0;
    }
    double sum = 0;
    for (const Row& row : rows) sum += row.weight;
    for (Row& row : rows) row.weight *= 600 / sum; // as many as there are configurations worth of independent evidence
    return rows;
}

double log_error(const Row& row) {
    const Result<StepEstimate> estimate = try_estimate_step(row.step.model, row.step.cluster, row.step.plan);
    return std::log(raw(estimate->time) / raw(*row.step.measured));
}

/// All unknowns in a row: common values of each kind, then departures of each owner.
class Model {
public:
    explicit Model(const std::vector<Row>& rows) {
        for (const Knob& knob : stack_knobs) add(rows, knob, false);
        for (const Knob& knob : chip_knobs) add(rows, knob, true);
    }

    struct Unknown {
        const Knob* knob;
        std::string kind;  ///< of the common value
        std::string owner; ///< empty: the common value itself
        std::size_t common = 0;
        std::vector<std::size_t> rows; ///< that it moves
    };

    [[nodiscard]] const std::vector<Unknown>& unknowns() const { return unknowns_; }
    [[nodiscard]] double prior(std::size_t j) const {
        return unknowns_[j].owner.empty() ? unknowns_[j].knob->range.free(unknowns_[j].knob->range.start) : 0.0;
    }
    /// From the shipped constant: where a constant does not matter, its slope does not say which way to go.
    [[nodiscard]] double start(const std::vector<Row>& rows, std::size_t j) const {
        const Unknown& u = unknowns_[j];
        return u.owner.empty() ? prior(j) : u.knob->range.free(u.knob->get(rows[u.rows.front()])) - prior(u.common);
    }
    [[nodiscard]] double spread(std::size_t j) const {
        return unknowns_[j].owner.empty() ? unknowns_[j].knob->spread : unknowns_[j].knob->own;
    }
    [[nodiscard]] double value(const Eigen::VectorXd& z, std::size_t j) const {
        const Unknown& u = unknowns_[j];
        const double common = z[static_cast<Eigen::Index>(u.owner.empty() ? j : u.common)];
        return u.knob->range.value(u.owner.empty() ? common : common + z[static_cast<Eigen::Index>(j)]);
    }
    /// Sets every constant of one row.
    void apply(Row& row, const Eigen::VectorXd& z) const {
        for (std::size_t j = 0; j < unknowns_.size(); ++j)
            if (owns(unknowns_[j], row)) unknowns_[j].knob->set(row, value(z, j));
    }

private:
    static bool of_chips(const Unknown& u) { return u.kind == "chips"; }
    static bool owns(const Unknown& u, const Row& row) { return u.owner == (of_chips(u) ? row.family : row.stack); }
    void add(const std::vector<Row>& rows, const Knob& knob, bool chips) {
        std::map<std::string, std::set<std::string>> kinds;
        for (const Row& row : rows) {
            const std::string& owner = chips ? row.family : row.stack;
            if (owner != "other") kinds[chips ? "chips" : kind_of(owner)].insert(owner);
        }
        for (const auto& [kind, owners] : kinds) {
            const std::size_t common = unknowns_.size();
            unknowns_.push_back({&knob, kind, "", common, {}});
            for (const std::string& owner : owners) {
                Unknown u{&knob, kind, owner, common, {}};
                for (std::size_t i = 0; i < rows.size(); ++i)
                    if (owner == (chips ? rows[i].family : rows[i].stack)) u.rows.push_back(i);
                unknowns_[common].rows.insert(unknowns_[common].rows.end(), u.rows.begin(), u.rows.end());
                unknowns_.push_back(std::move(u));
            }
        }
    }
    std::vector<Unknown> unknowns_;
};

constexpr double scale = 0.05; ///< of an error that still counts fully

/// The unknowns, and how many the rows determine: the trace of the data's share in the normal matrix, to which priors
/// add the rest.
struct FittedConstants {
    Eigen::VectorXd z;
    double determined = 0;
};

/// Solves for all unknowns with the rows whose weight is above 0.
FittedConstants solve(std::vector<Row> rows, const Model& model) {
    const auto count = static_cast<Eigen::Index>(rows.size());
    const auto size = static_cast<Eigen::Index>(model.unknowns().size());
    Eigen::VectorXd z(size);
    for (Eigen::Index j = 0; j < size; ++j) z[j] = model.start(rows, static_cast<std::size_t>(j));
    Eigen::VectorXd root = Eigen::VectorXd::Zero(count);
    const ResidualFunction residuals = [&](const Eigen::VectorXd& at, Eigen::VectorXd& r) {
        for (Eigen::Index i = 0; i < count; ++i) {
            Row& row = rows[static_cast<std::size_t>(i)];
            if (root[i] == 0) {
                r[i] = 0;
                continue;
            }
            model.apply(row, at);
            r[i] = root[i] * log_error(row) / scale;
        }
        for (Eigen::Index j = 0; j < size; ++j) {
            const auto k = static_cast<std::size_t>(j);
            r[count + j] = (at[j] - model.prior(k)) / model.spread(k);
        }
    };
    const JacobianFunction jacobian = [&](const Eigen::VectorXd& at, Eigen::MatrixXd& jac) {
        jac.setZero(count + size, size);
        Eigen::VectorXd base(count + size), moved = at;
        residuals(at, base);
        for (Eigen::Index j = 0; j < size; ++j) {
            const auto k = static_cast<std::size_t>(j);
            constexpr double h = 1e-3;
            moved[j] = at[j] + h;
            for (const std::size_t i : model.unknowns()[k].rows) {
                const auto at_row = static_cast<Eigen::Index>(i);
                if (root[at_row] == 0) continue;
                model.apply(rows[i], moved);
                jac(at_row, j) = (root[at_row] * log_error(rows[i]) / scale - base[at_row]) / h;
            }
            moved[j] = at[j];
            jac(count + j, j) = 1 / model.spread(k);
        }
    };
    Eigen::MatrixXd slopes;
    for (int round = 0; round < 8; ++round) {
        for (Eigen::Index i = 0; i < count; ++i) {
            Row& row = rows[static_cast<std::size_t>(i)];
            model.apply(row, z);
            root[i] =
                row.weight > 0 ? std::sqrt(row.weight * loss_weight(RobustLoss::huber, log_error(row) / scale)) : 0.0;
        }
        const Eigen::VectorXd before = z;
        const NonlinearFit fit =
            solve_nonlinear(residuals, jacobian, z, count + size, {.iterations = 6, .radius = 100, .gain = 1e-4});
        z = fit.parameters;
        slopes = fit.jacobian;
        if ((z - before).cwiseAbs().maxCoeff() < 0.01) break;
    }
    const Eigen::MatrixXd data = slopes.topRows(count).transpose() * slopes.topRows(count);
    const Eigen::MatrixXd all = slopes.transpose() * slopes;
    return {z, all.ldlt().solve(data).trace()};
}

std::vector<double> errors_under(std::vector<Row> rows, const Model& model, const Eigen::VectorXd& z) {
    std::vector<double> errors;
    for (Row& row : rows) {
        model.apply(row, z);
        errors.push_back(std::expm1(log_error(row)));
    }
    return errors;
}

void print_errors(const std::vector<Row>& rows, const std::vector<double>& errors, const char* title) {
    std::printf("%s\n", title);
    std::map<std::string, std::vector<double>> groups;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        groups[" all"].push_back(errors[i]);
        const bool complete = rows[i].step.complete && (rows[i].step.quality == "A" || rows[i].step.quality == "B");
        if (!has(rows[i].source, "vTrain") && !has(rows[i].source, "BERT"))
            groups[std::string{complete ? " complete" : " partial"} +
                   (rows[i].step.model.has_experts() ? ", experts" : ", dense")]
                .push_back(errors[i]);
        groups["source " + rows[i].source].push_back(errors[i]);
        groups["chip " + rows[i].step.accelerator].push_back(errors[i]);
        groups["format " + std::string{name_of(rows[i].step.plan.precision.compute)} + " " +
               std::string{name_of(rows[i].step.plan.precision.scaling)}]
            .push_back(errors[i]);
        groups["stack " + rows[i].stack].push_back(errors[i]);
    }
    for (auto& [name, list] : groups) {
        double mean = 0, bias = 0;
        std::vector<double> sizes;
        for (const double e : list) {
            mean += std::fabs(e);
            bias += e;
            sizes.push_back(std::fabs(e));
        }
        const double count = static_cast<double>(list.size());
        std::sort(sizes.begin(), sizes.end());
        std::printf("%5zu rows  mean %5.1f%%  median %5.1f%%  p90 %5.1f%%  bias %+6.1f%%  %s\n", list.size(),
                    100 * mean / count, 100 * sizes[sizes.size() / 2], 100 * sizes[sizes.size() * 9 / 10],
                    100 * bias / count, name.c_str());
    }
}

/// Replaces `.member = number` after `anchor` in a header, keeping what stands around the number.
bool replace_number(std::string& text, const std::string& anchor, const std::string& member, double value) {
    const std::size_t at = text.find(anchor);
    if (at == std::string::npos) return false;
    const std::size_t end = text.find("};", at);
    const std::size_t dot = member.find('.');
    std::size_t from = at;
    if (dot != std::string::npos) from = text.find("." + member.substr(0, dot) + " = {", at);
    if (from == std::string::npos || from > end) return false;
    const std::string field = "." + (dot == std::string::npos ? member : member.substr(dot + 1)) + " = ";
    std::size_t number = text.find(field, from);
    if (number == std::string::npos || number > end) return false;
    number += field.size();
    if (text.compare(number, 14, "make<Seconds>(") == 0) number += 14;
    const std::size_t stop = text.find_first_of(",})", number);
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.3g", value);
    std::string shown = digits;
    if (shown.find_first_of(".e") == std::string::npos) shown += ".0";
    text.replace(number, stop - number, shown);
    return true;
}

void write_constants(const std::string& directory, const Model& model, const Eigen::VectorXd& z) {
    for (const bool chips : {false, true}) {
        const std::string path = directory + "/catalog/" + (chips ? "kernel_constants.hpp" : "stacks.hpp");
        std::ifstream in(path);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        for (std::size_t j = 0; j < model.unknowns().size(); ++j) {
            const Model::Unknown& u = model.unknowns()[j];
            if ((u.kind == "chips") != chips) continue;
            std::string owner = u.owner;
            if (owner.empty() && u.kind == "model-parallel") owner = "generic";
            if (owner.empty()) continue;
            std::string anchor = chips ? "KernelConstants " + owner + "{" : ".name = \"" + owner + "\"";
            if (!replace_number(text, anchor, u.knob->name, model.value(z, j)))
                std::printf("not written: %s %s\n", owner.c_str(), u.knob->name);
        }
        std::ofstream(path) << text;
    }
}

} // namespace

int main(int count, char** arguments) {
    const std::string command = count > 1 ? arguments[1] : "score";
    std::vector<Row> rows = read_rows();
    std::vector<double> shipped;
    for (const Row& row : rows) shipped.push_back(std::expm1(log_error(row)));
    if (command == "score") {
        print_errors(rows, shipped, "shipped constants");
        return 0;
    }
    const Model model(rows);
    const FittedConstants solution = solve(rows, model);
    const Eigen::VectorXd& z = solution.z;
    const std::vector<double> seen = errors_under(rows, model, z);
    if (command == "fit") {
        std::printf("%zu rows, %zu unknowns, of which the rows determine %.0f\n", rows.size(), model.unknowns().size(),
                    solution.determined);
        for (std::size_t j = 0; j < model.unknowns().size(); ++j) {
            const Model::Unknown& u = model.unknowns()[j];
            std::printf("%-16s %-28s %-24s %.3g\n", u.kind.c_str(), u.owner.empty() ? "(common)" : u.owner.c_str(),
                        u.knob->name, model.value(z, j));
        }
        print_errors(rows, seen, "fitted");
        if (count > 2) write_constants(arguments[2], model, z);
        return 0;
    }
    if (command != "held-out" || count < 3) {
        std::fprintf(stderr, "usage: fit_constants [score | fit [DIR] | held-out FILE]\n");
        return 2;
    }
    // Refit without each group; each row is predicted by the fit that has not seen its group. Points are left out a
    // fifth at a time, all repetitions of a configuration together.
    constexpr std::size_t folds = 5;
    std::map<std::string, std::size_t> configurations;
    for (const Row& row : rows) configurations.try_emplace(configuration_of(row.step), configurations.size());
    const auto group_of = [&](const std::string& kind, const Row& row) {
        if (kind == "source") return row.source;
        if (kind == "accelerator") return row.step.accelerator;
        return std::to_string(configurations.at(configuration_of(row.step)) * 7919 % 10007 % folds);
    };
    std::map<std::string, std::vector<double>> unseen;
    for (const std::string kind : {"point", "source", "accelerator"}) {
        std::set<std::string> groups;
        for (const Row& row : rows) groups.insert(group_of(kind, row));
        const std::vector<std::string> names(groups.begin(), groups.end());
        std::vector<double>& errors = unseen[kind];
        errors.resize(rows.size());
        std::atomic<std::size_t> next{0};
        const auto work = [&] {
            for (std::size_t n = next++; n < names.size(); n = next++) {
                std::vector<Row> without = rows;
                for (Row& row : without)
                    if (group_of(kind, row) == names[n]) row.weight = 0;
                const std::vector<double> all = errors_under(rows, model, solve(without, model).z);
                for (std::size_t i = 0; i < rows.size(); ++i)
                    if (group_of(kind, rows[i]) == names[n]) errors[i] = all[i];
            }
        };
        std::vector<std::thread> threads;
        for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) threads.emplace_back(work);
        for (std::thread& thread : threads) thread.join();
    }
    print_errors(rows, seen, "fitted to all rows");
    for (const auto& [kind, errors] : unseen)
        print_errors(rows, errors, ("each row under the fit without its " + kind).c_str());
    std::ofstream file(arguments[2]);
    file << "id,source,accelerator,complete,quality,error,error_without_point,error_without_source,error_without_"
            "accelerator\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        char line[160];
        std::snprintf(line, sizeof line, ",%d,%s,%.4f,%.4f,%.4f,%.4f\n", rows[i].step.complete ? 1 : 0,
                      rows[i].step.quality.c_str(), seen[i], unseen["point"][i], unseen["source"][i],
                      unseen["accelerator"][i]);
        file << rows[i].step.id << ",\"" << rows[i].source << "\"," << '"' << rows[i].step.accelerator << '"' << line;
    }
    return 0;
}
