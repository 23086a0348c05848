// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/stacks.hpp>

using namespace foretrain;

namespace {

constexpr bool valid(const SoftwareStack& stack) {
    Violations violations;
    check_rules(stack, violations);
    return violations.empty();
}
constexpr bool sourced(const SoftwareStack& stack) {
    return !stack.provenance.source.empty() && stack.provenance.as_of.size() >= 4;
}
constexpr bool kebab_case(std::string_view name) {
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
    return !name.empty();
}
constexpr bool every_entry_holds() {
    for (const SoftwareStack* stack : catalog::all_stacks)
        if (!valid(*stack) || !sourced(*stack) || !kebab_case(stack->name)) return false;
    return true;
}
static_assert(every_entry_holds());

} // namespace

TEST_CASE("every stack is in range, sourced and found by its name") {
    for (const SoftwareStack* stack : catalog::all_stacks) {
        CAPTURE(stack->name);
        CHECK(valid(*stack));
        CHECK(sourced(*stack));
        CHECK(kebab_case(stack->name));
        CHECK(catalog::find_stack(stack->name) == stack);
    }
    CHECK(catalog::find_stack("no-such-stack") == nullptr);
    CHECK(catalog::find_stack("") == nullptr);
}

TEST_CASE("compiled programs do not wait for the host") {
    for (const SoftwareStack* stack : catalog::all_stacks) {
        CAPTURE(stack->name);
        if (stack->execution == Execution::eager) CHECK(raw(stack->host_per_kernel) > 1e-6);
        CHECK(raw(stack->host_per_kernel) < 1e-3);
    }
    CHECK(catalog::xla.execution == Execution::captured);
}

TEST_CASE("newer Megatron overlaps what the older did not") {
    CHECK(catalog::megatron_core.data_overlap > catalog::megatron_2021.data_overlap);
    CHECK(catalog::megatron_core.tensor_overlap > catalog::megatron_2021.tensor_overlap);
    CHECK(catalog::megatron_core.pipeline_overlap > catalog::megatron_2021.pipeline_overlap);
}
