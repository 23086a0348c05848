// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/foretrain.hpp>
#include <foretrain/planner/search_every.hpp>
#include <foretrain/planner/search_threads.hpp>
#include <foretrain/report/search.hpp>

#include "commands.hpp"

// `foretrain search`: the best plans of a space, on threads, or as shards of a larger machine that `--merge` puts
// together.

namespace planner {

using namespace foretrain;

namespace {

/// What a search reads its space from; clusters live here, the space points to them.
struct Asked {
    std::vector<Cluster> clusters;
    SearchReport report;
};

[[nodiscard]] std::vector<std::string> items(std::string_view text) {
    std::vector<std::string> list;
    while (true) {
        const std::size_t comma = std::min(text.find(','), text.size());
        list.emplace_back(text.substr(0, comma));
        if (comma == text.size()) return list;
        text.remove_prefix(comma + 1);
    }
}

/// Values of a knob: `all`, or names or numbers between commas; `otherwise` if the option is absent.
template <class List, class Parse>
void read_list(Reader& read, const std::string& option, List& list, const List& all, const List& otherwise,
               const std::string& requirement, const Parse& parse) {
    if (!read.given(option)) {
        list = otherwise;
        return;
    }
    const std::string text{read.required(option, "")};
    if (text == "all") {
        list = all;
        return;
    }
    list = List{};
    for (const std::string& item : items(text)) {
        const auto value = parse(item);
        if (!value) read.refuse(option, item, requirement);
        else if (!list.add(*value)) {
            read.refuse(option, text, "at most " + std::to_string(List::capacity) + " values");
            return;
        }
    }
}

void read_numbers(Reader& read, const std::string& option, SearchSpace::Counts& list, const SearchSpace::Counts& all,
                  double least = 1) {
    read_list(read, option, list, all, all,
              least > 0 ? "whole numbers from 1 between commas, or all" : "whole numbers from 0 between commas, or all",
              [&](const std::string& item) -> std::optional<std::int64_t> {
                  const std::optional<double> value = parse_number(item);
                  if (!value || !(*value >= least && *value <= 1e15)) return std::nullopt;
                  if (*value != static_cast<double>(static_cast<std::int64_t>(*value))) return std::nullopt;
                  return static_cast<std::int64_t>(*value);
              });
}

/// Enumerators by their names.
template <class Enum, std::size_t N>
void read_names(Reader& read, const std::string& option, Choices<Enum, N>& list, const Choices<Enum, N>& all,
                const Choices<Enum, N>& otherwise) {
    std::string names = "of";
    for (const Enum value : all) names.append(names.size() > 2 ? ", " : " ").append(name_of(value));
    read_list(read, option, list, all, otherwise, names + ", or all",
              [&](const std::string& item) -> std::optional<Enum> {
                  for (const Enum value : all)
                      if (name_of(value) == item) return value;
                  return std::nullopt;
              });
}

/// `none`, or weights, optimizer, activations with `+` between, each with `=SHARE` or whole; `@drives` at the end.
[[nodiscard]] std::optional<BasicOffload<double>> offload_of(std::string text) {
    BasicOffload<double> moved;
    if (const std::size_t at = text.find("@drives"); at != std::string::npos && at + 7 == text.size()) {
        moved.to_drives = true;
        text.resize(at);
    }
    if (text == "none") return moved;
    std::istringstream parts{text};
    for (std::string part; std::getline(parts, part, '+');) {
        const std::size_t equals = part.find('=');
        double share = 1.0;
        if (equals != std::string::npos) {
            const std::optional<double> given = parse_number(part.substr(equals + 1));
            if (!given) return std::nullopt;
            share = *given;
        }
        const std::string what = part.substr(0, equals);
        if (what == "weights") moved.weights = share;
        else if (what == "optimizer") moved.optimizer = share;
        else if (what == "activations") moved.activations = share;
        else return std::nullopt;
    }
    return moved;
}

void read_space(Reader& read, Asked& asked) {
    SearchReport& report = asked.report;
    SearchSpace& space = report.space;
    std::vector<std::string_view> models, systems;
    for (const auto* model : catalog::all_models) models.push_back(model->name);
    for (const auto& system : catalog::all_systems) systems.push_back(system.name);
    const auto model = read.name("model", models, "models");
    std::vector<std::size_t> chosen;
    for (const std::string& name : items(read.required("system", "`foretrain list systems`, several with commas"))) {
        const auto known = std::find(systems.begin(), systems.end(), name);
        if (known != systems.end()) chosen.push_back(static_cast<std::size_t>(known - systems.begin()));
        else if (!read.refused("system"))
            read.refuse("system", name, "names of `foretrain list systems` between commas",
                        nearest(name, systems).empty() ? std::string{}
                                                       : "did you mean " + std::string{nearest(name, systems)} + "?");
    }
    (void)read.required("accelerators", "how many the job uses, several with commas");
    read_numbers(read, "accelerators", space.accelerators, {});
    (void)read.required("global-batch", "samples an optimizer step, several with commas");
    read_numbers(read, "global-batch", space.global_batch, {});
    space.largest_batch = read.given("largest-batch");
    space.base.sequence = read.required_integer("sequence", "tokens a sample");
    if (chosen.size() > 16) read.refuse("system", "", "at most 16 systems");
    if (chosen.empty() || chosen.size() > 16) chosen = {0}; // refused; what else is wrong is told too
    // The fabric of a system reaches as far as its largest job.
    std::int64_t most = 1;
    for (const std::int64_t count : space.accelerators) most = std::max(most, count);
    const std::optional<Bytes> memory = read.bytes("memory");
    asked.clusters.reserve(chosen.size());
    for (const std::size_t system : chosen) {
        asked.clusters.push_back(catalog::all_systems[system].make(most));
        if (memory) asked.clusters.back().accelerator.memory.capacity = *memory;
        space.clusters.add(&asked.clusters.back());
    }
    report.model = *catalog::all_models[model.value_or(0)];
    const Transformer& m = report.model;

    std::vector<std::string_view> stacks, optimizers;
    std::size_t generic = 0;
    for (const auto* stack : catalog::all_stacks) {
        if (stack == &catalog::generic_stack) generic = stacks.size();
        stacks.push_back(stack->name);
    }
    space.base.stack =
        *catalog::all_stacks[read.choice("stack", stacks, generic, "software unknown: middling in everything")];
    const std::vector<Optimizer> rules{Optimizer::adam, Optimizer::lion, Optimizer::momentum, Optimizer::sgd,
                                       Optimizer::adafactor};
    for (const Optimizer rule : rules) optimizers.push_back(name_of(rule));
    space.base.optimizer = rules[read.choice("optimizer", optimizers, 0, "two moments a parameter")];
    space.base.expert_capacity = read.number("expert-capacity", 0.0, {});
    space.base.expert_imbalance = read.number("expert-imbalance", 1.0, {});
    space.base.adapter_rank = read.integer("adapter-rank", 0, {});

    Choices<Precision, 8> precisions;
    for (const NamedPrecision& named : named_precisions)
        if (precisions.size() < 8) precisions.add(named.precision);
    read_list(read, "precision", space.precision, precisions, {precision::mixed_bf16},
              "names as predict takes them, between commas", [](const std::string& item) -> std::optional<Precision> {
                  for (const NamedPrecision& named : named_precisions)
                      if (named.name == item) return named.precision;
                  return std::nullopt;
              });
    if (!read.given("precision")) read.assume("--precision", "mixed-bf16", "18 bytes a parameter with Adam");
    read_names(read, "attention", space.attention, {AttentionKernel::fused, AttentionKernel::unfused},
               {m.head_dimension > 256 ? AttentionKernel::unfused : AttentionKernel::fused});
    read_numbers(read, "tensor", space.tensor, every_tensor(m, space));
    read_list(read, "sequence-parallel", space.sequence_parallel, {false, true}, {false, true}, "on, off or all",
              [](const std::string& item) -> std::optional<bool> {
                  if (item == "on" || item == "off") return item == "on";
                  return std::nullopt;
              });
    read_numbers(read, "context", space.context, every_context(space));
    read_names(read, "context-exchange", space.context_exchange, every_exchange, every_exchange);
    read_numbers(read, "expert", space.expert, every_expert(m));
    read_numbers(read, "expert-tensor", space.expert_tensor, every_expert_tensor(m));
    read_numbers(read, "micro-batch", space.micro_batch, every_micro_batch(space));
    read_names(read, "recompute", space.recomputation, every_recomputation, every_recomputation);
    read_numbers(read, "pipeline", space.pipeline, every_pipeline(m, space));
    read_names(read, "schedule", space.schedule, every_schedule, every_schedule);
    read_numbers(read, "virtual-stages", space.virtual_stages, every_chunk(m));
    read_names(read, "sharding", space.sharding, every_sharding, every_sharding);
    read_numbers(read, "sharding-group", space.sharding_group, {0, space.clusters[0]->fabric.tier[0].size}, 0);
    read_numbers(read, "prefetch", space.prefetch, {1, 0, 2}, 0);
    const Choices<BasicOffload<double>, 16> nothing{BasicOffload<double>{}};
    Choices<BasicOffload<double>, 16> whole;
    for (int bits = 0; bits < 8; ++bits)
        whole.add(
            {.weights = bits & 1 ? 1.0 : 0.0, .optimizer = bits & 2 ? 1.0 : 0.0, .activations = bits & 4 ? 1.0 : 0.0});
    read_list(read, "offload", space.offload, whole, nothing,
              "none, or weights, optimizer, activations with + between and =SHARE, as optimizer+activations=0.5",
              offload_of);
}

/// A number of an option as a quantity; nothing if it is absent.
template <class Quantity>
[[nodiscard]] std::optional<Quantity> quantity(Reader& read, const std::string& option, double unit) {
    const std::optional<double> value = read.number(option);
    return value ? std::optional{make<Quantity>(*value * unit)} : std::nullopt;
}

void read_question(Reader& read, Asked& asked) {
    SearchQuestion& question = asked.report.question;
    std::vector<std::string_view> goals;
    for (int i = 0; i < 5; ++i) goals.push_back(name_of(static_cast<SearchGoal>(i)));
    const bool batches = asked.report.space.global_batch.size() > 1 || asked.report.space.largest_batch ||
                         asked.report.space.accelerators.size() > 1;
    question.goal = static_cast<SearchGoal>(read.choice(
        "goal", goals, batches ? 1 : 0, batches ? "batches differ: the most tokens a second" : "the shortest step"));
    if (const auto tokens = read.number("tokens")) question.run.tokens = make<Tokens>(*tokens);
    if (read.given("tokens")) question.run.effective_share = read.number("effective-share", 1.0, "nothing is lost");
    if (read.given("price"))
        for (const std::string& item : items(read.required("price", ""))) {
            const auto price = parse_number(item);
            if (item == "-") question.run.prices.add(std::nullopt);
            else if (!price || !(*price >= 0))
                read.refuse("price", item, "USD an accelerator-hour, in the order of --system; - if unknown");
            else question.run.prices.add(make<AcceleratorPrice>(*price / 3600.0));
        }
    question.run.energy_price = quantity<EnergyPrice>(read, "energy-price", 1.0 / 3.6e6);
    SearchLimits& limits = question.limits;
    limits.memory_share = read.number("memory-share", 1.0, {});
    if (limits.memory_share > 1)
        read.refuse("memory-share", std::string{read.required("memory-share", "")}, "from 0.01 to 1");
    limits.deadline = quantity<Seconds>(read, "deadline", 86400.0);
    limits.budget = quantity<Usd>(read, "budget", 1.0);
    limits.power = quantity<Watts>(read, "max-power", 1.0);
    if (read.given("within-node"))
        for (const std::string& item : items(read.required("within-node", ""))) {
            bool known = false;
            for (int i = 0; i < 10; ++i)
                if (name_of(static_cast<ParallelGroup>(i)) == item) {
                    limits.within_innermost.add(static_cast<ParallelGroup>(i));
                    known = true;
                }
            if (!known) read.refuse("within-node", item, "groups such as tensor, context, expert between commas");
        }
    question.top = read.integer("top", 10, {});
    if (read.given("exhaustive")) question.method = SearchMethod::exhaustive;
    if (read.given("pareto"))
        for (const std::string& item : items(read.required("pareto", ""))) {
            if (item == "time") question.front.time = true;
            else if (item == "cost") question.front.cost = true;
            else if (item == "energy") question.front.energy = true;
            else if (item == "accelerators") question.front.accelerators = true;
            else read.refuse("pareto", item, "time, cost, energy or accelerators, between commas");
        }
    const bool powered =
        question.goal == SearchGoal::energy || question.front.energy || limits.power || question.run.energy_price;
    // What has no bearing on the answer is refused.
    read.refuse_unless(read.given("tokens"), {"price", "energy-price", "effective-share"}, "left out without --tokens",
                       "a run trains on them");
    read.refuse_unless(powered, {"pue"}, "left out where neither energy nor power is asked for",
                       "--goal energy, --pareto energy, --max-power or --energy-price");
    if (powered || read.given("pue")) question.run.site = site(read.number("pue", 1.1, "a large data centre"));
}

void read_shard(Reader& read, SearchShard& shard) {
    if (!read.given("shard")) return;
    const std::string text{read.required("shard", "")};
    const std::size_t slash = text.find('/');
    const double index = parse_number(text.substr(0, slash)).value_or(-1);
    const double count = slash == std::string::npos ? 0 : parse_number(text.substr(slash + 1)).value_or(0);
    if (!(count >= 1 && index >= 0 && index < count) || std::floor(index) != index || std::floor(count) != count) {
        read.refuse("shard", text, "I/N with I from 0 to N - 1", "every I once, then --merge");
        return;
    }
    shard = {static_cast<std::int64_t>(index), static_cast<std::int64_t>(count)};
}

/// Tells the error stream how far a search is, twice a second at most.
class Meter {
public:
    explicit Meter(bool shown) : shown_{shown} {}
    bool operator()(const SearchProgress& progress) {
        const auto now = std::chrono::steady_clock::now();
        if (!shown_ || (progress.done < progress.total && now - told_ < std::chrono::milliseconds{500})) return true;
        told_ = now;
        const Seconds elapsed = make<Seconds>(std::chrono::duration<double>(now - begin_).count());
        std::cerr << grouped(progress.done) << " of " << grouped(progress.total) << " plans, "
                  << to_text(make<Frequency>(progress.rate(elapsed))).view() << " plans a second";
        if (const auto left = progress.remaining(elapsed); left && progress.done < progress.total)
            std::cerr << ", " << to_text(*left).view() << " left";
        std::cerr << '\n';
        return true;
    }

private:
    bool shown_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now(), told_{};
};

/// Options that do not say what is searched for.
constexpr std::array machinery{"shard", "threads", "progress", "merge"};

/// Reads what was asked for; what is wrong is noted.
void read_all(Reader& read, const Options& options, Asked& asked) {
    read_space(read, asked);
    read_question(read, asked);
    asked.report.options = {options.begin(), options.end()};
    for (const char* name : machinery) asked.report.options.erase(name);
    if (!read.ok()) return;
    Violations violations;
    check_rules(asked.report.model, asked.report.space, asked.report.question, violations);
    if (!violations.empty()) read.refuse(violations);
    asked.report.assumed = read.assumed();
}

[[nodiscard]] int deliver_search(const Output& output, const SearchReport& report) {
    return deliver(output, {.text = [&] { return search_text(report, output.style); },
                            .json = [&] { return search_json(report).dump(2) + '\n'; },
                            .csv = [&] { return search_csv(report); },
                            .plot = [&] { return search_plot(report); }});
}

/// Puts files of shards together.
[[nodiscard]] int merge_files(const std::vector<std::string>& files, const Output& output) {
    const auto refuse = [](const std::string& why) {
        std::cerr << "foretrain search: " << why << '\n';
        return 2;
    };
    Asked asked;
    Options options;
    std::vector<bool> seen;
    try {
        for (const std::string& file : files) {
            std::ifstream stream{file};
            if (!stream) return refuse("cannot read " + file);
            const Json json = Json::parse(stream);
            const Options these = json.at("options").get<Options>();
            const auto index = json.at("shard").at("index").get<std::size_t>();
            const auto count = json.at("shard").at("count").get<std::size_t>();
            if (seen.empty()) {
                options = these;
                Reader read{options};
                read_all(read, options, asked);
                if (!read.ok()) return read.report("search");
                seen.assign(count, false);
                asked.report.result.plans = asked.report.space.size();
                asked.report.result.top.wanted = asked.report.question.top;
                asked.report.result.front.axes = asked.report.question.front;
            }
            if (these != options) return refuse(file + " is of another search than " + files[0]);
            if (count != seen.size() || index >= count) return refuse(file + " is of another number of shards");
            if (seen[index]) return refuse(file + " is of a shard that another file has");
            seen[index] = true;
            const SearchResult part = search_result_from(json, asked.report.question);
            if (part.plans != asked.report.result.plans) return refuse(file + " has another number of plans");
            merge(asked.report.result, part);
        }
    } catch (const Json::exception& error) {
        return refuse(std::string{"a file to merge is not what --json writes: "} + error.what());
    }
    const auto missing = std::find(seen.begin(), seen.end(), false);
    if (missing != seen.end())
        return refuse("shard " + std::to_string(missing - seen.begin()) + " of " + std::to_string(seen.size()) +
                      " is missing");
    return deliver_search(output, asked.report);
}

} // namespace

int search(const Options& options, const Output& output, const std::vector<std::string>& unknown,
           const std::vector<std::string_view>& known) {
    Reader read{options};
    check_output(read, output);
    if (read.given("merge")) {
        std::vector<std::string> files{std::string{read.required("merge", "")}};
        for (const std::string& file : unknown) files.push_back(file); // words after the first are files too
        for (const auto& [name, value] : options)
            if (name != "merge") read.refuse(name, value, "left out with --merge", "the files say what was searched");
        if (!read.ok()) return read.report("search");
        return merge_files(files, output);
    }
    read.refuse_unknown(unknown, known);
    Asked asked;
    read_all(read, options, asked);
    read_shard(read, asked.report.shard);
    const std::int64_t threads = read.integer("threads", 1, {});
    if (threads < 1 || threads > 1024) read.refuse("threads", std::to_string(threads), "1 to 1024");
    if (!read.ok()) return read.report("search");
    SearchReport& report = asked.report;
    const Result<SearchResult> result =
        search_on_threads(report.model, report.space, report.question, GoalObjective{report.question.goal},
                          static_cast<int>(threads), Meter{read.given("progress")}, report.shard);
    if (!result) {
        read.refuse(result.violations());
        return read.report("search");
    }
    report.result = *result;
    return deliver_search(output, report);
}

} // namespace planner
