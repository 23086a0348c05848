// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/evidence.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <utility>

using namespace foretrain;

namespace {

constexpr std::array<std::pair<Evidence, std::string_view>, 4> names{{{Evidence::measured, "measured"},
                                                                      {Evidence::datasheet, "datasheet"},
                                                                      {Evidence::fitted, "fitted"},
                                                                      {Evidence::assumed, "assumed"}}};

constexpr bool all_named() {
    for (const auto& [evidence, name] : names)
        if (name_of(evidence) != name) return false;
    return true;
}
static_assert(all_named());
static_assert(Provenance{}.evidence == Evidence::assumed, "what says nothing about its origin is an assumption");

} // namespace

TEST_CASE("each grade of evidence has its name") {
    for (const auto& [evidence, name] : names) CHECK((name_of(evidence) == name));
}

TEST_CASE("grades are ordered, best first") {
    CHECK(Evidence::measured < Evidence::datasheet);
    CHECK(Evidence::datasheet < Evidence::fitted);
    CHECK(Evidence::fitted < Evidence::assumed);
}

TEST_CASE("a provenance says nothing unless told") {
    constexpr Provenance nothing{};
    CHECK(nothing.source.empty());
    CHECK(nothing.as_of.empty());
    CHECK(nothing.evidence == Evidence::assumed);
}
