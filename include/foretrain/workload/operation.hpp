// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../units/quantity.hpp"

// One operation of a model on one accelerator: a matrix product, an attention core, or a stream over memory.
//
// FLOPs count a multiply and an add as two. Bytes are what must cross the memory interface at least once when the
// operation is one kernel. Both are of one pass (forward, or backward).

namespace foretrain::inline v0 {

/// What an operation is for; estimates break time down by it.
enum class OperationKind : unsigned char {
    embedding,
    norm,
    attention_projection, ///< queries, keys, values and the output projection
    attention,            ///< scores, softmax, weighted sum; rotary embedding
    feed_forward,         ///< the matrix products of the feed-forward block
    elementwise,          ///< activation functions, dropout, residual additions
    head,                 ///< projection to the vocabulary
    loss,
};
inline constexpr std::size_t operation_kinds = 8;

[[nodiscard]] constexpr std::string_view name_of(OperationKind kind) noexcept {
    switch (kind) {
    case OperationKind::embedding: return "embedding";
    case OperationKind::norm: return "norm";
    case OperationKind::attention_projection: return "attention projections";
    case OperationKind::attention: return "attention";
    case OperationKind::feed_forward: return "feed-forward";
    case OperationKind::elementwise: return "elementwise";
    case OperationKind::head: return "head projection";
    case OperationKind::loss: return "loss";
    }
    return "elementwise";
}

/// Forward, or backward (gradients of inputs and weights).
enum class Pass : unsigned char { forward, backward };

/// Which roofline an operation runs under.
enum class OperationForm : unsigned char {
    matrix_product,  ///< `batch` products of rows x inner with inner x columns, on the matrix units
    fused_attention, ///< one kernel on the matrix units that streams queries, keys and values; `inner` is the head
                     ///< dimension
    stream,          ///< limited by memory: elementwise, norms, gathers
};

/// One kernel, or several alike in a row.
struct Operation {
    OperationKind kind = OperationKind::elementwise;
    OperationForm form = OperationForm::stream;
    Pass pass = Pass::forward;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t inner = 0;
    std::int64_t batch = 1;
    Flops flops{};            ///< on the matrix units, or on the vector units for a stream
    Bytes bytes{};            ///< read and written
    std::int64_t kernels = 1; ///< kernels launched
    std::int64_t repeats = 1; ///< times that the whole runs, one after another; FLOPs and bytes are of one
    bool wide = false;        ///< runs in the format of activations where the products of layers run in a shorter one
    bool weight_gradient = false; ///< nothing else in the backward pass waits for its result
};

/// At most `capacity` operations, by value.
class Operations {
public:
    static constexpr std::size_t capacity = 64;
    constexpr void add(const Operation& operation) noexcept {
        if (size_ < capacity) list_[size_++] = operation;
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr const Operation* begin() const noexcept { return list_.data(); }
    [[nodiscard]] constexpr const Operation* end() const noexcept { return list_.data() + size_; }
    [[nodiscard]] constexpr const Operation& operator[](std::size_t index) const noexcept { return list_[index]; }

private:
    std::array<Operation, capacity> list_{};
    std::size_t size_ = 0;
};

/// `batch` products of a rows x inner by an inner x columns matrix with elements of `element` bytes.
[[nodiscard]] constexpr Operation matrix_product(OperationKind kind, Pass pass, std::int64_t rows, std::int64_t columns,
                                                 std::int64_t inner, std::int64_t batch, Bytes element) noexcept {
    const double m = static_cast<double>(rows);
    const double n = static_cast<double>(columns);
    const double k = static_cast<double>(inner);
    const double count = static_cast<double>(batch);
    return {.kind = kind,
            .form = OperationForm::matrix_product,
            .pass = pass,
            .rows = rows,
            .columns = columns,
            .inner = inner,
            .batch = batch,
            .flops = make<Flops>(2.0 * m * n * k * count),
            .bytes = element * (count * (m * k + k * n + m * n)),
            .kernels = 1};
}

/// Elementwise work: bytes through memory, and `flops` on the vector units.
[[nodiscard]] constexpr Operation stream(OperationKind kind, Pass pass, Bytes bytes, Flops flops,
                                         std::int64_t kernels = 1) noexcept {
    return {
        .kind = kind, .form = OperationForm::stream, .pass = pass, .flops = flops, .bytes = bytes, .kernels = kernels};
}

} // namespace foretrain::inline v0
