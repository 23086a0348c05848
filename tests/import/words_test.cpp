// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/words.hpp>

#include <doctest/doctest.h>

using namespace foretrain;

TEST_CASE("names are compared by letters and digits") {
    CHECK(detail::letters_of("TPU v5p") == detail::letters_of("TPUv5p"));
    CHECK(detail::letters_of("H100-SXM5_80GB") == "h100sxm580gb");
    CHECK(detail::letters_of("").empty());
    CHECK(detail::lower_case("MoE A2A") == "moe a2a");
    CHECK(detail::starts_with("qwen3", "qwen"));
    CHECK_FALSE(detail::starts_with("qw", "qwen"));
}

TEST_CASE("numbers are found after whole words") {
    CHECK(detail::number_after("GAS 32; micro batch unknown", "GAS") == 32.0);
    CHECK(detail::number_after("(ETP)=4", "ETP") == 4.0);
    CHECK(detail::number_after("norm,act recompute; ETP1", "ETP") == 1.0);
    CHECK(detail::number_after("capacity factor 1.25.", "capacity factor") == 1.25);
    // A longer word is another one; a later one counts.
    CHECK(detail::number_after("OMEGA=9, GA=64", "GA") == 64.0);
    CHECK_FALSE(detail::number_after("GAS 32", "GA").has_value());
    CHECK_FALSE(detail::number_after("GAS unknown", "GAS").has_value());
    CHECK_FALSE(detail::number_after("", "GAS").has_value());
}

TEST_CASE("numbers are found before words") {
    CHECK(detail::number_before("1 dense layer (of real 3)", "dense layer") == 1.0);
    CHECK(detail::number_before("GBS 2M tokens", "M tokens") == 2.0);
    CHECK(detail::number_before("0.5M-token batch", "M-token") == 0.5);
    CHECK_FALSE(detail::number_before("some dense layers", "dense layer").has_value());
}
