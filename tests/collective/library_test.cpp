// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/library.hpp>

#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr bool valid(const CommunicationLibrary& library) {
    AnyViolation any;
    check_rules(library, any);
    return any.empty();
}
} // namespace

static_assert(valid(libraries::wires));
static_assert(valid(libraries::nccl));
static_assert(libraries::wires.ramp == 0.0 && libraries::wires.base_latency == 0_s);
static_assert(!libraries::nccl.provenance.source.empty());

TEST_CASE("a library out of range is refused with every reason") {
    CommunicationLibrary broken = libraries::nccl;
    broken.base_latency = make<Seconds>(-1e-6);
    broken.ramp = 11.0;
    broken.in_network_latency = 2_s;
    broken.in_network_efficiency = 0.0;
    broken.quick_bytes = -1.0;
    broken.bulk_latency = 0.5;
    broken.network_bulk_latency = 1000.0;
    broken.peer_latency = 2_s;
    broken.network_quick_rate = -1_GB_per_s;
    broken.own_copy = -1.0;
    Violations violations;
    check_rules(broken, violations);
    REQUIRE(violations.size() == 10);
    CHECK(violations[0].field == "library.base_latency");
    CHECK(violations[3].field == "library.in_network_efficiency");
    CHECK(violations[9].field == "library.own_copy");
}

TEST_CASE("a library over another scalar keeps its numbers") {
    const auto single = over_scalar<float>(libraries::nccl);
    CHECK(raw(single.base_latency) == relative(raw(libraries::nccl.base_latency)));
    CHECK(raw(single.in_network_latency) == relative(raw(libraries::nccl.in_network_latency)));
    CHECK(static_cast<double>(single.ramp) == relative(libraries::nccl.ramp));
    CHECK(static_cast<double>(single.quick_bytes) == relative(libraries::nccl.quick_bytes));
    CHECK(static_cast<double>(single.bulk_latency) == relative(libraries::nccl.bulk_latency));
    CHECK(static_cast<double>(single.network_bulk_latency) == relative(libraries::nccl.network_bulk_latency));
    CHECK(raw(single.peer_latency) == relative(raw(libraries::nccl.peer_latency)));
    CHECK(raw(single.network_quick_rate) == relative(raw(libraries::nccl.network_quick_rate)));
    CHECK(static_cast<double>(single.own_copy) == libraries::nccl.own_copy);
    CHECK(static_cast<double>(single.in_network_efficiency) == relative(libraries::nccl.in_network_efficiency));
    CHECK(single.name == libraries::nccl.name);
}
