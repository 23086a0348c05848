// SPDX-License-Identifier: Apache-2.0
#include <foretrain/version.hpp>

#include <doctest/doctest.h>

#include <string>

// The header is included first: it needs nothing.
static_assert(FORETRAIN_VERSION_MAJOR >= 0 && FORETRAIN_VERSION_MINOR >= 0 && FORETRAIN_VERSION_PATCH >= 0);

TEST_CASE("the version as text is its three numbers") {
    const std::string numbers = std::to_string(FORETRAIN_VERSION_MAJOR) + "." +
                                std::to_string(FORETRAIN_VERSION_MINOR) + "." + std::to_string(FORETRAIN_VERSION_PATCH);
    CHECK(numbers == FORETRAIN_VERSION_STRING);
}
