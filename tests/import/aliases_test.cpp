// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/aliases.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <foretrain/catalog/systems.hpp>

using namespace foretrain;

TEST_CASE("every alias of hardware is a system of the catalogue") {
    for (const detail::HardwareAlias& alias : detail::hardware_aliases) {
        CAPTURE(alias.prefix);
        CHECK(catalog::find_system(alias.system) != nullptr);
    }
}

TEST_CASE("every longer alias comes before a shorter one that would hide it") {
    for (std::size_t i = 0; i < detail::hardware_aliases.size(); ++i)
        for (std::size_t j = i + 1; j < detail::hardware_aliases.size(); ++j) {
            CAPTURE(detail::hardware_aliases[j].prefix);
            CHECK(detail::hardware_aliases[j].prefix.rfind(detail::hardware_aliases[i].prefix, 0) != 0);
        }
}

TEST_CASE("the network of a node is read from words") {
    const auto gigabytes = [](std::string_view text) {
        const std::optional<Bandwidth> rate = detail::node_network(text, 8);
        return rate ? raw(*rate) / 1e9 : -1.0;
    };
    CHECK(gigabytes("8x200 Gb/s HDR") == 200.0);
    CHECK(gigabytes("RoCE 1600 Gbps/node") == 200.0);
    CHECK(gigabytes("400 Gb/s per GPU") == 400.0);
    CHECK(gigabytes("100 GB/s") == 100.0);
    CHECK(gigabytes("InfiniBand") == -1.0);
    CHECK(gigabytes("") == -1.0);
}

TEST_CASE("software follows from the source, else from sharding and hardware") {
    const auto stack = [](const char* family, const char* sharding, bool compiled = false) {
        PublishedStep row;
        row.family = family;
        row.sharding = sharding;
        row.flash_attention = "1";
        return detail::stack_of(row, compiled).name;
    };
    CHECK(stack("maxtext", "fsdp") == "xla");
    CHECK(stack("NVIDIA-NeMo", "zero1") == "megatron-core");
    CHECK(stack("vTrain", "none") == "megatron-deepspeed");
    CHECK(stack("unheard of", "fsdp") == "fsdp");
    CHECK(stack("unheard of", "none") == "generic");
    CHECK(stack("unheard of", "none", true) == "xla");
    // A row that only names the collection it belongs to is found by that.
    PublishedStep row;
    row.source_family = "Korthikanti 2022";
    CHECK(detail::stack_of(row, false).name.substr(0, 8) == "megatron");
}
