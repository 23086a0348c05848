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
        CHECK(detail::system_of(alias.prefix) == alias.system);
    }
    for (const detail::HardwareVariant& variant : detail::hardware_variants) {
        CAPTURE(variant.system);
        CHECK(catalog::find_system(variant.system) != nullptr);
    }
}

TEST_CASE("every longer alias comes before a shorter one that would hide it") {
    for (std::size_t i = 0; i < detail::hardware_aliases.size(); ++i)
        for (std::size_t j = i + 1; j < detail::hardware_aliases.size(); ++j) {
            CAPTURE(detail::hardware_aliases[j].prefix);
            CHECK(detail::hardware_aliases[j].prefix.rfind(detail::hardware_aliases[i].prefix, 0) != 0);
        }
}

TEST_CASE("hardware is found in whatever spelling") {
    struct Spelling {
        const char* text;
        std::string_view system;
    };
    for (const Spelling& s : {Spelling{"NVIDIA H100 80GB HBM3", "dgx-h100"},
                              Spelling{"nvidia-h100-pcie", "h100-pcie-node"},
                              Spelling{"H100 80GB PCIe", "h100-pcie-node"},
                              Spelling{"A100-SXM4-40GB", "dgx-a100-40gb"},
                              Spelling{"A100-SXM4-80GB", "dgx-a100"},
                              Spelling{"NVIDIA A100 80GB", "dgx-a100"},
                              Spelling{"V100-SXM3-32GB (DGX-2H 450W)", "dgx2h-v100"},
                              Spelling{"V100-SXM3-32GB (DGX-2)", "dgx2-v100"},
                              Spelling{"Tesla V100-SXM2-16GB", "dgx-v100"},
                              Spelling{"B300-SXM", "hgx-b300"},
                              Spelling{"GB300 NVL72", "gb300-nvl72"},
                              Spelling{"DGX B200", "dgx-b200"},
                              Spelling{"AMD Instinct MI355X", "mi355x-node"},
                              Spelling{"TPU v5p", "tpu-v5p-pod"},
                              Spelling{"Cloud TPU v5e", "tpu-v5e-pod"},
                              Spelling{"tpu_v6e", "tpu-v6e-pod"},
                              Spelling{"Trainium1-NeuronCore-v2", "trn1-neuroncores"},
                              Spelling{"AWS Trainium2", "trn2"},
                              Spelling{"Intel Gaudi 3", "gaudi3-node"},
                              Spelling{"NVIDIA L40S-48GB", "l40s-node"},
                              Spelling{"GeForce RTX 4090", "rtx-4090-workstation"},
                              Spelling{"A100 40GB PCIe", "a100-pcie-40gb-node"},
                              Spelling{"MI300X", "mi300x-node"},
                              Spelling{"gcp-a3-mega", "gcp-a3-mega"}}) {
        CAPTURE(s.text);
        CHECK(detail::system_of(s.text) == s.system);
    }
    CHECK_FALSE(detail::system_of("Abacus").has_value());
    CHECK_FALSE(detail::system_of("").has_value());
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
    CHECK(gigabytes("InfiniBand 8x50 GB/s per node") == 400.0);
    CHECK(gigabytes("InfiniBand") == -1.0);
    CHECK(gigabytes("") == -1.0);
    // A factor may stand before the adapter's name, and storage does not count.
    CHECK(gigabytes("Storage: 2x ConnectX-7 IB NDR 400Gb/s, Compute: 8x ConnectX-7 IB NDR 400Gb/s") == 400.0);
    CHECK(gigabytes("1x Ethernet 100Gb/Sec, 8x NVIDIA Quantum-2 CX7 InfiniBand (400Gb/s)") == 400.0);
    CHECK(gigabytes("2x Mellanox ConnectX-5 Ex 100Gb/s Ethernet") == 25.0);
    // A generation of InfiniBand states the rate of a link.
    CHECK(gigabytes("8x HDR200 IB (DGX A100)") == 200.0);
    CHECK(gigabytes("HDR IB (Selene)") == -1.0);
}
