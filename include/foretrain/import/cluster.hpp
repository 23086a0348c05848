// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../catalog/accelerators.hpp"
#include "aliases.hpp"
#include "row.hpp"

// The cluster of a published row: the usual system of its accelerators, with the node size and the network it states.

namespace foretrain::inline v0::detail {

/// Accelerators of a row: stated, or the product of the degrees of parallelism.
[[nodiscard]] inline std::int64_t accelerators_of(const PublishedStep& row, RowReader& read) {
    if (!row.gpus.empty()) return read.required("gpus", row.gpus);
    std::int64_t product = 1;
    for (const std::string* degree : {&row.tensor, &row.pipeline, &row.context, &row.data}) {
        const std::optional<std::int64_t> value = integer_of(*degree);
        if (value && *value > 0 && *value <= most_degree) product *= *value;
        else if (degree != &row.context) return read.required("gpus", row.gpus);
        if (product > 1000000000) return read.required("gpus", row.gpus);
    }
    read.assume("gpus = " + std::to_string(product) + ", the product of the degrees");
    return product;
}

/// Reads the cluster of a row; it has no accelerators if they are not in the catalogue.
inline void import_cluster(const PublishedStep& row, RowReader& read, Cluster& cluster) {
    const std::int64_t accelerators = accelerators_of(row, read);
    const std::optional<std::string_view> system = system_of(row.hardware);
    if (!system) {
        read.refuse("accelerator not in the catalogue: " + row.hardware);
        return;
    }
    cluster = *catalog::make_system(*system, accelerators);
    if (*system == "dgx-v100" && contains(letters_of(row.hardware), "16gb")) cluster.accelerator = catalog::v100_16gb;

    const bool node_network_above =
        cluster.fabric.tiers == 2 && cluster.fabric.tier[0].size == cluster.node.accelerators;
    if (const std::optional<std::int64_t> stated = integer_of(row.gpus_per_node);
        node_network_above && stated && *stated > 0 && *stated < cluster.node.accelerators && accelerators > *stated) {
        // Smaller nodes than the usual system: fewer accelerators share the same network ports.
        cluster.node.accelerators = cluster.fabric.tier[0].size = *stated;
        cluster.fabric.tier[1].size = *stated * (1 << 20);
    }
    if (cluster.fabric.tiers < 2 || accelerators <= cluster.fabric.tier[0].size) return;
    if (const std::optional<Bandwidth> stated = node_network(row.interconnect, cluster.node.accelerators)) {
        const double nodes =
            static_cast<double>(cluster.fabric.tier[0].size) / static_cast<double>(cluster.node.accelerators);
        cluster.fabric.tier[1].link.bandwidth = *stated * nodes;
    } else {
        read.assume("interconnect of " + std::string{cluster.name});
    }
}

} // namespace foretrain::inline v0::detail
