// SPDX-License-Identifier: Apache-2.0
#include "ranges.hpp"

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include <foretrain/units/print.hpp>

namespace planner {

using namespace foretrain;

namespace {

enum class Unit : unsigned char { none, bandwidth, seconds };

/// An input, as users call it, and in which unit it is given.
struct Known {
    std::string_view name;
    StepInput input;
    Unit unit;
};
constexpr std::array known_inputs = {Known{"matrix-rate", StepInput::matrix_rate, Unit::none},
                                     Known{"memory-bandwidth", StepInput::memory_bandwidth, Unit::bandwidth},
                                     Known{"scale-up", StepInput::inner_bandwidth, Unit::bandwidth},
                                     Known{"node-network", StepInput::network_bandwidth, Unit::bandwidth},
                                     Known{"network-latency", StepInput::network_latency, Unit::seconds},
                                     Known{"host-time", StepInput::host_time, Unit::seconds},
                                     Known{"step-overhead", StepInput::step_overhead, Unit::seconds}};

/// The number in base units; 0, which no range has, if the text has not the right ones.
[[nodiscard]] double parsed(std::string_view text, Unit unit) {
    if (unit == Unit::bandwidth) return raw(parse_bandwidth(text).value_or(Bandwidth{}));
    return raw(parse_seconds(text).value_or(Seconds{}));
}

/// Puts the middle of a range in place; false where there is no such input.
[[nodiscard]] bool set_input(StepInput input, double value, Cluster& cluster, ParallelPlan& plan) {
    const bool networked = cluster.fabric.tiers > 1;
    switch (input) {
    case StepInput::memory_bandwidth: cluster.accelerator.memory.bandwidth = make<Bandwidth>(value); return true;
    case StepInput::inner_bandwidth: cluster.fabric.tier[0].link.bandwidth = make<Bandwidth>(value); return true;
    case StepInput::network_bandwidth: {
        // Stated of a node: a unit of the innermost tier may be several.
        const double nodes =
            static_cast<double>(cluster.fabric.tier[0].size) / static_cast<double>(cluster.node.accelerators);
        cluster.fabric.tier[1].link.bandwidth = make<Bandwidth>(value * std::fmax(nodes, 1.0));
        return networked;
    }
    case StepInput::network_latency: cluster.fabric.tier[1].link.latency = make<Seconds>(value); return networked;
    case StepInput::host_time: plan.stack.host_per_kernel = make<Seconds>(value); return true;
    case StepInput::step_overhead: plan.stack.step_overhead = make<Seconds>(value); return true;
    case StepInput::matrix_rate: return false;
    }
    return false;
}

} // namespace

std::vector<StatedRange> read_ranges(Reader& read, Cluster& cluster, ParallelPlan& plan) {
    std::vector<StatedRange> ranges;
    if (!read.given("range")) return ranges;
    std::string_view rest = read.required("range", "");
    while (!rest.empty()) {
        const std::string_view item = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(item.size() + 1, rest.size()));
        const auto refuse = [&](std::string_view requirement, std::string_view hint = {}) {
            read.refuse("range", item, requirement, hint);
        };
        const std::size_t equals = item.find('=');
        const std::string_view name = item.substr(0, equals);
        const std::string_view value = equals == std::string_view::npos ? "" : item.substr(equals + 1);
        const Known* known = nullptr;
        std::vector<std::string_view> names;
        for (const Known& one : known_inputs) {
            names.push_back(one.name);
            if (one.name == name) known = &one;
        }
        if (known == nullptr) {
            std::string all = "INPUT=LOW..HIGH or INPUT=N% with INPUT one of ";
            for (std::size_t i = 0; i < names.size(); ++i) all.append(i > 0 ? ", " : "").append(names[i]);
            const std::string_view close = nearest(name, names);
            refuse(all, close.empty() ? std::string{} : "did you mean " + std::string{close} + "?");
            continue;
        }
        StatedRange range{known->input, 0.0, std::string{value}, 0.0};
        if (!value.empty() && value.back() == '%') {
            const std::optional<double> percent = parse_number(value.substr(0, value.size() - 1));
            if (!percent || !(0.0 <= *percent && *percent <= 900.0)) {
                refuse("from 0% to 900%", "between 1 / (1 + N%) and 1 + N% times what is stated otherwise");
                continue;
            }
            range.relative = *percent / 100.0;
            ranges.push_back(range);
            continue;
        }
        const std::size_t dots = value.find("..");
        const double low = dots == std::string_view::npos ? 0.0 : parsed(value.substr(0, dots), known->unit);
        const double high = dots == std::string_view::npos ? 0.0 : parsed(value.substr(dots + 2), known->unit);
        if (known->unit == Unit::none) {
            refuse("a share, as 5%", "the rate that matrix products sustain has no value of its own here");
        } else if (!(low > 0.0) || !(low <= high) || !(high <= 100.0 * low)) {
            refuse(known->unit == Unit::bandwidth ? "two rates with their units, as 300Gbit/s..400Gbit/s"
                                                  : "two times with their units, as 5us..10us",
                   "the lower one first, above 0 and at most 100 times apart; or a share, as 10%");
        } else if (known->input == StepInput::network_bandwidth && read.given("node-network")) {
            refuse("left out where --node-network is given", "a range says what its middle is; or give a share");
        } else if (!set_input(known->input, std::sqrt(low * high), cluster, plan)) {
            refuse("left out: " + std::string{cluster.name} + " has no network between nodes");
        } else {
            range.relative = std::sqrt(high / low) - 1.0;
            const double middle = std::sqrt(low * high);
            const bool rate = known->unit == Unit::bandwidth;
            read.assume("--range " + std::string{name},
                        std::string{rate ? to_text(make<Bandwidth>(middle)) : to_text(make<Seconds>(middle))},
                        "the geometric middle of " + std::string{value} + ", instead of the catalogue's");
            ranges.push_back(range);
        }
    }
    return ranges;
}

} // namespace planner
