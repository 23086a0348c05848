// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "accelerators_amd.hpp"
#include "accelerators_google.hpp"
#include "accelerators_nvidia.hpp"
#include "accelerators_other.hpp"

// Every accelerator of the catalogue, and look-up by name. Sources are public datasheets, vendor documentation and the
// collections stas00/ml-engineering@744d01e, ai-dynamo/aiconfigurator and Epoch AI training-cost-trends@263c40a.

namespace foretrain::inline v0::catalog {

/// By vendor, then by date.
inline constexpr std::array all_accelerators = {
    v100_16gb,     v100_32gb,     v100_sxm3_32gb, v100_sxm3_32gb_450w,
    a100_sxm_40gb, a100_sxm_80gb, a800_sxm_80gb,  h100_sxm,
    h100_pcie,     h100_nvl,      h200_sxm,       h800_sxm,
    h20,           b200_sxm,      gb200,          b300_sxm,
    gb300,         tpu_v2,        tpu_v3,         tpu_v4,
    tpu_v5e,       tpu_v5p,       tpu_v6e,        tpu_v7x,
    mi250x,        mi300x,        mi325x,         mi355x,
    gaudi2,        gaudi3,        trainium1,      trainium1_neuroncore,
    trainium2,
};

/// The accelerator of this name ("h100-sxm"), or null. Names are kebab-case and case-sensitive.
[[nodiscard]] constexpr const Accelerator* find_accelerator(std::string_view name) noexcept {
    for (const Accelerator& accelerator : all_accelerators)
        if (accelerator.name == name) return &accelerator;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
