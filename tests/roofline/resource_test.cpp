// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/roofline/resource.hpp>

using namespace foretrain;

namespace {

constexpr bool names_differ() {
    for (std::size_t i = 0; i < resources; ++i) {
        if (name_of(static_cast<Resource>(i)).empty()) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (name_of(static_cast<Resource>(i)) == name_of(static_cast<Resource>(j))) return false;
    }
    return true;
}
static_assert(names_differ());
static_assert(static_cast<std::size_t>(Resource::software) + 1 == resources);

} // namespace

TEST_CASE("every resource has a name of its own") {
    CHECK(names_differ());
    CHECK(name_of(Resource::matrix) == "matrix throughput");
    CHECK(name_of(Resource::scale_out) == "scale-out network");
}
