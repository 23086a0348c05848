// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <foretrain/collective/group.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

// Groups that the tests of all algorithms time.

/// One tier of 100 GB/s and 2 us.
constexpr foretrain::Group flat(std::int64_t ranks) {
    using namespace foretrain::literals;
    foretrain::Group group{.ranks = ranks, .tiers = 1};
    group.tier[0] = {.members = ranks, .units = ranks, .link = {100_GB_per_s, 2_us}};
    return group;
}

/// `nodes` of `each` at 400 GB/s and 1 us, 100 GB/s and 10 us between.
constexpr foretrain::Group two_tiers(std::int64_t each, std::int64_t nodes) {
    using namespace foretrain::literals;
    foretrain::Group group{.ranks = each * nodes, .tiers = 2};
    group.tier[0] = {.members = each, .units = each * nodes, .link = {400_GB_per_s, 1_us}};
    group.tier[1] = {.members = nodes, .units = nodes, .link = {100_GB_per_s, 10_us}};
    return group;
}
