// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <foretrain/math/smooth.hpp>
#include <foretrain/math/tape.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

static_assert(Scalar<Traced<double>> && Scalar<Traced<float>>);

/// Every operation and function, in x > 0, y > 0, z > 0.
constexpr auto everything = [](const auto& x, const auto& y, const auto& z) {
    using Number = std::remove_cvref_t<decltype(x)>;
    Number a = x * y + 2.0 * z - x / y;
    a += x;
    a -= 0.5 * y;
    a *= z + 3.0;
    a /= 1.0 + x * x;
    const Number b = sqrt(x + y) * exp(-z) + log(y) * log2(x + 1.0) + expm1(0.1 * x) - log1p(z) + exp2(0.2 * y);
    const Number c = pow(x, 1.7) + pow(2.0, y) + pow(y, z) + (3.0 - x) * (2.0 / y) - (-z) + (+x) + (1.0 + y);
    const Number d =
        smooth_maximum(Number(x * y), z) + smooth_maximum<2>(x, Number(y + z)) + maximum(x, y) + minimum(y, z);
    return Number(a * b + c * d - a / d);
};

constexpr std::array<double, 3> gradient_of(double x, double y, double z) {
    std::array<TapeNode<double>, 256> room{};
    Tape<double> tape{room};
    const auto a = tape.input(x), b = tape.input(y), c = tape.input(z);
    const auto result = everything(a, b, c);
    std::array<double, 3> gradient{};
    tape.gradient(result, gradient);
    return gradient;
}
constexpr auto at_compile_time = gradient_of(1.3, 0.7, 2.1);
static_assert(at_compile_time[0] != 0);

} // namespace

TEST_CASE("gradients and values are those of dual numbers") {
    for (const double x : {0.3, 1.3, 4.0})
        for (const double y : {0.2, 0.7, 1.9})
            for (const double z : {0.1, 1.1, 2.1}) {
                std::array<TapeNode<double>, 256> room;
                Tape<double> tape{room};
                const auto a = tape.input(x), b = tape.input(y), c = tape.input(z);
                const auto result = everything(a, b, c);
                const auto forward = everything(variable<3>(x, 0), variable<3>(y, 1), variable<3>(z, 2));
                CHECK(result.value == forward.value); // bit for bit
                CHECK(result.value == everything(x, y, z));
                std::array<double, 3> gradient{};
                tape.gradient(result, gradient);
                for (std::size_t i = 0; i < 3; ++i) CHECK(gradient[i] == relative(forward.gradient[i]).epsilon(1e-12));
                CHECK(tape.complete());
            }
    CHECK(gradient_of(1.3, 0.7, 2.1) == at_compile_time);
}

TEST_CASE("only where two numbers meet is a node written") {
    std::array<TapeNode<double>, 16> room;
    Tape<double> tape{room};
    const auto x = tape.input(2.0), y = tape.input(3.0);
    CHECK(tape.size() == 2);
    const auto alone = sqrt(exp(2.0 * x + 1.0) / 3.0) * x + x; // x with itself is no meeting
    CHECK(tape.size() == 2);
    const auto both = alone * y;
    CHECK(tape.size() == 3);
    std::array<double, 2> gradient{};
    tape.gradient(both, gradient);
    CHECK(gradient[1] == relative(alone.value));
    tape.gradient(both, gradient); // again, and of another result
    CHECK(gradient[1] == relative(alone.value));
    tape.gradient(x * 5.0, gradient);
    CHECK(gradient == std::array{5.0, 0.0});
    tape.gradient(Traced<double>(7.0), gradient);
    CHECK(gradient == std::array{0.0, 0.0});
}

TEST_CASE("one node too many is told") {
    std::array<TapeNode<double>, 3> room;
    Tape<double> tape{room};
    const auto x = tape.input(2.0), y = tape.input(3.0);
    const auto once = x * y;
    CHECK(tape.complete());
    const auto twice = once * y;
    CHECK_FALSE(tape.complete());
    CHECK(twice.value == 18.0);
    CHECK(tape.size() == 3);
}

TEST_CASE("slopes at the ends of domains") {
    std::array<TapeNode<double>, 8> room;
    Tape<double> tape{room};
    const auto zero = tape.input(0.0), other = tape.input(1.0);
    std::array<double, 2> gradient{};
    tape.gradient(sqrt(zero), gradient);
    CHECK(gradient[0] == std::numeric_limits<double>::infinity());
    tape.gradient(pow(zero, 2.0), gradient);
    CHECK(gradient[0] == 0.0);
    tape.gradient(sqrt(Traced<double>(0.0)) + other, gradient);
    CHECK(gradient[1] == 1.0);
    CHECK(sqrt(Traced<double>(0.0)).node == nullptr);
    tape.gradient(smooth_maximum(zero, other), gradient);
    CHECK(gradient == std::array{0.0, 1.0});
}
