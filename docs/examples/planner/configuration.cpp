// SPDX-License-Identifier: Apache-2.0
#include "configuration.hpp"

#include <array>
#include <iostream>

#include <foretrain/foretrain.hpp>
#include <foretrain/import/profile.hpp>

#include "options.hpp"
#include "ranges.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// Names of all entries of a list, for choices and suggestions.
template <class List, class Name>
[[nodiscard]] std::vector<std::string_view> names_of(const List& list, Name name) {
    std::vector<std::string_view> names;
    for (const auto& entry : list) names.push_back(name(entry));
    return names;
}

/// The value of an enumeration whose enumerators are listed.
template <class Enum>
[[nodiscard]] Enum chosen(Reader& read, const std::string& option, const std::vector<Enum>& all, Enum otherwise,
                          std::string_view why) {
    std::size_t index = 0;
    while (all[index] != otherwise) ++index;
    return all[read.choice(option, names_of(all, [](Enum value) { return name_of(value); }), index, why)];
}

[[nodiscard]] std::optional<Cluster> read_cluster(Reader& read, std::int64_t accelerators) {
    const auto system =
        read.name("system", names_of(catalog::all_systems, [](const auto& s) { return s.name; }), "systems");
    if (!system || accelerators < 1) return std::nullopt;
    Cluster cluster = catalog::all_systems[*system].make(accelerators);
    constexpr Provenance stated{"stated on the command line", "", Evidence::assumed};
    if (const std::optional<Bytes> memory = read.bytes("memory")) {
        cluster.accelerator.memory.capacity = *memory;
        read.assume("--memory", std::string{to_binary_text(*memory)}, "stated, instead of the catalogue's");
    }
    const auto host_rate = [&](const char* option, Bandwidth& rate, std::string_view of) {
        if (const std::optional<Bandwidth> stated_rate = read.bandwidth(option)) {
            rate = *stated_rate;
            read.assume("--" + std::string{option}, std::string{to_text(rate)}, of);
        }
    };
    host_rate("host-link", cluster.node.host_link, "stated; an accelerator, one direction, all at once");
    host_rate("host-memory-bandwidth", cluster.node.host_memory_bandwidth, "stated; a node");
    host_rate("drive-bandwidth", cluster.node.drive_bandwidth, "stated; all drives of a node, one direction");
    if (read.given("node-network") || read.given("oversubscription")) {
        if (cluster.fabric.tiers < 2) {
            read.refuse("node-network", "", "left out: " + std::string{cluster.name} + " has no network between nodes");
            return cluster;
        }
        FabricTier& network = cluster.fabric.tier[1];
        if (const std::optional<Bandwidth> rate = read.bandwidth("node-network")) {
            const double nodes =
                static_cast<double>(cluster.fabric.tier[0].size) / static_cast<double>(cluster.node.accelerators);
            network.link.bandwidth = *rate * (nodes > 1 ? nodes : 1.0);
            read.assume("--node-network", std::string{to_text(to_bits(*rate))},
                        "stated, instead of the catalogue's; a node, one direction");
        }
        if (const std::optional<double> factor = read.number("oversubscription")) network.oversubscription = *factor;
        network.provenance = stated;
    }
    return cluster;
}

void read_degrees(Reader& read, std::int64_t accelerators, ParallelPlan& plan) {
    plan.tensor = read.integer("tensor", 1, "no tensor parallelism");
    plan.pipeline = read.integer("pipeline", 1, "no pipeline");
    plan.context = read.integer("context", 1, {});
    const std::int64_t replica = plan.tensor >= 1 && plan.pipeline >= 1 && plan.context >= 1 && plan.tensor <= 1024 &&
                                         plan.pipeline <= 1024 && plan.context <= 1024
                                     ? plan.replica()
                                     : 0;
    if (read.given("data")) plan.data = read.integer("data", 1, {});
    else if (replica > 0 && accelerators % replica == 0)
        plan.data = read.integer("data", accelerators / replica, "accelerators / (tensor x pipeline x context)");
    else if (replica > 0 && accelerators > 0)
        read.refuse("accelerators", std::to_string(accelerators),
                    "a multiple of tensor x pipeline x context = " + std::to_string(replica),
                    "what is left over would idle");
    plan.virtual_stages = read.integer("virtual-stages", 1, plan.pipeline > 1 ? "one chunk a stage" : "");
    plan.context_exchange =
        chosen(read, "context-exchange",
               std::vector{ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all},
               ContextExchange::all_gather, plan.context > 1 ? "keys and values of all ranks before attention" : "");
    plan.context_balance =
        chosen(read, "context-balance", std::vector{ContextBalance::zigzag, ContextBalance::contiguous},
               ContextBalance::zigzag, plan.context > 1 ? "each rank does equal work" : "");
    plan.expert = read.integer("expert", 1, {});
    plan.expert_tensor = read.integer("expert-tensor", 1, {});
    plan.first_stage_layers = read.integer("first-stage-layers", 0, {});
    plan.last_stage_layers = read.integer("last-stage-layers", 0, {});
    plan.schedule =
        chosen(read, "schedule",
               std::vector{Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble_h1,
                           Schedule::zero_bubble_h2, Schedule::zero_bubble_v, Schedule::dual_pipe},
               plan.virtual_stages > 1 ? Schedule::interleaved : Schedule::one_f_one_b,
               plan.pipeline > 1 ? "from --virtual-stages" : "");
    plan.sequence_parallel = read.given("sequence-parallel");
    if (plan.tensor > 1 && !plan.sequence_parallel)
        read.assume("--sequence-parallel", "off", "norms and residuals on every rank");
}

void read_sharding(Reader& read, ParallelPlan& plan) {
    struct Named {
        std::string_view name;
        Sharding sharding;
    };
    constexpr std::array all{Named{"none", Sharding::none},       Named{"zero1", Sharding::optimizer},
                             Named{"zero2", Sharding::gradients}, Named{"zero3", Sharding::parameters},
                             Named{"fsdp", Sharding::parameters}, Named{"hsdp", Sharding::parameters}};
    const std::size_t index = read.choice("sharding", names_of(all, [](const Named& n) { return n.name; }), 0,
                                          plan.data > 1 ? "every data-parallel rank keeps all states" : "");
    plan.sharding = all[index].sharding;
    plan.sharding_group = read.integer("sharding-group", 0, {});
    const bool gathers = plan.sharding == Sharding::parameters;
    plan.prefetch = read.integer("prefetch", 1, gathers ? "one layer gathered ahead, as FSDP does" : "");
    plan.gathered_layers = read.integer("gathered-layers", 0, {});
    if (all[index].name == "hsdp" && !read.given("sharding-group"))
        read.required("sharding-group", "ranks that share one copy with hsdp, usually those of a node");
}

[[nodiscard]] ParallelPlan read_plan(Reader& read, std::int64_t accelerators) {
    ParallelPlan plan;
    read_degrees(read, accelerators, plan);
    read_sharding(read, plan);
    plan.global_batch = read.required_integer("global-batch", "samples an optimizer step");
    plan.micro_batch = read.required_integer("micro-batch", "samples an accelerator group processes at once");
    plan.sequence = read.required_integer("sequence", "tokens a sample");
    plan.recomputation = chosen(read, "recompute",
                                std::vector{Recomputation::none, Recomputation::elementwise,
                                            Recomputation::feed_forward, Recomputation::selective, Recomputation::full},
                                Recomputation::none, "all activations are kept");
    plan.attention = chosen(read, "attention", std::vector{AttentionKernel::fused, AttentionKernel::unfused},
                            AttentionKernel::fused, "FlashAttention or like it");
    plan.precision =
        named_precisions[read.choice("precision", names_of(named_precisions, [](const auto& n) { return n.name; }), 0,
                                     "18 bytes a parameter with Adam")]
            .precision;
    plan.optimizer =
        chosen(read, "optimizer",
               std::vector{Optimizer::adam, Optimizer::lion, Optimizer::momentum, Optimizer::sgd, Optimizer::adafactor},
               Optimizer::adam, "two moments a parameter");
    plan.expert_capacity = read.number("expert-capacity", 0.0, {});
    plan.expert_imbalance = read.number("expert-imbalance", 1.0, {});
    plan.adapter_rank = read.integer("adapter-rank", 0, {});
    plan.offload = {.weights = read.number("offload-weights", 0.0, {}),
                    .optimizer = read.number("offload-optimizer", 0.0, {}),
                    .activations = read.number("offload-activations", 0.0, {})};
    const std::vector<std::string_view> places{"host", "drives"};
    const bool moves = plan.offload.weights > 0 || plan.offload.optimizer > 0 || plan.offload.activations > 0;
    plan.offload.to_drives = read.choice("offload-to", places, 0, moves ? "host memory, not drives" : "") == 1;
    if (!moves && read.given("offload-to") && !read.refused("offload-to"))
        read.refuse("offload-to", places[plan.offload.to_drives ? 1 : 0], "left out where nothing is offloaded",
                    "--offload-weights, --offload-optimizer and --offload-activations say how much");
    std::size_t unknown_software = 0;
    while (catalog::all_stacks[unknown_software] != &catalog::generic_stack) ++unknown_software;
    plan.stack =
        *catalog::all_stacks[read.choice("stack", names_of(catalog::all_stacks, [](const auto* s) { return s->name; }),
                                         unknown_software, "software unknown: middling in everything")];
    return plan;
}

/// Constants of a profile in place of the catalogue's.
void use_profile(Reader& read, Configuration& report) {
    try {
        const int sections = apply_profile(report.profile, report.cluster, report.plan.stack);
        if (sections == 0)
            read.refuse("profile", read.required("profile", ""),
                        "a profile of " + std::string{report.cluster.accelerator.name} + ", " +
                            std::string{report.cluster.name} + " or " + std::string{report.plan.stack.name},
                        "it has constants of other hardware and software only");
        else read.assume("--profile", std::string{read.required("profile", "")}, "constants fitted to measurements");
    } catch (const CalibrationError& error) {
        read.refuse("profile", read.required("profile", ""), "usable", error.what());
    }
}

/// The profile in a file; nothing, and a message, if it cannot be read.
[[nodiscard]] std::optional<Profile> profile_of(const std::string& path, std::string_view command) {
    try {
        return read_profile(path);
    } catch (const CalibrationError& error) {
        std::cerr << "foretrain " << command << ": " << error.what() << '\n';
        return std::nullopt;
    }
}

} // namespace

void refuse_configuration(Reader& read, std::string_view hint) {
    for (const OptionText& option : configuration_options)
        if (std::string_view{option.name} != "--accelerators")
            read.refuse_unless(false, {option.name + 2}, "left out without --model", hint);
}

bool read_configuration(Reader& read, std::string_view command, Configuration& result) {
    const auto model =
        read.name("model", names_of(catalog::all_models, [](const auto* m) { return m->name; }), "models");
    const std::int64_t accelerators = read.required_integer("accelerators", "how many the job uses");
    if (accelerators < 1) read.refuse("accelerators", std::to_string(accelerators), "at least 1");
    const std::optional<Cluster> cluster = read_cluster(read, accelerators);
    result.plan = read_plan(read, read.refused("accelerators") ? 0 : accelerators);
    if (read.given("profile")) {
        const std::string path{read.required("profile", "")};
        if (std::optional<Profile> given = profile_of(path, command)) result.profile = std::move(*given);
        else return false;
    }
    if (!model || !cluster) return true;
    result.model = *catalog::all_models[*model];
    result.cluster = *cluster;
    if (read.given("profile")) use_profile(read, result);
    result.ranges = read_ranges(read, result.cluster, result.plan);
    const Result<StepEstimate> step = try_estimate_step(result.model, result.cluster, result.plan);
    if (step) result.step = *step;
    else read.refuse(step.violations());
    return true;
}

} // namespace planner
