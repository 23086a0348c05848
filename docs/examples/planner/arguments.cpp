// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iostream>

namespace planner {

using namespace foretrain;

namespace {

struct Suffix {
    std::string_view text;
    double factor;
};

/// The number in front, and what follows it without spaces between.
[[nodiscard]] std::optional<double> split_number(std::string_view& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return value;
}

template <std::size_t Count>
[[nodiscard]] std::optional<double> with_suffix(std::string_view text, const std::array<Suffix, Count>& suffixes) {
    const std::optional<double> value = split_number(text);
    if (!value) return std::nullopt;
    for (const Suffix& suffix : suffixes)
        if (text == suffix.text) return *value * suffix.factor;
    return std::nullopt;
}

constexpr std::array counts{Suffix{"", 1.0},  Suffix{"k", 1e3}, Suffix{"K", 1e3}, Suffix{"M", 1e6},
                            Suffix{"B", 1e9}, Suffix{"G", 1e9}, Suffix{"T", 1e12}};
constexpr std::array sizes{Suffix{"GB", 1e9},  Suffix{"GiB", 0x1p30}, Suffix{"kB", 1e3},  Suffix{"KiB", 0x1p10},
                           Suffix{"MB", 1e6},  Suffix{"MiB", 0x1p20}, Suffix{"TB", 1e12}, Suffix{"TiB", 0x1p40},
                           Suffix{"PB", 1e15}, Suffix{"PiB", 0x1p50}};
constexpr std::array rates{Suffix{"Gbit/s", 1e9 / 8},  Suffix{"Gb/s", 1e9 / 8}, Suffix{"Gbps", 1e9 / 8},
                           Suffix{"Tbit/s", 1e12 / 8}, Suffix{"GB/s", 1e9},     Suffix{"TB/s", 1e12},
                           Suffix{"MB/s", 1e6}};
constexpr std::array durations{Suffix{"s", 1.0}, Suffix{"ms", 1e-3}, Suffix{"us", 1e-6}, Suffix{"ns", 1e-9}};

/// Which option sets a field.
struct FieldOption {
    std::string_view field;
    std::string_view option;
};
constexpr std::array field_options{FieldOption{"measured.step_time", "step-time"},
                                   FieldOption{"measured.tokens_per_second", "tokens-per-second"},
                                   FieldOption{"measured.samples_per_second", "samples-per-second"},
                                   FieldOption{"measured.utilization", "mfu"},
                                   FieldOption{"measured.components", "component"},
                                   FieldOption{"measured.board_power", "board-power"},
                                   FieldOption{"measured.clock", "clock"},
                                   FieldOption{"measured.memory", "peak-memory"},
                                   FieldOption{"conditions.power_limit", "power-limit"},
                                   FieldOption{"plan.tensor", "tensor"},
                                   FieldOption{"plan.pipeline", "pipeline"},
                                   FieldOption{"plan.data", "data"},
                                   FieldOption{"plan.context", "context"},
                                   FieldOption{"plan.expert", "expert"},
                                   FieldOption{"plan.expert_tensor", "expert-tensor"},
                                   FieldOption{"plan.first_stage_layers", "first-stage-layers"},
                                   FieldOption{"plan.last_stage_layers", "last-stage-layers"},
                                   FieldOption{"plan.expert_capacity", "expert-capacity"},
                                   FieldOption{"plan.expert_imbalance", "expert-imbalance"},
                                   FieldOption{"plan.adapter_rank", "adapter-rank"},
                                   FieldOption{"plan.offload.weights", "offload-weights"},
                                   FieldOption{"plan.offload.optimizer", "offload-optimizer"},
                                   FieldOption{"plan.offload.activations", "offload-activations"},
                                   FieldOption{"plan.virtual_stages", "virtual-stages"},
                                   FieldOption{"plan.schedule", "schedule"},
                                   FieldOption{"plan.sequence_parallel", "sequence-parallel"},
                                   FieldOption{"plan.sharding", "sharding"},
                                   FieldOption{"plan.sharding_group", "sharding-group"},
                                   FieldOption{"plan.prefetch", "prefetch"},
                                   FieldOption{"plan.gathered_layers", "gathered-layers"},
                                   FieldOption{"plan.global_batch", "global-batch"},
                                   FieldOption{"plan.micro_batch", "micro-batch"},
                                   FieldOption{"plan.sequence", "sequence"},
                                   FieldOption{"plan.precision.compute", "precision"},
                                   FieldOption{"plan.offload", "offload-to"},
                                   FieldOption{"node.host_link", "host-link"},
                                   FieldOption{"node.host_memory_bandwidth", "host-memory-bandwidth"},
                                   FieldOption{"node.drive_bandwidth", "drive-bandwidth"},
                                   FieldOption{"cluster.accelerators", "accelerators"},
                                   FieldOption{"accelerator.memory.capacity", "memory"},
                                   FieldOption{"fabric.tier[1].link.bandwidth", "node-network"},
                                   FieldOption{"fabric.tier[1].oversubscription", "oversubscription"},
                                   FieldOption{"budget.steps", "tokens"},
                                   FieldOption{"run.tokens", "tokens"},
                                   FieldOption{"run.prices", "price"},
                                   FieldOption{"run.energy_price", "energy-price"},
                                   FieldOption{"run.effective_share", "effective-share"},
                                   FieldOption{"run.site", "pue"},
                                   FieldOption{"question.top", "top"},
                                   FieldOption{"limits.memory_share", "memory-share"},
                                   FieldOption{"limits.deadline", "deadline"},
                                   FieldOption{"limits.budget", "budget"},
                                   FieldOption{"limits.power", "max-power"},
                                   FieldOption{"shard.count", "shard"},
                                   FieldOption{"space.accelerators", "accelerators"},
                                   FieldOption{"space.tensor", "tensor"},
                                   FieldOption{"space.context", "context"},
                                   FieldOption{"space.pipeline", "pipeline"},
                                   FieldOption{"space.expert", "expert"},
                                   FieldOption{"space.expert_tensor", "expert-tensor"},
                                   FieldOption{"space.micro_batch", "micro-batch"},
                                   FieldOption{"space.virtual_stages", "virtual-stages"},
                                   FieldOption{"space.sharding_group", "sharding-group"},
                                   FieldOption{"space.prefetch", "prefetch"},
                                   FieldOption{"space.global_batch", "global-batch"},
                                   FieldOption{"space.offload", "offload"},
                                   FieldOption{"space.offload.weights", "offload"},
                                   FieldOption{"space.offload.optimizer", "offload"},
                                   FieldOption{"space.offload.activations", "offload"},
                                   FieldOption{"overheads.start_up", "start-up"},
                                   FieldOption{"overheads.warm_up_steps", "slow-steps"},
                                   FieldOption{"overheads.warm_up_slowdown", "slow-steps-factor"},
                                   FieldOption{"overheads.evaluation_interval", "evaluation-interval"},
                                   FieldOption{"overheads.evaluation", "evaluation"},
                                   FieldOption{"conditions.grid", "carbon"},
                                   FieldOption{"power_limit", "power-limit"},
                                   FieldOption{"input.sample_size", "sample-size"},
                                   FieldOption{"input.storage", "data-bandwidth"},
                                   FieldOption{"input.node_network", "data-network"},
                                   FieldOption{"input.core_decodes", "decode-rate"},
                                   FieldOption{"input.cores", "decode-cores"},
                                   FieldOption{"input.prefetch", "prefetch-batches"},
                                   FieldOption{"input.variation", "data-variation"},
                                   FieldOption{"input.cache", "data-cache"},
                                   FieldOption{"input.data_set", "data-set"},
                                   FieldOption{"faults.effective_share", "effective-share"},
                                   FieldOption{"target.loss", "target-loss"},
                                   FieldOption{"tokens_to_loss", "target-loss"},
                                   FieldOption{"compute_to_loss", "target-loss"},
                                   FieldOption{"law.parameters", "parameters"},
                                   FieldOption{"law.tokens", "tokens"},
                                   FieldOption{"law.compute", "compute"},
                                   FieldOption{"law.unique", "unique-tokens"},
                                   FieldOption{"law.experts", "experts"},
                                   FieldOption{"batch_penalty", "critical-batch"},
                                   FieldOption{"prices.accelerator", "price"},
                                   FieldOption{"prices.energy", "energy-price"},
                                   FieldOption{"site.power_usage_effectiveness", "pue"},
                                   FieldOption{"today.compute", "compute"},
                                   FieldOption{"today.sustained", "utilization"},
                                   FieldOption{"today.accelerators", "accelerators"},
                                   FieldOption{"today.price", "price"},
                                   FieldOption{"today.doubt", "doubt"},
                                   FieldOption{"target", "days"},
                                   FieldOption{"target.within", "days"},
                                   FieldOption{"target.budget", "budget"},
                                   FieldOption{"progress.chip", "chip-growth"},
                                   FieldOption{"progress.software", "software-growth"},
                                   FieldOption{"progress.scale", "scale-growth"},
                                   FieldOption{"progress.performance_per_price", "price-growth"},
                                   FieldOption{"migration.standstill", "migration-days"},
                                   FieldOption{"chip.release.speed", "next-chip"},
                                   FieldOption{"chip.price", "next-price"},
                                   FieldOption{"job.accelerators", "accelerators"},
                                   FieldOption{"job.time", "hours"},
                                   FieldOption{"spot.interruptions", "interruptions"},
                                   FieldOption{"spot.instance", "instance"},
                                   FieldOption{"spot.interval", "interval"},
                                   FieldOption{"spot.restart", "restart"},
                                   FieldOption{"spot.wait", "wait"},
                                   FieldOption{"owned.accelerator", "purchase"},
                                   FieldOption{"owned.server_factor", "server-factor"},
                                   FieldOption{"owned.interconnect_share", "interconnect-share"},
                                   FieldOption{"owned.age", "age"},
                                   FieldOption{"owned.utilisation", "utilisation"},
                                   FieldOption{"owned.accelerators", "cluster"},
                                   FieldOption{"owned.idle_power", "idle-power"},
                                   FieldOption{"owned.staff", "staff"},
                                   FieldOption{"depreciation.decades_per_year", "decline"},
                                   FieldOption{"depreciation.life", "life"},
                                   FieldOption{"depreciation.residual", "residual"},
                                   FieldOption{"prices.storage", "storage-price"},
                                   FieldOption{"prices.egress", "egress-price"},
                                   FieldOption{"demand.accelerators", "demand"},
                                   FieldOption{"demand.time", "demand"},
                                   FieldOption{"demand.size", "demand"},
                                   FieldOption{"experiment.success", "success"},
                                   FieldOption{"experiment.failed_share", "failed-share"},
                                   FieldOption{"budget", "budget"}};

[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

[[nodiscard]] std::string one_of(const std::vector<std::string_view>& names) {
    std::string text = "one of ";
    for (std::size_t i = 0; i < names.size(); ++i) text.append(i > 0 ? ", " : "").append(names[i]);
    return text;
}

} // namespace

std::optional<double> parse_number(std::string_view text) { return with_suffix(text, counts); }

std::optional<Bytes> parse_bytes(std::string_view text) {
    const std::optional<double> value = with_suffix(text, sizes);
    return value ? std::optional{make<Bytes>(*value)} : std::nullopt;
}

std::optional<Bandwidth> parse_bandwidth(std::string_view text) {
    const std::optional<double> value = with_suffix(text, rates);
    return value ? std::optional{make<Bandwidth>(*value)} : std::nullopt;
}

std::optional<Seconds> parse_seconds(std::string_view text) {
    const std::optional<double> value = with_suffix(text, durations);
    return value ? std::optional{make<Seconds>(*value)} : std::nullopt;
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    std::size_t least = name.size() / 2 + 2; // farther than that is another word
    for (const std::string_view candidate : candidates) {
        // What starts like the name is near, however long: llama3.1 is llama3.1-8b, not llama3-8b.
        const bool begins = !name.empty() && candidate.substr(0, name.size()) == name;
        const std::size_t distance = begins ? 1 : edit_distance(name, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

namespace {

/// An option as it is typed; a word that stands alone, as QUESTION, has no dashes.
[[nodiscard]] std::string named(const std::string& option) {
    return (option[0] >= 'A' && option[0] <= 'Z' ? "" : "--") + option;
}

} // namespace

std::string_view Reader::required(const std::string& option, std::string_view hint) {
    const auto found = options_.find(option);
    if (found != options_.end()) return found->second;
    problems_.push_back(named(option) + " is missing; hint: " + std::string{hint});
    refused_.insert(option);
    return {};
}

template <class Value, class Parse>
std::optional<Value> Reader::parsed(const std::string& option, Parse parse, std::string_view requirement,
                                    std::string_view hint) {
    const auto found = options_.find(option);
    if (found == options_.end()) return std::nullopt;
    const std::optional<Value> value = parse(found->second);
    if (!value) refuse(option, found->second, requirement, hint);
    return value;
}

std::int64_t Reader::integer(const std::string& option, std::int64_t otherwise, std::string_view why) {
    if (!given(option)) {
        if (!why.empty()) assume("--" + option, std::to_string(otherwise), why);
        return otherwise;
    }
    const auto whole = [](std::string_view text) -> std::optional<std::int64_t> {
        const std::optional<double> value = parse_number(text);
        if (!value || std::abs(*value) > 1e15 || *value != std::floor(*value)) return std::nullopt;
        return static_cast<std::int64_t>(*value);
    };
    return parsed<std::int64_t>(option, whole, "a whole number",
                                "suffixes k, M, B and T are understood, separators are not")
        .value_or(otherwise);
}

std::int64_t Reader::required_integer(const std::string& option, std::string_view hint) {
    required(option, hint);
    return integer(option, 1, {});
}

std::optional<double> Reader::number(const std::string& option) {
    return parsed<double>(option, parse_number, "a number",
                          "suffixes k, M, B and T are understood, separators are not");
}

double Reader::number(const std::string& option, double otherwise, std::string_view why) {
    if (!given(option)) {
        if (!why.empty()) assume("--" + option, foretrain::detail::number_text(otherwise), why);
        return otherwise;
    }
    return number(option).value_or(otherwise);
}

std::optional<Bytes> Reader::bytes(const std::string& option) {
    return parsed<Bytes>(option, parse_bytes, "a size with its unit", "80 GiB or 80 GB; they differ by 7%");
}

std::optional<Bandwidth> Reader::bandwidth(const std::string& option) {
    return parsed<Bandwidth>(option, parse_bandwidth, "a rate with its unit", "400 Gbit/s or 50 GB/s, one direction");
}

std::size_t Reader::choice(const std::string& option, const std::vector<std::string_view>& names, std::size_t otherwise,
                           std::string_view why) {
    const auto found = options_.find(option);
    if (found == options_.end()) {
        if (!why.empty()) assume("--" + option, std::string{names[otherwise]}, why);
        return otherwise;
    }
    return name(option, names, {}).value_or(otherwise);
}

std::optional<std::size_t> Reader::name(const std::string& option, const std::vector<std::string_view>& names,
                                        std::string_view where) {
    const std::string hint =
        where.empty() ? one_of(names) : "names are listed by `foretrain list " + std::string{where} + "`";
    const std::string_view value = required(option, hint);
    if (refused(option)) return std::nullopt;
    const auto found = std::find(names.begin(), names.end(), value);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    const std::string_view close = nearest(value, names);
    std::string advice = close.empty() ? "" : "did you mean " + std::string{close} + "?";
    refuse(option, value, where.empty() ? hint : "a name listed by `foretrain list " + std::string{where} + "`",
           advice);
    return std::nullopt;
}

void Reader::assume(std::string what, std::string value, std::string_view why) {
    assumed_.push_back({std::move(what), std::move(value), std::string{why}});
}

void Reader::refuse(const std::string& option, std::string_view value, std::string_view requirement,
                    std::string_view hint) {
    std::string text = named(option) + " = " + std::string{value} + ": must be " + std::string{requirement};
    if (!hint.empty()) text.append("; hint: ").append(hint);
    problems_.push_back(std::move(text));
    refused_.insert(option);
}

void Reader::refuse_unless(bool condition, std::initializer_list<const char*> options, std::string_view requirement,
                           std::string_view hint) {
    if (condition) return;
    for (const char* option : options)
        if (given(option)) refuse(option, options_.at(option), requirement, hint);
}

void Reader::refuse(const Violations& violations) {
    for (const Violation& violation : violations) {
        const auto known = std::find_if(field_options.begin(), field_options.end(),
                                        [&](const FieldOption& entry) { return entry.field == violation.field; });
        const bool has_option = known != field_options.end();
        if (has_option && refused(std::string{known->option})) continue;
        std::string text{to_text(violation).view()};
        if (has_option) text = "--" + std::string{known->option} + ": " + text;
        if (std::find(problems_.begin(), problems_.end(), text) == problems_.end())
            problems_.push_back(std::move(text));
    }
}

void Reader::refuse_unknown(const std::vector<std::string>& arguments, const std::vector<std::string_view>& known) {
    bool value_of_unknown = false;
    for (const std::string& argument : arguments) {
        const bool option = argument.rfind("--", 0) == 0;
        if (!option && value_of_unknown) {
            value_of_unknown = false;
            continue;
        }
        value_of_unknown = option && argument.find('=') == std::string::npos;
        const std::string_view close = nearest(argument, known);
        problems_.push_back(argument + " is not understood" +
                            (close.empty() ? "" : "; hint: did you mean " + std::string{close} + "?"));
    }
}

int Reader::report(std::string_view command) const {
    std::cerr << "foretrain " << command << ": " << problems_.size()
              << (problems_.size() == 1 ? " problem\n" : " problems\n");
    for (const std::string& problem : problems_) std::cerr << "  " << problem << '\n';
    std::cerr << "`foretrain " << command << " --help` describes the options.\n";
    return 2;
}

} // namespace planner
