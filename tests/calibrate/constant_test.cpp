// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>

#include <foretrain/calibrate/constant.hpp>
#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// Each constant writes what it reads, and nothing that another one reads.
template <class List, class Target>
void check_list(const List& list, const Target& target) {
    std::set<std::string_view> names;
    for (const auto& constant : list) {
        CAPTURE(constant.name);
        CHECK(names.insert(constant.name).second);
        CHECK(constant.lower < constant.upper);
        Target changed = target;
        const double value = 0.5 * (constant.lower + constant.upper);
        constant.set(changed, value);
        CHECK(constant.get(changed) == value);
        for (const auto& other : list)
            if (&other != &constant) CHECK(other.get(changed) == other.get(target));
        constant.set(changed, constant.get(target));
        CHECK(constant.get(changed) == constant.get(target));
    }
}

} // namespace

TEST_CASE("constants read and write their own member only") {
    check_list(product_constants, catalog::h100_sxm);
    check_list(attention_constants, catalog::h100_sxm);
    check_list(network_constants, Network{catalog::make_system("dgx-h100", 8)->fabric, libraries::nccl});
    check_list(stack_constants, catalog::megatron_core);
}

TEST_CASE("what a constant can be set to is what check_rules admits, at both ends") {
    const auto accepted = [](const auto& list, const auto& target) {
        for (const auto& constant : list)
            for (const double value : {constant.lower, constant.upper}) {
                CAPTURE(constant.name);
                auto changed = target;
                constant.set(changed, value);
                Violations violations;
                check_rules(changed, violations);
                CHECK(violations.size() == 0);
            }
    };
    accepted(product_constants, catalog::a100_sxm_80gb);
    accepted(attention_constants, catalog::a100_sxm_80gb);
    accepted(stack_constants, catalog::fsdp);
}

TEST_CASE("the catalogue lies within the ranges of the fits") {
    for (const Accelerator& accelerator : catalog::all_accelerators)
        for (const auto& constant : product_constants) {
            CAPTURE(accelerator.name);
            CAPTURE(constant.name);
            CHECK(constant.get(accelerator) >= constant.lower);
            CHECK(constant.get(accelerator) <= constant.upper);
        }
}

TEST_CASE("constants are found by name") {
    REQUIRE(find_constant(stack_constants, "host_per_kernel") != nullptr);
    CHECK(find_constant(stack_constants, "host_per_kernel")->unit == "s");
    CHECK(find_constant(stack_constants, "nothing") == nullptr);
    CHECK(find_constant(network_constants, "fabric.tier[1].efficiency")->get(Network{}) == 0);
}
