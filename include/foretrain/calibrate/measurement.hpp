// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "../collective/algorithm.hpp"
#include "../hardware/cluster.hpp"
#include "../parallel/plan.hpp"
#include "../workload/operation.hpp"
#include "../workload/transformer.hpp"

// Measurements to calibrate with: a time, where it comes from, and what took it.

namespace foretrain::inline v0 {

/// One measured time and where it comes from.
struct Measurement {
    Seconds time{};
    std::string source;
    std::string accelerator;
    double weight = 1; ///< inverse variance up to a factor
};

/// A timed operation whose operands have one number format.
struct KernelMeasurement {
    Operation operation{};
    NumberFormat operands = NumberFormat::bf16;
    Measurement measured{};
};

/// A product of `batch` rows x inner by inner x columns matrices, as benchmarks run it.
[[nodiscard]] inline Operation product_operation(std::int64_t rows, std::int64_t columns, std::int64_t inner,
                                                 std::int64_t batch, NumberFormat operands) {
    Operation product =
        matrix_product(OperationKind::feed_forward, Pass::forward, rows, columns, inner, batch, size_of(operands));
    if (raw(size_of(operands)) < 2) { // results of shorter formats are written in 16 bits
        const double results = static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(batch);
        product.bytes += make<Bytes>(results * (2 - raw(size_of(operands))));
    }
    return product;
}

/// Sizes of a fused attention kernel.
struct AttentionShape {
    std::int64_t batch = 1;
    std::int64_t queries = 0;
    std::int64_t keys = 0;
    std::int64_t heads = 1;
    std::int64_t kv_heads = 1;
    std::int64_t head_dimension = 128; ///< of queries and keys
    std::int64_t value_dimension = 128;
    bool causal = false; ///< half of the scores are left out
};

/// The kernels of one pass of fused attention; backward computes five products where forward computes two.
[[nodiscard]] inline Operation attention_operation(const AttentionShape& shape, Pass pass, NumberFormat operands) {
    const auto number = [](std::int64_t n) { return static_cast<double>(n); };
    const double heads = number(shape.batch) * number(shape.heads);
    const double kv_heads = number(shape.batch) * number(shape.kv_heads);
    const double scores = heads * number(shape.queries) * number(shape.keys) * (shape.causal ? 0.5 : 1.0);
    const double widths = number(shape.head_dimension) + number(shape.value_dimension);
    const double forward = 2.0 * scores * widths;
    const double tensors = (heads * number(shape.queries) + kv_heads * number(shape.keys)) * widths;
    const double bytes = tensors * raw(size_of(operands));
    const bool is_forward = pass == Pass::forward;
    return {.kind = OperationKind::attention,
            .form = OperationForm::fused_attention,
            .pass = pass,
            .rows = shape.queries,
            .columns = shape.keys,
            .inner = shape.head_dimension,
            .batch = shape.batch * shape.heads,
            .flops = make<Flops>(is_forward ? forward : 2.5 * forward),
            .bytes = make<Bytes>(is_forward ? bytes : 2.5 * bytes),
            .kernels = is_forward ? 1 : 3};
}

/// A timed collective. `ranks` accelerators evenly over `nodes` nodes; sizes as collective/collective.hpp defines them.
struct CollectiveMeasurement {
    Collective collective = Collective::all_reduce;
    std::optional<Algorithm> algorithm{}; ///< forced; nothing: what the library chose
    std::int64_t ranks = 2;
    std::int64_t nodes = 1;
    Bytes size{};
    Measurement measured{};
};

/// A measured training step.
struct StepMeasurement {
    Transformer model{};
    Cluster cluster{};
    ParallelPlan plan{};
    Measurement measured{};
};

} // namespace foretrain::inline v0
