// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/stack.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string_view>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr SoftwareStack stack{
    .name = "some stack",
    .execution = Execution::captured,
    .host_per_kernel = 10_us,
    .step_overhead = 20_ms,
    .data_overlap = 0.5,
    .tensor_overlap = 0.25,
    .pipeline_overlap = 0.75,
    .expert_overlap = 0.375,
    .contention = 0.125,
    .straggler = 0.0625,
    .fused_elementwise = true,
    .kernels = {.matrix = 0.5, .attention = 0.75, .attention_on_newer = 0.625, .stream_traffic = 2.0},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary, .norm_copies = 4, .gathered_inputs = true},
    .experts = {.grouped = true, .once_per_node = true},
    .provenance = {"a source", "2024-01", Evidence::fitted}};

template <class Change>
constexpr Violations violations_after(Change change) {
    SoftwareStack other = stack;
    change(other);
    Violations found;
    check_rules(other, found);
    return found;
}

constexpr bool same(const SoftwareStack& a, const SoftwareStack& b) {
    return a.name == b.name && a.execution == b.execution && a.host_per_kernel == b.host_per_kernel &&
           a.step_overhead == b.step_overhead && a.data_overlap == b.data_overlap &&
           a.tensor_overlap == b.tensor_overlap && a.pipeline_overlap == b.pipeline_overlap &&
           a.expert_overlap == b.expert_overlap && a.contention == b.contention && a.straggler == b.straggler &&
           a.fused_elementwise == b.fused_elementwise && a.kernels.matrix == b.kernels.matrix &&
           a.kernels.attention == b.kernels.attention && a.kernels.attention_on_newer == b.kernels.attention_on_newer &&
           a.kernels.stream_traffic == b.kernels.stream_traffic && a.library.name == b.library.name &&
           a.memory == b.memory && a.experts == b.experts && a.library.ramp == b.library.ramp &&
           a.provenance.source == b.provenance.source && a.provenance.as_of == b.provenance.as_of &&
           a.provenance.evidence == b.provenance.evidence;
}

static_assert(violations_after([](SoftwareStack&) {}).empty());
static_assert(same(over_scalar<double>(stack), stack));
static_assert(over_scalar<Dual<double, 1>>(stack).tensor_overlap.value == 0.25);
static_assert(over_scalar<float>(stack).fused_elementwise);

} // namespace

TEST_CASE("each share is refused outside 0 to 1, by name") {
    struct Field {
        std::string_view name;
        double SoftwareStack::* member;
    };
    for (const Field field :
         {Field{"stack.data_overlap", &SoftwareStack::data_overlap},
          Field{"stack.tensor_overlap", &SoftwareStack::tensor_overlap},
          Field{"stack.pipeline_overlap", &SoftwareStack::pipeline_overlap},
          Field{"stack.expert_overlap", &SoftwareStack::expert_overlap},
          Field{"stack.contention", &SoftwareStack::contention}, Field{"stack.straggler", &SoftwareStack::straggler}}) {
        CAPTURE(field.name);
        for (const double bad :
             {-0.01, 1.01, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
            const Violations found = violations_after([&](SoftwareStack& s) { s.*field.member = bad; });
            REQUIRE(found.size() == 1);
            CHECK(found[0].rule == "range");
            CHECK(found[0].field == field.name);
        }
        for (const double good : {0.0, 1.0})
            CHECK(violations_after([&](SoftwareStack& s) { s.*field.member = good; }).empty());
    }
}

TEST_CASE("times are refused below 0 and beyond what a step could hold") {
    const Violations negative = violations_after([](SoftwareStack& s) { s.host_per_kernel = -1_us; });
    REQUIRE(negative.size() == 1);
    CHECK(to_text(negative[0]).view() ==
          "stack.host_per_kernel = -1e-6 s: must be from 0 to 1 s [range]; hint: about 1e-5 s in eager PyTorch");
    CHECK(violations_after([](SoftwareStack& s) { s.host_per_kernel = 2_s; }).size() == 1);
    CHECK(violations_after([](SoftwareStack& s) { s.step_overhead = -1_s; }).size() == 1);
    CHECK(violations_after([](SoftwareStack& s) { s.step_overhead = 4_hours; }).size() == 1);
    CHECK(violations_after([](SoftwareStack& s) { s.step_overhead = 1_hours; }).size() == 0);
}

TEST_CASE("quality of kernels and the library's constants are checked by name") {
    struct Bad {
        std::string_view field;
        void (*change)(SoftwareStack&);
    };
    for (const Bad bad :
         {Bad{"stack.kernels.matrix", [](SoftwareStack& s) { s.kernels.matrix = 0.0; }},
          Bad{"stack.kernels.matrix", [](SoftwareStack& s) { s.kernels.matrix = 1.6; }},
          Bad{"stack.kernels.attention", [](SoftwareStack& s) { s.kernels.attention = 0.0; }},
          Bad{"stack.kernels.attention", [](SoftwareStack& s) { s.kernels.attention = 2.1; }},
          Bad{"stack.kernels.attention_on_newer", [](SoftwareStack& s) { s.kernels.attention_on_newer = 0.0; }},
          Bad{"stack.kernels.attention_on_newer", [](SoftwareStack& s) { s.kernels.attention_on_newer = 2.1; }},
          Bad{"stack.memory.norm_copies", [](SoftwareStack& s) { s.memory.norm_copies = 17; }},
          Bad{"stack.memory.softmax_copies", [](SoftwareStack& s) { s.memory.softmax_copies = -1; }},
          Bad{"stack.memory.gradient_copies", [](SoftwareStack& s) { s.memory.gradient_copies = 9; }},
          Bad{"stack.kernels.stream_traffic", [](SoftwareStack& s) { s.kernels.stream_traffic = 0.4; }},
          Bad{"stack.kernels.stream_traffic", [](SoftwareStack& s) { s.kernels.stream_traffic = 11; }},
          Bad{"library.ramp", [](SoftwareStack& s) { s.library.ramp = -1; }}}) {
        CAPTURE(bad.field);
        const Violations found = violations_after(bad.change);
        REQUIRE(found.size() == 1);
        CHECK(found[0].field == bad.field);
        CHECK(found[0].rule == "range");
    }
}

TEST_CASE("a stack without figures of its own runs the best kernels and bare wires") {
    AnyViolation any;
    check_rules(SoftwareStack{}, any);
    CHECK(any.empty());
    CHECK(SoftwareStack{}.kernels.matrix == 1.0);
    CHECK(SoftwareStack{}.library.ramp == 0.0);
}
