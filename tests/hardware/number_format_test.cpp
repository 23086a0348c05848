// SPDX-License-Identifier: Apache-2.0
#include <foretrain/hardware/number_format.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>

using namespace foretrain;

namespace {

struct Case {
    NumberFormat format;
    std::string_view name;
    double bytes;
};
// TF32 has 19 bits, but tensors are stored as FP32 and only cut on the way into the matrix unit.
constexpr std::array<Case, 7> cases{{{NumberFormat::fp32, "fp32", 4.0},
                                     {NumberFormat::tf32, "tf32", 4.0},
                                     {NumberFormat::fp16, "fp16", 2.0},
                                     {NumberFormat::bf16, "bf16", 2.0},
                                     {NumberFormat::fp8, "fp8", 1.0},
                                     {NumberFormat::fp4, "fp4", 0.5},
                                     {NumberFormat::int8, "int8", 1.0}}};

constexpr bool all_right() {
    for (const Case& c : cases)
        if (name_of(c.format) != c.name || size_of(c.format) != make<Bytes>(c.bytes)) return false;
    return true;
}
static_assert(all_right());

} // namespace

TEST_CASE("each number format has its name and its storage") {
    for (const Case& c : cases) {
        CAPTURE(c.bytes);
        CHECK((name_of(c.format) == c.name));
        CHECK(raw(size_of(c.format)) == c.bytes);
    }
}

TEST_CASE("no two formats share a name") {
    for (const Case& a : cases)
        for (const Case& b : cases) CHECK((a.format == b.format) == (name_of(a.format) == name_of(b.format)));
}
