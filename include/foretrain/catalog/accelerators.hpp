// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "accelerators_2016.hpp"
#include "accelerators_amd.hpp"
#include "accelerators_google.hpp"
#include "accelerators_nvidia.hpp"
#include "accelerators_other.hpp"
#include "accelerators_pcie.hpp"
#include "accelerators_workstation.hpp"

// Every accelerator of the catalogue, and look-up by name. Sources are public datasheets, vendor documentation and the
// collections stas00/ml-engineering@744d01e, ai-dynamo/aiconfigurator and Epoch AI training-cost-trends@263c40a.

namespace foretrain::inline v0::catalog {

/// By vendor, then by date.
inline constexpr std::array all_accelerators = {
    k80,
    titan_x_maxwell,
    m40,
    p100_sxm2,
    p100_pcie,
    titan_x_pascal,
    p40,
    p4,
    gtx_1080_ti,
    v100_16gb,
    v100_32gb,
    v100_sxm3_32gb,
    v100_sxm3_32gb_450w,
    v100_pcie_16gb,
    v100_pcie_32gb,
    v100s_pcie,
    quadro_rtx_6000,
    t4,
    rtx_2080_ti,
    a100_sxm_40gb,
    a100_sxm_80gb,
    a100_pcie_40gb,
    a100_pcie_80gb,
    a800_sxm_80gb,
    rtx_3090,
    a40,
    rtx_a6000,
    a10,
    a30,
    rtx_a5000,
    h100_sxm,
    h100_pcie,
    h100_nvl,
    h200_sxm,
    h200_nvl,
    gh200_96gb,
    gh200_144gb,
    h800_sxm,
    h20,
    rtx_4090,
    l40,
    rtx_6000_ada,
    l4,
    l40s,
    b100_sxm,
    b200_sxm,
    gb200,
    b300_sxm,
    gb300,
    rtx_5090,
    rtx_pro_6000_blackwell,
    tpu_v2,
    tpu_v3,
    tpu_v4,
    tpu_v5e,
    tpu_v5p,
    tpu_v6e,
    tpu_v7x,
    mi25,
    vega_fe,
    mi100,
    mi250x,
    mi250,
    mi210,
    mi300x,
    mi300a,
    mi308x,
    mi325x,
    mi350x,
    mi355x,
    xeon_phi_7250,
    gaudi1,
    gaudi2,
    gaudi3,
    trainium1,
    trainium1_neuroncore,
    trainium2,
    ascend_910a,
    ascend_910b,
};

/// The accelerator of this name ("h100-sxm"), or null. Names are kebab-case and case-sensitive.
[[nodiscard]] constexpr const Accelerator* find_accelerator(std::string_view name) noexcept {
    for (const Accelerator& accelerator : all_accelerators)
        if (accelerator.name == name) return &accelerator;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
