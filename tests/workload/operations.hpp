// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <foretrain/workload/operation.hpp>

// Sums over operations, those that run several times as often.

namespace operations {

using namespace foretrain;

/// The sum of `value` of the operations that `counts`.
template <class Counts, class Value>
constexpr double sum(const Operations& list, Counts counts, Value value) {
    double total = 0;
    for (const Operation& o : list)
        if (counts(o)) total += static_cast<double>(o.repeats) * value(o);
    return total;
}

constexpr double flops_of(const Operation& o) { return raw(o.flops); }

/// FLOPs on the matrix units, of all kinds or of one.
constexpr double matrix_flops_of(const Operations& list) {
    return sum(list, [](const Operation& o) { return o.form != OperationForm::stream; }, flops_of);
}
constexpr double matrix_flops_of(const Operations& list, OperationKind kind) {
    return sum(
        list, [kind](const Operation& o) { return o.form != OperationForm::stream && o.kind == kind; }, flops_of);
}
/// FLOPs of matrix products alone, without fused attention.
constexpr double product_flops_of(const Operations& list) {
    return sum(list, [](const Operation& o) { return o.form == OperationForm::matrix_product; }, flops_of);
}
/// Bytes through memory, of all kinds or of one.
constexpr double bytes_of(const Operations& list) {
    return sum(list, [](const Operation&) { return true; }, [](const Operation& o) { return raw(o.bytes); });
}
constexpr double bytes_of(const Operations& list, OperationKind kind) {
    return sum(
        list, [kind](const Operation& o) { return o.kind == kind; }, [](const Operation& o) { return raw(o.bytes); });
}
/// Bytes of what no matrix unit works on.
constexpr double stream_bytes_of(const Operations& list) {
    return sum(
        list, [](const Operation& o) { return o.form == OperationForm::stream; },
        [](const Operation& o) { return raw(o.bytes); });
}
/// Kernels launched.
constexpr double kernels_of(const Operations& list) {
    return sum(
        list, [](const Operation&) { return true; }, [](const Operation& o) { return static_cast<double>(o.kernels); });
}

} // namespace operations
