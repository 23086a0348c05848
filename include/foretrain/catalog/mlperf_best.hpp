// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../planner/trend_factors.hpp"

// The best time to train of each benchmark and round of MLPerf Training, closed division, without the
// scaling of reference convergence points; written by tests/accuracy/fit_trends.cpp: do not edit. A
// benchmark whose model or target changed is another benchmark: `resnet-74.9`, `resnet-75.9`.
// Source: mlcommons/training_results_v0.5 to v5.0 (Apache-2.0).

namespace foretrain::inline v0::catalog {

/// The fastest submission of a round.
struct BenchmarkBest {
    std::string_view benchmark, round;
    Date date{};                  ///< of publication
    std::string_view accelerator; ///< of the catalogue
    TrainingResult result{};      ///< its peak is of the format that was used
};

namespace detail {
/// Minutes, accelerators, TFLOP/s of one, samples to the target or 0 where not published.
[[nodiscard]] constexpr TrainingResult best(double minutes, double accelerators, double peak, double samples) noexcept {
    TrainingResult result{
        make<Seconds>(60.0 * minutes), make<Accelerators>(accelerators), make<FlopRate>(1e12 * peak), {}, {}};
    if (samples > 0) result.samples = make<Samples>(samples);
    return result;
}
} // namespace detail

/// By benchmark, then by date.
inline constexpr std::array<BenchmarkBest, 84> mlperf_best{{
    {"bert-0.712", "v0.7", calendar_date(2020, 7, 29), "tpu-v3", detail::best(0.39279, 4096.0, 123.0, 4.0632e+06)},
    {"bert-0.720", "v1.0", calendar_date(2021, 6, 30), "tpu-v4", detail::best(0.31728, 2048.0, 275.0, 3.3201e+06)},
    {"bert-0.720", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb",
     detail::best(0.22622, 4320.0, 312.0, 4.6241e+06)},
    {"bert-0.720", "v2.0", calendar_date(2022, 6, 29), "a100-sxm-80gb",
     detail::best(0.20568, 4096.0, 312.0, 5.4528e+06)},
    {"bert-0.720", "v2.1", calendar_date(2022, 11, 9), "a100-sxm-80gb", detail::best(2.0337, 128.0, 312.0, 3.9453e+06)},
    {"bert-0.720", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(0.25321, 768.0, 1979.0, 2.9019e+06)},
    {"bert-0.720", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(0.11928, 3472.0, 1979.0, 5.4372e+06)},
    {"bert-0.720", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(0.89112, 64.0, 1979.0, 3.0025e+06)},
    {"bert-0.720", "v4.1", calendar_date(2024, 11, 13), "h100-sxm", detail::best(0.11928, 3472.0, 1979.0, 5.4372e+06)},
    {"dlrm", "v0.7", calendar_date(2020, 7, 29), "tpu-v4", detail::best(1.2082, 64.0, 275.0, 3.7757e+09)},
    {"dlrm", "v1.0", calendar_date(2021, 6, 30), "tpu-v4", detail::best(0.64107, 128.0, 275.0, 3.7757e+09)},
    {"dlrm", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb", detail::best(0.68486, 64.0, 312.0, 4.1947e+09)},
    {"dlrm", "v2.0", calendar_date(2022, 6, 29), "a100-sxm-80gb", detail::best(0.58759, 112.0, 312.0, 4.1947e+09)},
    {"dlrm", "v2.1", calendar_date(2022, 11, 9), "h100-sxm", detail::best(0.51476, 32.0, 989.4, 4.1947e+09)},
    {"dlrm_dcnv2", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(1.6127, 128.0, 989.4, 3.8783e+09)},
    {"dlrm_dcnv2", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(1.0223, 128.0, 989.4, 3.8783e+09)},
    {"dlrm_dcnv2", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(1.3467, 64.0, 989.4, 3.8783e+09)},
    {"dlrm_dcnv2", "v4.1", calendar_date(2024, 11, 13), "h100-sxm", detail::best(0.93978, 128.0, 989.4, 3.8259e+09)},
    {"gnmt-21.8", "v0.5", calendar_date(2018, 12, 12), "tpu-v3", detail::best(9.7167, 16.0, 123.0, 6.8846e+06)},
    {"gnmt-24.0", "v0.6", calendar_date(2019, 7, 10), "v100-16gb", detail::best(1.9855, 384.0, 125.0, 2.5817e+07)},
    {"gnmt-24.0", "v0.7", calendar_date(2020, 7, 29), "a100-sxm-40gb", detail::best(0.71, 1024.0, 312.0, 0.0)},
    {"gnn", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(1.1492, 512.0, 989.4, 2.3474e+08)},
    {"gnn", "v4.1", calendar_date(2024, 11, 13), "h100-sxm", detail::best(0.93414, 512.0, 989.4, 2.3356e+08)},
    {"gpt3", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(10.94, 3584.0, 1979.0, 5.9136e+05)},
    {"gpt3", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(4.0703, 10240.0, 1979.0, 5.888e+05)},
    {"gpt3", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(3.4442, 11616.0, 1979.0, 6.0113e+05)},
    {"gpt3", "v4.1", calendar_date(2024, 11, 13), "h100-sxm", detail::best(3.4442, 11616.0, 1979.0, 6.0113e+05)},
    {"llama2_70b_lora", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(1.4639, 1024.0, 1979.0, 11040.0)},
    {"llama2_70b_lora", "v4.1", calendar_date(2024, 11, 13), "h100-sxm", detail::best(1.1842, 1024.0, 1979.0, 11232.0)},
    {"llama2_70b_lora", "v5.0", calendar_date(2025, 6, 4), "gb200", detail::best(0.56031, 512.0, 5000.0, 7296.0)},
    {"llama31_405b", "v5.0", calendar_date(2025, 6, 4), "h100-sxm", detail::best(19.638, 8192.0, 1979.0, 3.2256e+05)},
    {"maskrcnn", "v0.6", calendar_date(2019, 7, 10), "v100-16gb", detail::best(22.031, 192.0, 125.0, 1.8763e+06)},
    {"maskrcnn", "v0.7", calendar_date(2020, 7, 29), "tpu-v3", detail::best(8.1292, 512.0, 123.0, 2.1108e+06)},
    {"maskrcnn", "v1.0", calendar_date(2021, 6, 30), "a100-sxm-80gb", detail::best(3.95, 272.0, 312.0, 0.0)},
    {"maskrcnn", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb", detail::best(3.2417, 408.0, 312.0, 1.9935e+06)},
    {"maskrcnn", "v2.0", calendar_date(2022, 6, 29), "tpu-v4", detail::best(2.2533, 2048.0, 275.0, 2.1108e+06)},
    {"maskrcnn", "v2.1", calendar_date(2022, 11, 9), "h100-sxm", detail::best(7.3377, 32.0, 989.4, 1.6808e+06)},
    {"maskrcnn", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(4.2644, 64.0, 989.4, 2.0522e+06)},
    {"maskrcnn", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(1.4657, 384.0, 989.4, 1.9935e+06)},
    {"minigo", "v0.7", calendar_date(2020, 7, 29), "a100-sxm-40gb", detail::best(17.071, 1792.0, 312.0, 0.0)},
    {"minigo", "v1.0", calendar_date(2021, 6, 30), "a100-sxm-80gb", detail::best(15.531, 1792.0, 312.0, 0.0)},
    {"minigo", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb", detail::best(15.465, 1792.0, 312.0, 0.0)},
    {"minigo", "v2.0", calendar_date(2022, 6, 29), "a100-sxm-80gb", detail::best(16.231, 1792.0, 312.0, 0.0)},
    {"minigo", "v2.1", calendar_date(2022, 11, 9), "a100-sxm-80gb", detail::best(16.231, 1792.0, 312.0, 0.0)},
    {"resnet-74.9", "v0.5", calendar_date(2018, 12, 12), "v100-16gb", detail::best(6.2417, 640.0, 125.0, 1.0377e+08)},
    {"resnet-75.9", "v0.6", calendar_date(2019, 7, 10), "tpu-v3", detail::best(1.2824, 1024.0, 123.0, 9.2244e+07)},
    {"resnet-75.9", "v0.7", calendar_date(2020, 7, 29), "tpu-v3", detail::best(0.48141, 4096.0, 123.0, 1.1274e+08)},
    {"resnet-75.9", "v1.0", calendar_date(2021, 6, 30), "tpu-v4", detail::best(0.22904, 3456.0, 275.0, 1.0079e+08)},
    {"resnet-75.9", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb",
     detail::best(0.57468, 1024.0, 312.0, 7.687e+07)},
    {"resnet-75.9", "v2.0", calendar_date(2022, 6, 29), "tpu-v4", detail::best(0.19076, 4096.0, 275.0, 7.687e+07)},
    {"resnet-75.9", "v2.1", calendar_date(2022, 11, 9), "a100-sxm-80gb",
     detail::best(0.31947, 4216.0, 312.0, 1.1018e+08)},
    {"resnet-75.9", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(0.18298, 3584.0, 989.4, 9.865e+07)},
    {"resnet-75.9", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(0.18298, 3584.0, 989.4, 9.865e+07)},
    {"resnet-75.9", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(0.18298, 3584.0, 989.4, 9.865e+07)},
    {"retinanet", "v2.0", calendar_date(2022, 6, 29), "tpu-v4", detail::best(2.2902, 2048.0, 275.0, 1.0533e+07)},
    {"retinanet", "v2.1", calendar_date(2022, 11, 9), "a100-sxm-80gb", detail::best(2.3488, 1280.0, 312.0, 8.1921e+06)},
    {"retinanet", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(1.906, 512.0, 989.4, 7.0218e+06)},
    {"retinanet", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(19.257, 16.0, 989.4, 4.6812e+06)},
    {"retinanet", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(6.0775, 64.0, 989.4, 4.6812e+06)},
    {"retinanet", "v4.1", calendar_date(2024, 11, 13), "h100-sxm", detail::best(0.77801, 2528.0, 989.4, 1.0143e+07)},
    {"rnnt", "v1.0", calendar_date(2021, 6, 30), "a100-sxm-80gb", detail::best(2.74, 1536.0, 312.0, 0.0)},
    {"rnnt", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb", detail::best(4.4083, 128.0, 312.0, 1.605e+07)},
    {"rnnt", "v2.0", calendar_date(2022, 6, 29), "a100-sxm-80gb", detail::best(2.1507, 1536.0, 312.0, 2.7495e+07)},
    {"rnnt", "v2.1", calendar_date(2022, 11, 9), "a100-sxm-80gb", detail::best(5.2202, 128.0, 312.0, 2.0576e+07)},
    {"rnnt", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(1.6487, 512.0, 989.4, 2.0681e+07)},
    {"rnnt", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(16.186, 8.0, 989.4, 1.3578e+07)},
    {"ssd-21.2", "v0.5", calendar_date(2018, 12, 12), "v100-sxm3-32gb-450w",
     detail::best(5.5557, 64.0, 131.0, 6.0978e+06)},
    {"ssd-23.0", "v0.6", calendar_date(2019, 7, 10), "tpu-v3", detail::best(1.2068, 1024.0, 123.0, 8.9122e+06)},
    {"ssd-23.0", "v0.7", calendar_date(2020, 7, 29), "tpu-v3", detail::best(0.46215, 4096.0, 123.0, 1.0906e+07)},
    {"ssd-23.0", "v1.0", calendar_date(2021, 6, 30), "tpu-v4", detail::best(0.33786, 2048.0, 275.0, 8.2086e+06)},
    {"ssd-23.0", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb", detail::best(0.4542, 1024.0, 312.0, 8.795e+06)},
    {"stable_diffusion", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(2.8136, 512.0, 989.4, 3.84e+06)},
    {"stable_diffusion", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(1.36, 1024.0, 989.4, 3.968e+06)},
    {"stable_diffusion", "v4.1", calendar_date(2024, 11, 13), "tpu-v5p",
     detail::best(2.4465, 1024.0, 459.0, 4.096e+06)},
    {"transformer", "v0.5", calendar_date(2018, 12, 12), "v100-sxm3-32gb-450w",
     detail::best(19.21, 16.0, 131.0, 1.2049e+07)},
    {"transformer", "v0.6", calendar_date(2019, 7, 10), "tpu-v3", detail::best(0.84764, 1024.0, 123.0, 2.2951e+07)},
    {"transformer", "v0.7", calendar_date(2020, 7, 29), "tpu-v3", detail::best(0.25764, 4096.0, 123.0, 2.0655e+07)},
    {"unet3d", "v1.0", calendar_date(2021, 6, 30), "a100-sxm-80gb", detail::best(2.9975, 800.0, 312.0, 4.0801e+05)},
    {"unet3d", "v1.1", calendar_date(2021, 12, 1), "a100-sxm-80gb", detail::best(1.2625, 768.0, 312.0, 3.7137e+05)},
    {"unet3d", "v2.0", calendar_date(2022, 6, 29), "a100-sxm-80gb", detail::best(3.4367, 72.0, 312.0, 3.5218e+05)},
    {"unet3d", "v2.1", calendar_date(2022, 11, 9), "a100-sxm-80gb", detail::best(1.216, 768.0, 312.0, 4.2572e+05)},
    {"unet3d", "v3.0", calendar_date(2023, 6, 27), "h100-sxm", detail::best(0.81819, 432.0, 989.4, 4.1011e+05)},
    {"unet3d", "v3.1", calendar_date(2023, 11, 8), "h100-sxm", detail::best(1.8934, 72.0, 989.4, 3.9047e+05)},
    {"unet3d", "v4.0", calendar_date(2024, 6, 12), "h100-sxm", detail::best(1.7251, 72.0, 989.4, 3.3927e+05)},
}};

} // namespace foretrain::inline v0::catalog
