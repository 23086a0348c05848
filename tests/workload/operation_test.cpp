// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>
#include <foretrain/workload/operation.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Operation product(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t batch, Bytes element) {
    return matrix_product(OperationKind::feed_forward, Pass::forward, m, n, k, batch, element);
}

// By hand: 3 x 5 by 5 x 7 in 2 bytes: 105 multiply-adds; 15 + 35 + 21 elements.
static_assert(product(3, 7, 5, 1, 2_B).flops == 210_FLOP);
static_assert(product(3, 7, 5, 1, 2_B).bytes == 142_B);

} // namespace

TEST_CASE("a matrix product counts two FLOPs a multiply-add and touches each matrix once") {
    // 8192 cubed in 16 bits: 2 x 8192^3 FLOPs over 3 x 2 x 8192^2 bytes is an intensity of 8192 / 3.
    const Operation p = product(8192, 8192, 8192, 1, 2_B);
    CHECK(raw(p.flops) == 1099511627776.0);
    CHECK(raw(p.flops) / raw(p.bytes) == relative(8192.0 / 3.0));
    CHECK(p.kernels == 1);
    CHECK(p.form == OperationForm::matrix_product);
}

TEST_CASE("a product and its transpose cost the same") {
    const Operation p = product(640, 48, 1024, 3, 2_B);
    const Operation q = product(48, 640, 1024, 3, 2_B);
    CHECK(p.flops == q.flops);
    CHECK(p.bytes == q.bytes);
}

TEST_CASE("a batch of products is so many products in one kernel") {
    const Operation one = product(64, 80, 96, 1, 4_B);
    const Operation ten = product(64, 80, 96, 10, 4_B);
    CHECK(ten.flops == 10.0 * one.flops);
    CHECK(ten.bytes == 10.0 * one.bytes);
    CHECK(ten.kernels == one.kernels);
}

TEST_CASE("the FLOPs of a product do not depend on its format and the bytes are proportional to it") {
    const Operation half = product(128, 128, 512, 1, 2_B);
    const Operation full = product(128, 128, 512, 1, 4_B);
    CHECK(full.flops == half.flops);
    CHECK(full.bytes == 2.0 * half.bytes);
}

TEST_CASE("dimensions whose product exceeds 64 bits do not overflow") {
    const Operation p = product(100'000'000, 100'000'000, 10'000'000, 1, 2_B);
    CHECK(raw(p.flops) == relative(2e23));
    CHECK(raw(p.bytes) > 2e16);
}

TEST_CASE("a stream carries what it is given") {
    const Operation s = stream(OperationKind::norm, Pass::backward, 3_MB, 5_MFLOP, 2);
    CHECK(s.form == OperationForm::stream);
    CHECK(s.kind == OperationKind::norm);
    CHECK(s.pass == Pass::backward);
    CHECK(s.bytes == 3_MB);
    CHECK(s.flops == 5_MFLOP);
    CHECK(s.kernels == 2);
}

TEST_CASE("a list keeps operations in order and never more than its capacity") {
    Operations list;
    CHECK(list.size() == 0);
    CHECK(list.begin() == list.end());
    for (std::size_t i = 0; i < Operations::capacity + 3; ++i)
        list.add(stream(OperationKind::loss, Pass::forward, make<Bytes>(static_cast<double>(i)), 0_FLOP));
    REQUIRE(list.size() == Operations::capacity);
    double expected = 0;
    for (const Operation& operation : list) CHECK(raw(operation.bytes) == expected++);
    CHECK(raw(list[7].bytes) == 7.0);
}

TEST_CASE("every kind of operation has a name of its own") {
    for (std::size_t i = 0; i < operation_kinds; ++i) {
        const auto name = name_of(static_cast<OperationKind>(i));
        CHECK_FALSE(name.empty());
        for (std::size_t j = 0; j < i; ++j) CHECK(name != name_of(static_cast<OperationKind>(j)));
    }
}
