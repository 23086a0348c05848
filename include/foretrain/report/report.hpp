// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../memory/constants.hpp"
#include "../run/run.hpp"
#include "../step/estimate.hpp"
#include "../step/uncertainty.hpp"
#include "../units/print.hpp"

// What a report is about: a configuration, its estimate, and where every input came from.

namespace foretrain::inline v0 {

/// A run with what it was asked for.
struct ReportedRun {
    std::string budget; ///< in words, "15.6T tokens"
    std::string faults; ///< in words, "90% of the wall clock trains"
    Provenance faults_from{};
    Prices prices{};
    Site site{};
    std::string grid; ///< where `estimate.carbon` is of; empty: unknown
    Provenance grid_from{};
    RunEstimate estimate{};
};

/// A predicted number beside a published one, both in `unit`.
struct Comparison {
    std::string configuration;
    std::string quantity;
    double predicted = 0;
    double published = 0;
    std::string unit;
    Provenance provenance{};

    /// (predicted - published) / published.
    [[nodiscard]] double deviation() const noexcept { return (predicted - published) / published; }
};

/// Something the user did not state, and what was taken instead.
struct Assumption {
    std::string what;
    std::string value;
    std::string why;
};

/// An input that is known as a range, and what the range does to the time.
struct StatedRange {
    StepInput input{};
    double relative = 0; ///< between 1 / (1 + relative) and 1 + relative times the value used, eight times in ten
    std::string stated;  ///< in words, "300Gbit/s..400Gbit/s"
    double effect = 0;   ///< half width of the band of the step time that it alone makes, in the logarithm
};

/// All a report shows. The estimate and its band must be those of the model, the cluster and the plan.
struct Report {
    Transformer model{};
    Cluster cluster{};
    ParallelPlan plan{};
    StepEstimate step{};
    std::optional<Band> band{}; ///< of the step time, with the ranges in it
    std::vector<StatedRange> ranges{};
    std::optional<ReportedRun> run{};
    std::vector<Comparison> published{};
    std::vector<Assumption> assumed{};
};

/// A precision recipe and what users call it.
struct NamedPrecision {
    std::string_view name;
    Precision precision{};
};
inline constexpr std::array named_precisions = {
    NamedPrecision{"mixed-bf16", precision::mixed_bf16},
    NamedPrecision{"mixed-bf16-reduced", precision::mixed_bf16_reduced},
    NamedPrecision{"mixed-fp16", precision::mixed_fp16},
    NamedPrecision{"tf32", precision::tf32},
    NamedPrecision{"fp32", precision::fp32},
    NamedPrecision{"fp8", precision::fp8},
    NamedPrecision{"fp8-block", precision::fp8_block},
    NamedPrecision{"mxfp8", precision::mxfp8},
    NamedPrecision{"nvfp4", precision::nvfp4},
    NamedPrecision{"int8", precision::int8},
};
/// `mixed-bf16` and so on, or `custom`.
[[nodiscard]] constexpr std::string_view name_of(const Precision& precision) noexcept {
    for (const NamedPrecision& named : named_precisions)
        if (named.precision == precision) return named.name;
    return "custom";
}

/// An input of the estimate: what it is, its values in words, where they came from.
struct ReportedInput {
    std::string what;
    std::string value;
    Provenance provenance{};
};

namespace detail {

template <class... Parts>
[[nodiscard]] std::string joined(const Parts&... parts) {
    std::string result;
    (result.append(std::string_view{parts}), ...);
    return result;
}

[[nodiscard]] inline std::string number_text(double number) {
    return std::string{BasicText<31>{}.append_number(number).view()};
}

} // namespace detail

/// Parameters of a model in billions or millions: "405.9B", "124.4M".
[[nodiscard]] inline std::string parameters_text(const Transformer& model) {
    const double millions = static_cast<double>(parameters(model)) / 1e6;
    const bool billions = millions >= 999.95;
    BasicText<31> text;
    text.append_fixed(billions ? millions / 1000.0 : millions, 1);
    return std::string{text.append(billions ? 'B' : 'M').view()};
}

/// Every sourced input of a report: model, accelerator, its kernel constants, node, fabric tiers, software, memory
/// constants and, of a run, faults, prices, site and grid.
[[nodiscard]] inline std::vector<ReportedInput> inputs_of(const Report& report) {
    using detail::joined;
    using detail::number_text;
    const Accelerator& a = report.cluster.accelerator;
    const Node& node = report.cluster.node;
    const SoftwareStack& stack = report.plan.stack;
    std::vector<ReportedInput> inputs;
    inputs.push_back({joined("model ", report.model.name),
                      joined(std::to_string(report.model.layers), " layers of ", std::to_string(report.model.hidden),
                             ", ", parameters_text(report.model), " parameters"),
                      report.model.provenance});
    inputs.push_back(
        {joined("accelerator ", a.name),
         joined(to_text(report.step.peak), " dense ", name_of(report.plan.precision.compute), ", ",
                to_binary_text(a.memory.capacity), " at ", to_text(a.memory.bandwidth), ", ", to_text(a.power)),
         a.provenance});
    inputs.push_back({"kernels",
                      joined(to_percent(a.kernel.matrix_efficiency), " of the peak for large products, ",
                             to_percent(a.kernel.sustained_clock), " of that sustained, ",
                             to_percent(a.kernel.memory_efficiency), " of the memory bandwidth"),
                      a.kernel.provenance});
    inputs.push_back(
        {joined("node ", node.name),
         joined(number_text(static_cast<double>(node.accelerators)), " accelerators, ",
                number_text(static_cast<double>(node.nics)), " NICs of ", to_text(to_bits(node.nic_bandwidth)), ", ",
                to_text(node.host_power), " beside the accelerators"),
         node.provenance});
    for (std::int64_t i = 0; i < report.cluster.fabric.tiers; ++i) {
        const FabricTier& tier = report.cluster.fabric.tier[static_cast<std::size_t>(i)];
        inputs.push_back(
            {joined("fabric ", tier.name),
             joined(to_text(tier.link.bandwidth), " each way per ",
                    i == 0 ? "accelerator"
                           : joined("unit of ", report.cluster.fabric.tier[static_cast<std::size_t>(i - 1)].name),
                    ", ", to_text(tier.link.latency), ", ", to_percent(tier.efficiency), " reached, oversubscription ",
                    number_text(tier.oversubscription)),
             tier.provenance});
        if (report.cluster.accelerators <= tier.size) break; // outer tiers are not used
    }
    inputs.push_back({joined("software ", stack.name),
                      joined("overlaps ", to_percent(stack.data_overlap), " of data, ",
                             to_percent(stack.tensor_overlap), " of tensor, ", to_percent(stack.pipeline_overlap),
                             " of pipeline communication; ", to_text(stack.host_per_kernel), " of host a kernel"),
                      stack.provenance});
    if (!stack.library.provenance.source.empty())
        inputs.push_back({joined("library ", stack.library.name),
                          joined(to_text(stack.library.base_latency), " a collective"), stack.library.provenance});
    constexpr MemoryConstants memory = memory_constants();
    inputs.push_back({"memory constants",
                      joined(to_binary_text(memory.context + memory.communicators), " of framework, ",
                             to_percent(memory.fragmentation), " fragmentation"),
                      memory.provenance});
    if (report.run) {
        const ReportedRun& run = *report.run;
        inputs.push_back({"time lost to faults", run.faults, run.faults_from});
        inputs.push_back(
            {"prices",
             joined(run.prices.accelerator ? to_text(*run.prices.accelerator) : Text{"accelerators: not given"}, "; ",
                    run.prices.energy ? to_text(*run.prices.energy) : Text{"energy: not given"}),
             run.prices.provenance});
        inputs.push_back({"site",
                          joined("PUE ", number_text(run.site.power_usage_effectiveness), ", hosts at ",
                                 to_percent(run.site.host_load), " of their power, ", to_text(run.site.port_power),
                                 " a port of the network"),
                          run.site.provenance});
        inputs.push_back({"power",
                          joined(to_percent(measured_boards.memory), " of the range to rated power when memory binds, ",
                                 to_percent(measured_boards.link), " in communication"),
                          measured_boards.provenance});
        if (!run.grid.empty()) inputs.push_back({"grid", run.grid, run.grid_from});
    }
    return inputs;
}

} // namespace foretrain::inline v0
