// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr bool near(double a, double b, double share) { return a >= b * (1.0 - share) && a <= b * (1.0 + share); }

constexpr bool follows_rules(const Accelerator& a) {
    AnyViolation any;
    check_rules(a, any);
    return any.empty();
}

constexpr bool is_sourced(const Accelerator& a) {
    const Provenance& p = a.provenance;
    return !a.vendor.empty() && p.source.size() >= 10 && p.as_of >= "2014" && p.as_of < "2027" &&
           !a.kernel.provenance.source.empty();
}

constexpr bool is_kebab_case(std::string_view name) {
    if (name.empty() || name.front() == '-' || name.back() == '-') return false;
    for (const char c : name)
        if (!(('a' <= c && c <= 'z') || ('0' <= c && c <= '9') || c == '-')) return false;
    return true;
}

// Before 2018 only FP32 was common.
constexpr double half_precision(const Accelerator& a) {
    const double bf16 = raw(a.matrix.bf16), fp16 = raw(a.matrix.fp16);
    const double half = bf16 > fp16 ? bf16 : fp16;
    return half > 0.0 ? half : raw(a.matrix.fp32);
}

// FLOP that can be done while one byte is read. With matrix units, H20 is the extreme below (37) and TPU v6e above
// (560); without, Knights Landing with its on-package memory (15).
constexpr bool has_plausible_ridge(const Accelerator& a) {
    const double ridge = half_precision(a) / raw(a.memory.bandwidth);
    const bool matrix_units = half_precision(a) > 2.5 * raw(a.vector);
    return (matrix_units ? 30.0 : 15.0) <= ridge && ridge <= 600.0;
}

// Reading all of the memory once takes tens of milliseconds on every accelerator that was ever sold: capacity and
// bandwidth come with the same stacks. Boards with GDDR are slower than those with HBM. A slip by a factor of eight or
// of ten falls outside.
constexpr bool reads_itself_in_tens_of_milliseconds(const Accelerator& a) {
    const double seconds = raw(a.memory.capacity) / raw(a.memory.bandwidth);
    return 0.015 <= seconds && seconds <= 0.090;
}

// Dense rates: FP8 doubles BF16, or equals it where the unit has no faster FP8.
constexpr bool doubles_with_fp8(const Accelerator& a) {
    const double ratio = raw(a.matrix.fp8) / half_precision(a);
    const bool same_rate = a.name == "gaudi3" || a.name == "tpu-v6e";
    return raw(a.matrix.fp8) == 0.0 || near(ratio, same_rate ? 1.0 : 2.0, 0.10);
}

// FP4 is two to three times FP8; four times on GeForce, whose FP8 is halved.
constexpr bool gains_with_fp4(const Accelerator& a) {
    const double ratio = raw(a.matrix.fp4) / (raw(a.matrix.fp8) > 0.0 ? raw(a.matrix.fp8) : 1.0);
    return raw(a.matrix.fp4) == 0.0 || (1.9 <= ratio && ratio <= 4.1);
}

constexpr bool is_ordered(const Accelerator& a) {
    return half_precision(a) > 0.0 && raw(a.vector) <= half_precision(a) &&
           a.matrix.fp32 <= (a.matrix.tf32 > a.matrix.fp32 ? a.matrix.tf32 : make<FlopRate>(half_precision(a))) &&
           a.idle_power < a.power * 0.5 && a.cache < a.memory.capacity * 0.01 && a.cache > 1_MB;
}

constexpr bool is_unique(const Accelerator& a) {
    int same = 0;
    for (const Accelerator& other : catalog::all_accelerators) same += other.name == a.name ? 1 : 0;
    return same == 1;
}

constexpr bool is_found(const Accelerator& a) {
    const Accelerator* found = catalog::find_accelerator(a.name);
    return found != nullptr && found->name == a.name && found->memory.capacity == a.memory.capacity;
}

struct Fact {
    const char* what;
    bool (*holds)(const Accelerator&);
};
constexpr Fact facts[] = {
    {"follows the rules", follows_rules},
    {"is sourced and dated", is_sourced},
    {"is in kebab case", [](const Accelerator& a) { return is_kebab_case(a.name); }},
    {"is unique", is_unique},
    {"is found", is_found},
    {"has a plausible ridge point", has_plausible_ridge},
    {"reads its memory in tens of milliseconds", reads_itself_in_tens_of_milliseconds},
    {"doubles with FP8", doubles_with_fp8},
    {"gains with FP4", gains_with_fp4},
    {"has its rates, powers and memories in order", is_ordered},
};

constexpr bool hold_for_all() {
    for (const Accelerator& a : catalog::all_accelerators)
        for (const Fact& fact : facts)
            if (!fact.holds(a)) return false;
    return true;
}
static_assert(hold_for_all());

static_assert(catalog::all_accelerators.size() == 79);
static_assert(catalog::find_accelerator("h100-sxm")->compute_units == 132);
static_assert(catalog::find_accelerator("a100") == nullptr);

} // namespace

TEST_CASE("every accelerator of the catalogue") {
    for (const Accelerator& a : catalog::all_accelerators)
        for (const Fact& fact : facts) {
            CAPTURE(a.name);
            CAPTURE(fact.what);
            CHECK(fact.holds(a));
        }
}

TEST_CASE("unknown names are not found") {
    CHECK(catalog::find_accelerator("") == nullptr);
    CHECK(catalog::find_accelerator("h100") == nullptr);
    CHECK(catalog::find_accelerator("H100-SXM") == nullptr);
    CHECK(catalog::find_accelerator("h100-sxm ") == nullptr);
    CHECK(catalog::find_accelerator("h100_sxm") == nullptr);
}

TEST_CASE("later generations are faster") {
    CHECK(catalog::k80.matrix.fp32 < catalog::m40.matrix.fp32);
    CHECK(catalog::m40.matrix.fp32 < catalog::p100_pcie.matrix.fp32);
    CHECK(catalog::p100_sxm2.matrix.fp16 < catalog::v100_16gb.matrix.fp16);
    CHECK(catalog::mi25.matrix.fp16 < catalog::mi100.matrix.fp16);
    CHECK(catalog::mi100.matrix.fp16 < catalog::mi250.matrix.fp16);
    CHECK(catalog::rtx_3090.matrix.fp16 < catalog::rtx_4090.matrix.fp16);
    CHECK(catalog::rtx_4090.matrix.fp16 < catalog::rtx_5090.matrix.fp16);
    CHECK(catalog::gaudi1.matrix.bf16 < catalog::gaudi2.matrix.bf16);
    CHECK(catalog::v100_32gb.matrix.fp16 < catalog::a100_sxm_80gb.matrix.fp16);
    CHECK(catalog::a100_sxm_80gb.matrix.fp16 < catalog::h100_sxm.matrix.fp16);
    CHECK(catalog::h100_sxm.matrix.fp16 < catalog::b200_sxm.matrix.fp16);
    CHECK(catalog::tpu_v4.matrix.bf16 < catalog::tpu_v5p.matrix.bf16);
    CHECK(catalog::mi250x.matrix.bf16 < catalog::mi300x.matrix.bf16);
    CHECK(catalog::gaudi2.matrix.bf16 < catalog::gaudi3.matrix.bf16);
    CHECK(catalog::trainium1.matrix.bf16 < catalog::trainium2.matrix.bf16);
}
