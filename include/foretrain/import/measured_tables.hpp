// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../calibrate/error.hpp"
#include "../calibrate/measurement.hpp"
#include "../catalog/accelerators.hpp"
#include "../parallel/check.hpp"
#include "aliases.hpp"
#include "collectives.hpp"
#include "configuration.hpp"
#include "nccl_tests.hpp"
#include "published_steps.hpp"

// Tables of timed kernels, collectives and steps, as measurements to calibrate with. docs/calibrate.md has the columns.
//
// A row that cannot be used is left out and counted under its reason. `measured.accelerator` is the hardware as the
// table names it; `catalogue_accelerator` and `catalogue_system` say what the catalogue calls it.

namespace foretrain::inline v0 {

/// The usable rows of a table, and how many were left out for which reason.
template <class Row>
struct MeasuredTable {
    std::vector<Row> rows;
    std::map<std::string, std::int64_t> left_out;
};

namespace detail::measured {

struct HardwareName {
    std::string_view part; ///< of the table's name, any case, `-` and `_` alike
    std::string_view catalogue;
};
/// First match wins: longer names before shorter ones.
inline constexpr std::array accelerator_names = {
    HardwareName{"a100 80gb pcie", ""}, // not in the catalogue
    HardwareName{"a100 pcie", ""},
    HardwareName{"a100 sxm4 40gb", "a100-sxm-40gb"},
    HardwareName{"a100 sxm", "a100-sxm-80gb"},
    HardwareName{"a800", "a800-sxm-80gb"},
    HardwareName{"gb300", "gb300"},
    HardwareName{"gb200", "gb200"},
    HardwareName{"gh200", ""},
    HardwareName{"b300", "b300-sxm"},
    HardwareName{"b200", "b200-sxm"},
    HardwareName{"h100 pcie", "h100-pcie"},
    HardwareName{"h100 nvl", "h100-nvl"},
    HardwareName{"h100", "h100-sxm"},
    HardwareName{"h800", "h800-sxm"},
    HardwareName{"h200", "h200-sxm"},
    HardwareName{"h20", "h20"},
    HardwareName{"mi355", "mi355x"},
    HardwareName{"mi325", "mi325x"},
    HardwareName{"mi300", "mi300x"},
    HardwareName{"v100 sxm2 16gb", "v100-16gb"},
    HardwareName{"v100 sxm2 32gb", "v100-32gb"},
};

[[nodiscard]] inline std::string plain_name(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool upper = c >= 'A' && c <= 'Z';
        name += c == '-' || c == '_' ? ' ' : upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name;
}

[[nodiscard]] inline std::optional<NumberFormat> format_named(std::string_view text) {
    if (text == "bfloat16" || text == "bf16") return NumberFormat::bf16;
    if (text == "float16" || text == "fp16" || text == "half") return NumberFormat::fp16;
    if (text == "fp8" || text == "float8") return NumberFormat::fp8;
    if (text == "tf32") return NumberFormat::tf32;
    if (text == "fp32" || text == "float32") return NumberFormat::fp32;
    return std::nullopt;
}

/// Opens a table and reads it with `read(file)`, which calls `read_header` and `read_row`.
template <unsigned Columns, class Read>
void read_csv(const std::string& path, Read read) {
    try {
        StepReader<Columns> file(path);
        read(file);
    } catch (const io::error::base& error) {
        throw CalibrationError(path + ": " + error.what());
    }
}

/// Fields of one row as numbers; the first that is none leaves the row out.
class Row {
public:
    [[nodiscard]] std::int64_t count(std::string_view column, const std::string& text, std::int64_t otherwise = 0) {
        if (text.empty() && otherwise > 0) return otherwise;
        const std::optional<std::int64_t> value = integer_of(text);
        if (value && *value > 0) return *value;
        refuse(std::string{column} + " is not a whole number above 0");
        return 1;
    }
    [[nodiscard]] double number(std::string_view column, const std::string& text) {
        const std::optional<double> value = number_of(text);
        if (value && *value > 0) return *value;
        refuse(std::string{column} + " is not a number above 0");
        return 1;
    }
    void refuse(std::string reason) {
        if (reason_.empty()) reason_ = std::move(reason);
    }
    template <class Entry>
    void add_to(MeasuredTable<Entry>& table, Entry row) const {
        if (reason_.empty()) table.rows.push_back(std::move(row));
        else ++table.left_out[reason_];
    }

private:
    std::string reason_;
};

} // namespace detail::measured

/// What the catalogue calls an accelerator of this name ("NVIDIA H100 80GB HBM3", "h100_sxm"); empty if it has none.
[[nodiscard]] inline std::string catalogue_accelerator(std::string_view text) {
    for (const auto& known : catalog::all_accelerators)
        if (known.name == text) return std::string{text};
    const std::string name = detail::measured::plain_name(text);
    for (const detail::measured::HardwareName& alias : detail::measured::accelerator_names)
        if (detail::contains(name, alias.part)) return std::string{alias.catalogue};
    return {};
}

/// What the catalogue calls a system of this name ("H100-SXM (NVLink4)"); empty if it has none.
[[nodiscard]] inline std::string catalogue_system(std::string_view text) {
    // What follows says which wires: "H100-SXM (NVLink4)", "H100 + 8x400Gb".
    text = text.substr(0, text.find_first_of("(+"));
    return std::string{detail::system_of(text).value_or(std::string_view{})};
}

/// Timed matrix products: source, hardware, dtype, op, M, N, K, batch_or_groups, time_us. Throws `CalibrationError` for
/// a file that cannot be read or lacks a column.
[[nodiscard]] inline MeasuredTable<KernelMeasurement> read_product_table(const std::string& path) {
    MeasuredTable<KernelMeasurement> table;
    detail::measured::read_csv<9>(path, [&](auto& file) {
        file.read_header(io::ignore_extra_column, "source", "hardware", "dtype", "op", "M", "N", "K", "batch_or_groups",
                         "time_us");
        std::string source, hardware, dtype, op, m, n, k, batch, time;
        while (file.read_row(source, hardware, dtype, op, m, n, k, batch, time)) {
            detail::measured::Row read;
            const std::optional<NumberFormat> format = detail::measured::format_named(dtype);
            if (!format) read.refuse("dtype " + dtype);
            if (op != "gemm" && op != "linear" && op != "bmm") read.refuse("op " + op);
            const NumberFormat operands = format.value_or(NumberFormat::bf16);
            const std::int64_t rows = read.count("M", m), columns = read.count("N", n), inner = read.count("K", k);
            const std::int64_t count = read.count("batch_or_groups", batch, 1);
            const double seconds = 1e-6 * read.number("time_us", time);
            read.add_to(table, KernelMeasurement{product_operation(rows, columns, inner, count, operands),
                                                 operands,
                                                 {make<Seconds>(seconds), source, hardware}});
        }
    });
    return table;
}

/// Timed fused attention: source, hardware, dtype, implementation, pass, mask, batch, seqlen_q, seqlen_kv, heads_q,
/// heads_kv, head_dim_qk, head_dim_v, time_ms. Unfused implementations, times of both passes together and masks other
/// than `causal` and `full` are left out.
[[nodiscard]] inline MeasuredTable<KernelMeasurement> read_attention_table(const std::string& path) {
    MeasuredTable<KernelMeasurement> table;
    detail::measured::read_csv<14>(path, [&](auto& file) {
        file.read_header(io::ignore_extra_column, "source", "hardware", "dtype", "implementation", "pass", "mask",
                         "batch", "seqlen_q", "seqlen_kv", "heads_q", "heads_kv", "head_dim_qk", "head_dim_v",
                         "time_ms");
        std::string source, hardware, dtype, implementation, pass, mask, batch, queries, keys, heads, kv_heads, width,
            value_width, time;
        while (file.read_row(source, hardware, dtype, implementation, pass, mask, batch, queries, keys, heads, kv_heads,
                             width, value_width, time)) {
            detail::measured::Row read;
            const std::optional<NumberFormat> format = detail::measured::format_named(dtype);
            if (!format) read.refuse("dtype " + dtype);
            if (pass != "fwd" && pass != "bwd") read.refuse("pass " + pass);
            if (mask != "causal" && mask != "full") read.refuse("mask " + mask);
            for (const char* other : {"Block-Sparse", "PyTorch Attention", "Megatron", "no FlashAttention"})
                if (detail::contains(implementation, other)) read.refuse("implementation " + implementation);
            const NumberFormat operands = format.value_or(NumberFormat::bf16);
            AttentionShape shape;
            shape.batch = read.count("batch", batch);
            shape.queries = read.count("seqlen_q", queries);
            shape.keys = read.count("seqlen_kv", keys);
            shape.heads = read.count("heads_q", heads);
            shape.kv_heads = read.count("heads_kv", kv_heads, shape.heads);
            shape.head_dimension = read.count("head_dim_qk", width);
            shape.value_dimension = read.count("head_dim_v", value_width, shape.head_dimension);
            shape.causal = mask == "causal";
            const double seconds = 1e-3 * read.number("time_ms", time);
            read.add_to(table, KernelMeasurement{
                                   attention_operation(shape, pass == "bwd" ? Pass::backward : Pass::forward, operands),
                                   operands,
                                   {make<Seconds>(seconds), source, hardware}});
        }
    });
    return table;
}

/// Timed collectives: a table with the columns source, hardware, nodes, gpus, collective, algorithm, bytes, time_us, or
/// what nccl-tests printed (import/nccl_tests.hpp). Algorithms that are not NCCL's or RCCL's are left out. Nodes that
/// are not stated are taken as one.
[[nodiscard]] inline MeasuredTable<CollectiveMeasurement> read_collective_table(const std::string& path) {
    std::ifstream file(path);
    std::string header;
    if (!file || !std::getline(file, header)) throw CalibrationError(path + ": cannot be read");
    std::vector<MeasuredCollective> measured;
    if (detail::contains(header, "collective")) {
        try {
            measured = read_collectives(path);
        } catch (const io::error::base& error) {
            throw CalibrationError(path + ": " + error.what());
        }
    } else {
        file.seekg(0);
        const NcclTestsLog log = read_nccl_tests(file, path);
        if (log.rows.empty()) throw CalibrationError(path + ": neither a table of collectives nor nccl-tests' output");
        measured = log.rows;
    }
    MeasuredTable<CollectiveMeasurement> table;
    constexpr std::array<std::pair<std::string_view, Collective>, 7> names{
        {{"all_reduce", Collective::all_reduce},
         {"reduce_scatter", Collective::reduce_scatter},
         {"all_gather", Collective::all_gather},
         {"broadcast", Collective::broadcast},
         {"reduce", Collective::reduce},
         {"alltoall", Collective::all_to_all},
         {"sendrecv", Collective::point_to_point}}};
    for (const MeasuredCollective& from : measured) {
        detail::measured::Row read;
        CollectiveMeasurement m;
        bool known = false;
        for (const auto& [name, value] : names)
            if (from.collective == name) {
                m.collective = value;
                known = true;
            }
        if (!known) read.refuse(from.collective.empty() ? "collective not stated" : "collective " + from.collective);
        const std::string& algorithm = from.algorithm;
        if (algorithm == "Ring" || algorithm == "Ring (NVLS off)") m.algorithm = Algorithm::ring;
        else if (algorithm == "Tree") m.algorithm = Algorithm::double_binary_tree;
        else if (algorithm == "NVLS") m.algorithm = Algorithm::in_network;
        else if (!algorithm.empty() && algorithm != "NCCL default" && algorithm != "RCCL default" &&
                 algorithm != "Ring (auto)")
            read.refuse("algorithm " + algorithm);
        m.ranks = read.count("gpus", from.gpus);
        m.nodes = read.count("nodes", from.nodes, 1);
        if (m.ranks < 2) read.refuse("one rank");
        m.size = make<Bytes>(read.number("bytes", from.bytes));
        m.measured = {make<Seconds>(1e-6 * read.number("time_us", from.time_us)), from.source, from.hardware};
        read.add_to(table, m);
    }
    return table;
}

/// Measured training steps: the columns of published steps, or of vTrain's tables. Rows that are not understood, or
/// that `check` refuses, are left out.
[[nodiscard]] inline MeasuredTable<StepMeasurement> read_step_table(const std::string& path) {
    MeasuredTable<StepMeasurement> table;
    std::string header;
    if (std::ifstream file(path); !file || !std::getline(file, header))
        throw CalibrationError(path + ": cannot be read");
    std::vector<PublishedStep> steps;
    try {
        if (detail::contains(header, "iteration time (ms)")) steps = read_vtrain_steps(path);
        else if (detail::contains(header, "global_batch_seqs")) steps = read_published_steps(path);
        else
            throw CalibrationError(path + ": is not a table of steps: it has neither a column global_batch_seqs nor "
                                          "iteration time (ms)");
    } catch (const io::error::base& error) {
        throw CalibrationError(path + ": " + error.what());
    }
    for (const PublishedStep& published : steps) {
        const ImportedStep step = import_step(published);
        detail::measured::Row read;
        if (!step.refusal.empty()) read.refuse(step.refusal);
        else if (!step.measured || !(raw(*step.measured) > 0)) read.refuse("step time is not above 0");
        else if (!is_valid(step.model, step.cluster, step.plan)) {
            const Violations violations = check(step.model, step.cluster, step.plan);
            read.refuse(std::string{violations[0].field} + ": " + std::string{violations[0].rule});
        }
        read.add_to(table,
                    StepMeasurement{step.model,
                                    step.cluster,
                                    step.plan,
                                    {step.measured.value_or(make<Seconds>(0.0)), step.source, step.accelerator}});
    }
    return table;
}

} // namespace foretrain::inline v0
