// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/systems.hpp"
#include "../collective/select.hpp"
#include "../import/collectives.hpp"
#include "../import/words.hpp"
#include "prediction.hpp"

// Measured collectives beside their predicted times, s.
//
// A row names a machine in words ("H100 p5.48xlarge + 32x100Gb EFA"); the tables below say which fabric that is. Where
// a row states the bus bandwidth of large messages but no size, it is compared at 8 GiB. Kernels of inference engines
// run their own algorithm up to a size and the library's above it.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of rates relative to links, or of constants of NCCL's cost model.
inline constexpr std::array collective_efficiency_columns = {"table", "bytes", "scope", "ratio_of_link_bw"};
inline constexpr std::array nccl_constant_columns = {"group", "key", "algorithm", "protocol", "value", "unit"};

namespace detail {

/// A part of the names of machines, and what it stands for; first match first.
struct CollectiveMachine {
    std::string_view part;
    std::string_view system = {};   ///< of the catalogue, or
    const Fabric* fabric = nullptr; ///< a fabric of its own
    double host_launch = 30e-6;     ///< a kernel launched by Python, s: floor of collectives that are no graph
    bool wires = false;             ///< compiled collectives: no library of kernels
};
inline constexpr std::array collective_machines = {
    CollectiveMachine{"GB300", "gb300-nvl72", nullptr, 47e-6},
    CollectiveMachine{"GB200", "gb200-nvl72", nullptr, 47e-6},
    CollectiveMachine{"B300", "hgx-b300", nullptr, 21e-6},
    CollectiveMachine{"B200", "dgx-b200", nullptr, 21e-6},
    CollectiveMachine{"A3 Mega", "gcp-a3-mega", nullptr, 21e-6},
    CollectiveMachine{"a3-mega", "gcp-a3-mega", nullptr, 21e-6},
    CollectiveMachine{"p5.48xlarge", "aws-p5", nullptr, 21e-6},
    CollectiveMachine{"p4d", "aws-p4d", nullptr, 44e-6},
    CollectiveMachine{"H100 PCIe", "h100-pcie-node", nullptr, 21e-6},
    CollectiveMachine{"H100-PCIe", "h100-pcie-node", nullptr, 21e-6},
    CollectiveMachine{"H100", "dgx-h100", nullptr, 21e-6},
    CollectiveMachine{"GH200", "hgx-h200", nullptr, 47e-6},
    CollectiveMachine{"H200", "hgx-h200", nullptr, 21e-6},
    CollectiveMachine{"H800", "dgx-h800", nullptr, 21e-6},
    CollectiveMachine{"H20", "hgx-h20", nullptr, 21e-6},
    CollectiveMachine{"A800", "hgx-a800", nullptr, 44e-6},
    CollectiveMachine{"A100", "dgx-a100", nullptr, 44e-6},
    CollectiveMachine{"DGX-2H", "dgx2h-v100"},
    CollectiveMachine{"DGX-2", "dgx2-v100"},
    CollectiveMachine{"V100-SXM3", "dgx2-v100"},
    CollectiveMachine{"V100", "dgx-v100"},
    CollectiveMachine{"MI355X", "mi355x-node"},
    CollectiveMachine{"MI325X", "mi325x-node"},
    CollectiveMachine{"MI300X", "mi300x-node"},
    CollectiveMachine{"MI250", "mi250x-node"},
    CollectiveMachine{"Gaudi2", "gaudi2-node"},
    CollectiveMachine{"Gaudi3", "gaudi3-node"},
    CollectiveMachine{"TPU v7", "tpu-v7-pod", nullptr, 0.0, true},
    CollectiveMachine{"TPU v6e", "tpu-v6e-pod", nullptr, 0.0, true},
    CollectiveMachine{"TPU v5p", "tpu-v5p-pod", nullptr, 0.0, true},
    CollectiveMachine{"TPU v5e", "tpu-v5e-pod", nullptr, 0.0, true},
    CollectiveMachine{"TPU v4", "tpu-v4-pod", nullptr, 0.0, true},
    CollectiveMachine{"TPU v3", "tpu-v3-pod", nullptr, 0.0, true},
    CollectiveMachine{"L40S", {}, &catalog::pcie4_host_memory, 44e-6},
    CollectiveMachine{"RTX PRO 6000", {}, &catalog::pcie5_host, 21e-6},
    CollectiveMachine{"B60", {}, &catalog::pcie5_x8_host, 40e-6},
    CollectiveMachine{"KNL", {}, &catalog::omni_path_nodes},
    CollectiveMachine{"1080Ti", {}, &catalog::pcie3_host},
    CollectiveMachine{"TitanX_Pascal", {}, &catalog::pcie3_host},
    CollectiveMachine{"TitanX", {}, &catalog::pcie3_host_2016},
    CollectiveMachine{"P100", {}, &catalog::pcie3_host_2016},
    CollectiveMachine{"M40", {}, &catalog::pcie3_host_2016},
};

/// Networks that a name mentions: what they change of the system's own.
struct CollectiveNetwork {
    std::string_view part;
    Seconds latency{};
    double efficiency = 0; ///< 0: the system's
};
inline constexpr std::array collective_networks = {
    CollectiveNetwork{"TCPX", make<Seconds>(65e-6), 0.92},
    CollectiveNetwork{"EFA", make<Seconds>(32e-6), 0.95},
    CollectiveNetwork{"RoCE", make<Seconds>(9e-6)},
};

/// Bandwidth of a node's network if the part of a name after '+' or '(' states it: "8x400Gb", "100Gb EFA".
[[nodiscard]] inline std::optional<double> stated_network(std::string_view name, std::int64_t node) {
    const std::size_t from = std::min(name.find('+'), name.find('('));
    if (from == std::string_view::npos) return std::nullopt;
    const std::string_view text = name.substr(from);
    const auto number_before = [&](std::size_t end) -> std::optional<double> {
        std::size_t begin = end;
        while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
        return begin < end ? number_of(text.substr(begin, end - begin)) : std::nullopt;
    };
    const std::size_t unit = text.find("Gb");
    if (unit == std::string_view::npos) return std::nullopt;
    const std::optional<double> rate = number_before(unit);
    if (!rate || !(*rate > 0)) return std::nullopt;
    std::size_t digits = unit;
    while (digits > 0 && text[digits - 1] >= '0' && text[digits - 1] <= '9') --digits;
    double ports = contains(name, "EFA") ? 1.0 : static_cast<double>(node); // AWS states the sum, others one port
    if (digits > 1 && text[digits - 1] == 'x')
        if (const std::optional<double> factor = number_before(digits - 1)) ports = *factor;
    return *rate * ports * 1e9 / 8.0;
}

/// What the tables call a collective.
[[nodiscard]] inline std::optional<Collective> collective_of(std::string_view name) {
    if (name == "all_reduce" || name == "allreduce") return Collective::all_reduce;
    if (name == "all_gather" || name == "allgather") return Collective::all_gather;
    if (name == "reduce_scatter" || name == "reducescatter") return Collective::reduce_scatter;
    if (name == "alltoall" || name == "all_to_all") return Collective::all_to_all;
    if (name == "broadcast") return Collective::broadcast;
    if (name == "reduce") return Collective::reduce;
    if (name == "sendrecv" || name == "send_recv" || name == "p2p") return Collective::point_to_point;
    return std::nullopt;
}

/// Sizes up to which kernels of inference engines run their own algorithm: what logs of both show.
inline constexpr double trtllm_limit = 1024.0 * 1024.0, vllm_limit = 8.0 * 1024.0 * 1024.0;
/// What vLLM's kernels cost on top of TensorRT-LLM's, s.
inline constexpr double graph_launch = 1.1e-6;
/// Time of an all-reduce over NVLink that copies its array in and out over that of one that does not, large arrays.
inline constexpr double copied_array = 1.17;

/// Predicts one row.
[[nodiscard]] inline PredictedRow predict_collective(const MeasuredCollective& from, std::string id) {
    PredictedRow row;
    row.id = std::move(id);
    row.source = from.source;
    row.accelerator = from.hardware;
    row.quality = from.confidence;
    row.model = from.collective + " " + (from.algorithm.empty() ? "" : from.algorithm + " ") + from.gpus + " x " +
                from.bytes + " B";
    row.configuration = from.hardware + "|" + from.nodes + "|" + from.gpus + "|" + from.collective + "|" +
                        from.algorithm + "|" + from.bytes;
    const auto refuse = [&row](std::string reason, std::string_view text = {}) {
        row.refusal = reason + (text.empty() ? "" : ": " + std::string{text});
        row.reason = std::move(reason);
        return row;
    };
    const std::string_view algorithm = from.algorithm;
    if (contains(algorithm, "DeepEP") || contains(from.collective, "MoE"))
        return refuse("a routed exchange whose bytes the row does not state");
    const std::optional<Collective> collective = collective_of(from.collective);
    if (!collective) return refuse("collective is not one of the library's", from.collective);
    const std::optional<std::int64_t> stated_ranks = integer_of(from.gpus);
    if (!stated_ranks || *stated_ranks < 1 || *stated_ranks > 1 << 20)
        return refuse("gpus is not a whole number above 0", from.gpus);
    const std::int64_t ranks = *stated_ranks;
    if (ranks < 2) return refuse("a group of one communicates with nobody");
    std::int64_t nodes = 0; // not stated
    if (!from.nodes.empty()) {
        const std::optional<double> stated = number_of(from.nodes);
        if (!stated || !(*stated >= 1) || !(*stated <= 1e6)) return refuse("nodes is not a number above 0", from.nodes);
        nodes = static_cast<std::int64_t>(*stated);
    }
    const auto positive = [](const std::string& text) {
        const std::optional<double> value = number_of(text);
        return value && *value > 0 ? value : std::nullopt;
    };
    const std::optional<double> bus = positive(from.bus_bandwidth);
    std::optional<double> bytes = positive(from.bytes);
    row.complete = bytes.has_value();
    if (!from.bytes.empty() && !bytes) return refuse("bytes is not a number above 0", from.bytes);
    if (!from.time_us.empty() && !positive(from.time_us))
        return refuse("time_us is not a number above 0", from.time_us);
    if (!bytes) {
        if (!bus) return refuse("neither a size nor a bandwidth is published");
        bytes = 8.0 * 1024.0 * 1024.0 * 1024.0;
        row.assumptions.emplace_back("size not stated, taken as 8 GiB");
    }
    if (const std::optional<double> time = positive(from.time_us)) {
        row.measured = *time * 1e-6;
    } else if (bus) {
        row.measured = bus_factor(*collective, ranks) * *bytes / (*bus * 1e9);
    } else {
        return refuse("neither a time nor a bandwidth is published");
    }

    if (contains(from.hardware, "unspecified")) return refuse("hardware or network is unspecified");
    const CollectiveMachine* machine = nullptr;
    for (const CollectiveMachine& candidate : collective_machines)
        if (machine == nullptr && contains(from.hardware, candidate.part)) machine = &candidate;
    if (machine == nullptr) return refuse("hardware '" + from.hardware + "' is not known");
    Fabric fabric;
    if (machine->fabric != nullptr) {
        fabric = *machine->fabric;
    } else {
        const std::optional<Cluster> cluster = catalog::make_system(machine->system, ranks);
        if (!cluster) return refuse("system '" + std::string{machine->system} + "' is not in the catalogue");
        fabric = cluster->fabric;
        FabricTier& network = fabric.tier[1];
        const std::int64_t node = cluster->node.accelerators;
        if (const std::optional<double> stated = stated_network(from.hardware, node)) {
            const double units = static_cast<double>(fabric.tier[0].size) / static_cast<double>(node);
            network.link.bandwidth = make<Bandwidth>(*stated * units);
        }
        for (const CollectiveNetwork& known : collective_networks)
            if (contains(from.hardware, known.part) && machine->system.substr(0, 4) != "aws-") {
                network.link.latency = known.latency;
                if (known.efficiency > 0) network.efficiency = known.efficiency;
                break;
            }
        // Fewer ranks on each node than it has accelerators: the others idle.
        if (nodes > 1 && ranks % nodes == 0 && fabric.tier[0].size == node && ranks / nodes < node) {
            fabric.tier[0].size = ranks / nodes;
            network.size = network.size / node * fabric.tier[0].size;
        }
    }
    const std::int64_t unit = fabric.tier[0].size;
    if (nodes == 1 && ranks > unit && fabric.tiers == 2 && !fabric.tier[1].inside_host)
        return refuse("more accelerators than one node of this kind has");
    if (contains(algorithm, "SHARP")) fabric.tier[1].in_network_reduction = true;

    CommunicationLibrary library = machine->wires ? libraries::wires : libraries::nccl;
    std::int64_t group_ranks = ranks;
    double size = *bytes;
    if (contains(from.library, "oneccl") && *collective == Collective::all_gather) size *= static_cast<double>(ranks);
    if (contains(algorithm, "one axis")) { // bytes sent by a chip along an axis of four
        group_ranks = 4;
        size *= 4.0 / 3.0;
    }
    const Group group = make_group(fabric, ranks, group_ranks, 1, library);
    const Bytes amount = make<Bytes>(size);
    const auto library_time = [&] { return raw(time<NcclAlgorithms>(*collective, group, amount)); };
    const auto forced = [&]<class A>(A) {
        if (!A::supports(*collective) || !available<A>(group))
            return refuse("the algorithm does not run here", algorithm);
        row.predicted = raw(A::time(*collective, group, amount));
        return row;
    };
    if (contains(algorithm, "custom:")) {
        const bool engine = contains(algorithm, "TRTLLM");
        if (!engine && !contains(algorithm, "vLLM")) return refuse("an algorithm that is not modelled", algorithm);
        const bool eager = contains(algorithm, "eager");
        // Peers read each other's memory: over a host's buses only behind one bridge, and oneCCL's own kernels never.
        const bool peers = (fabric.tiers == 1 || !fabric.tier[1].inside_host || ranks <= unit) &&
                           machine->fabric != &catalog::pcie5_x8_host;
        double seconds = library_time();
        if (peers && size <= (engine ? trtllm_limit : vllm_limit)) {
            const Group direct = make_group(fabric, ranks, ranks, 1, libraries::peer_memory);
            const double launch = engine ? 0.0 : graph_launch;
            // TensorRT-LLM's kernels send everything to everybody: bytes as of an all-gather of n arrays.
            const Seconds once = engine
                                     ? Direct::time(Collective::all_gather, direct, amount * static_cast<double>(ranks))
                                     : Direct::time(*collective, direct, amount);
            seconds = std::min(seconds, launch + raw(once));
        }
        if (eager) {
            row.assumptions.emplace_back("launch by the host from similar machines");
            seconds = std::max(machine->host_launch,
                               seconds * (machine->fabric == nullptr && size > vllm_limit ? copied_array : 1.0));
        }
        row.predicted = seconds;
        return row;
    }
    if (algorithm.substr(0, 4) == "Ring") return forced(Ring{});
    if (contains(algorithm, "NVLS")) return forced(InNetwork{});
    if (algorithm.substr(0, 4) == "Tree") return forced(DoubleBinaryTree{});
    for (const std::string_view known : {"", "NCCL", "RCCL", "oneCCL", "ICI", "DCN", "Intel MLSL"})
        if (algorithm.empty() || (!known.empty() && algorithm.substr(0, known.size()) == known)) {
            row.predicted = library_time();
            return row;
        }
    return refuse("an algorithm that is not modelled", algorithm);
}

} // namespace detail

/// Predicts every row of a table of collectives; times in s. Throws `UnreadableTable`.
[[nodiscard]] inline std::vector<PredictedRow> predict_collectives_table(const std::string& path) try {
    std::vector<PredictedRow> rows;
    for (const MeasuredCollective& measured : read_collectives(path))
        rows.push_back(detail::predict_collective(measured, std::to_string(rows.size() + 1)));
    return rows;
} catch (const io::error::base& error) {
    throw UnreadableTable(path + ": " + error.what());
}

/// Predicts a table of rates relative to a link (aliyun/SimAI): bus bandwidth of a ring over that of NVLink on one node
/// or of the node's ports across nodes; for an all-to-all, bytes that leave a node over what its ports could carry.
/// "Multi N" is one rank on each of N nodes. The ratio stands in place of the time. Throws `UnreadableTable`.
[[nodiscard]] inline std::vector<PredictedRow> predict_collective_efficiency_table(const std::string& path) try {
    detail::StepReader<6> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "table", "bytes", "scope", "ratio_of_link_bw",
                     "source", "confidence");
    for (const char* column : collective_efficiency_columns)
        if (!file.has_column(column)) throw UnreadableTable(path + ": no column " + column);
    std::vector<PredictedRow> rows;
    std::string table, bytes, scope, ratio, source, confidence;
    const Cluster cluster = catalog::dgx_h100(8);
    while (file.read_row(table, bytes, scope, ratio, source, confidence)) {
        PredictedRow row;
        row.id = std::to_string(rows.size() + 1);
        row.source = source;
        row.accelerator = "dgx-h100";
        row.quality = confidence;
        row.model = table + " " + scope + " " + bytes + " B";
        row.configuration = row.model;
        row.assumptions.emplace_back("accelerator and network not stated, taken as dgx-h100");
        const std::optional<double> size = detail::number_of(bytes), measured = detail::number_of(ratio);
        const std::size_t digits = scope.find_first_of("0123456789");
        const std::size_t end = scope.find_first_not_of("0123456789", digits);
        const std::int64_t count =
            digits == std::string::npos
                ? 0
                : detail::integer_of(scope.substr(digits, end - digits)).value_or(std::int64_t{0});
        if (!size || !(*size > 0)) {
            row.reason = row.refusal = "bytes is not a number above 0";
        } else if (!measured || !(*measured > 0)) {
            row.reason = row.refusal = "ratio_of_link_bw is not a number above 0";
        } else if (count < 1 || count > 1 << 16) {
            row.measured = measured;
            row.reason = row.refusal = "scope does not tell how many nodes";
        } else {
            row.measured = measured;
            const bool single = scope.find("Node") == std::string::npos;
            const std::int64_t ranks = single ? count : count * 8;
            const Group group = make_group(cluster.fabric, count * 8, ranks, single ? 8 : 1, libraries::nccl);
            const bool exchange = table == "ata_ratio";
            const Collective collective = exchange ? Collective::all_to_all : Collective::reduce_scatter;
            const double seconds = raw(time<NcclAlgorithms>(collective, group, make<Bytes>(*size)));
            const double inside = single ? 1.0 : 8.0;
            double link = raw(cluster.fabric.tier[count > 1 ? 1U : 0U].link.bandwidth) / (single ? 8.0 : 1.0);
            double moved = bus_factor(collective, ranks) * *size;
            if (exchange && count > 1)
                moved = inside * (static_cast<double>(ranks) - inside) * *size / static_cast<double>(ranks);
            row.predicted = moved / seconds / link;
        }
        rows.push_back(row);
    }
    return rows;
} catch (const io::error::base& error) {
    throw UnreadableTable(path + ": " + error.what());
}

/// A table of the constants of NCCL's own cost model: every row is refused, for it measures nothing. Throws
/// `UnreadableTable`.
[[nodiscard]] inline std::vector<PredictedRow> predict_nccl_constants_table(const std::string& path) try {
    detail::StepReader<5> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "group", "key", "algorithm", "protocol",
                     "source");
    std::vector<PredictedRow> rows;
    std::string group, key, algorithm, protocol, source;
    while (file.read_row(group, key, algorithm, protocol, source)) {
        PredictedRow row;
        row.id = std::to_string(rows.size() + 1);
        row.source = source;
        row.accelerator = "none";
        row.model = group + " " + key + " " + algorithm + " " + protocol;
        row.reason = row.refusal = "a constant of NCCL's cost model, not a measurement";
        rows.push_back(row);
    }
    return rows;
} catch (const io::error::base& error) {
    throw UnreadableTable(path + ": " + error.what());
}

} // namespace foretrain::inline v0
