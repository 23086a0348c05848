// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "../batch/benchmark.hpp"

// How the MLPerf benchmarks converge: fitted constants of E(B) = E_min (1 + B / B_crit), by name.
//
// Fitted to the reference convergence points of MLPerf Training 1.0 to 6.1 and HPC 1.0 to 3.0 (mlcommons/logging,
// Apache-2.0; each the mean of 6 to 200 runs with hyper-parameters tuned for its batch) by
// tests/accuracy/fit_convergence.cpp, which writes what stands between the marks. docs/batch.md has the errors, also
// those on batches beyond the ones fitted to.

namespace foretrain::inline v0::catalog {

namespace detail {

struct Fitted {
    std::string_view name;
    double least_samples, critical_batch; // samples
    double smallest_batch, largest_batch; // samples
    int points;
    double spread;
};

// <fitted>
inline constexpr PooledConvergence pooled_convergence_prior{
    7.77, 1.0, 0.04, 0.094, {"tests/accuracy/fit_convergence.cpp", "2026-11", Evidence::fitted}};

inline constexpr std::array fitted_convergence = {
    Fitted{"bert", 2.243e+06, 1.173e+04, 1536.0, 13056.0, 9, 0.07},
    Fitted{"cosmoflow", 8.886e+06, 1460.0, 64.0, 512.0, 3, 0.04},
    Fitted{"deepcam", 8.691e+05, 1255.0, 128.0, 1024.0, 2, 0.04},
    Fitted{"deepseekv3_671b", 6.498e+05, 1.076e+05, 15360.0, 16384.0, 2, 0.04},
    Fitted{"dlrm", 3.352e+09, 4.296e+05, 55296.0, 55296.0, 1, 0.04},
    Fitted{"dlrm_dcnv2", 2.667e+09, 2.782e+05, 32768.0, 135168.0, 4, 0.04},
    Fitted{"flux1", 6.95e+06, 4091.0, 1024.0, 2048.0, 2, 0.04},
    Fitted{"gpt3", 5.288e+05, 2.08e+04, 1536.0, 6144.0, 4, 0.04},
    Fitted{"gpt_oss_20b", 1.724e+05, 124.3, 16.0, 16.0, 1, 0.04},
    Fitted{"llama2_70b_lora", 2428.0, 24.84, 8.0, 16.0, 2, 0.04},
    Fitted{"llama31_405b", 2.679e+05, 5516.0, 1008.0, 6912.0, 5, 0.04},
    Fitted{"llama31_8b", 1.377e+05, 95.82, 16.0, 96.0, 3, 0.04},
    Fitted{"maskrcnn", 1.484e+06, 751.0, 8.0, 256.0, 5, 0.04},
    Fitted{"oc20", 8.328e+06, 2910.0, 256.0, 1024.0, 2, 0.04},
    Fitted{"openfold", 7.863e+04, 994.4, 128.0, 128.0, 1, 0.04},
    Fitted{"qwen35_397b_grpo", 4082.0, 1989.0, 256.0, 256.0, 1, 0.04},
    Fitted{"resnet", 4.425e+07, 4.612e+04, 1632.0, 65536.0, 10, 0.04},
    Fitted{"retinanet", 4.196e+06, 1726.0, 256.0, 2560.0, 7, 0.041},
    Fitted{"rgat", 7.104e+07, 1.154e+05, 4096.0, 65536.0, 4, 0.04},
    Fitted{"rnnt", 1.037e+07, 3977.0, 512.0, 3072.0, 3, 0.04},
    Fitted{"ssd_resnet34", 4.307e+06, 2721.0, 1024.0, 2048.0, 2, 0.04},
    Fitted{"stable_diffusion", 1.926e+06, 2214.0, 384.0, 1024.0, 3, 0.04},
    Fitted{"unet3d", 3.601e+05, 1755.0, 2.0, 80.0, 5, 0.12},
};
// </fitted>

/// A benchmark's names and units; its constants are those fitted under its name.
struct Named {
    std::string_view name;
    std::array<std::string_view, 3> aliases{};
    int since_round = 0, before_round = 1000;
    double epoch = 0;  // samples; 0: not counted in epochs
    double tokens = 0; // of a sample; 0: not a sequence
};
inline constexpr std::array named_convergence = {
    Named{"bert", {"bert-large", "bert_large", "bert-99"}, 0, 1000, 0, 512},
    Named{"cosmoflow", {"", "", ""}, 0, 1000, 524288, 0}, // cosmoUniverse_2019_05_4parE_tf_v2
    Named{"deepcam", {"", "", ""}, 0, 1000, 121266, 0},
    Named{"deepseekv3_671b", {"deepseek-v3", "deepseek_v3", "deepseekv3"}, 0, 1000, 0, 0},
    Named{"dlrm", {"dlrm-v1", "dlrm_v1", ""}, 0, 1000, 4195197692, 0},
    Named{"dlrm_dcnv2", {"dlrm-dcnv2", "dlrm-v2", "dlrm_v2"}, 0, 1000, 4195197692, 0},
    Named{"flux1", {"flux", "flux.1", "flux1-schnell"}, 0, 1000, 0, 0},
    Named{"gpt3", {"gpt3-175b", "gpt-3", "gpt3_175b"}, 0, 1000, 0, 2048},
    Named{"gpt_oss_20b", {"gpt-oss-20b", "gpt-oss", ""}, 0, 1000, 0, 0},
    Named{"llama2_70b_lora", {"llama2-70b-lora", "llama2_70b", ""}, 0, 1000, 0, 8192},
    Named{"llama31_405b", {"llama3.1-405b", "llama31-405b", "llama3-405b"}, 0, 1000, 0, 8192},
    Named{"llama31_8b", {"llama3.1-8b", "llama31-8b", "llama3-8b"}, 0, 1000, 0, 8192},
    Named{"maskrcnn", {"mask-rcnn", "mask_rcnn", ""}, 0, 1000, 117266, 0},
    Named{"oc20", {"open-catalyst", "opencatalyst", ""}, 0, 1000, 460328, 0},
    Named{"openfold", {"", "", ""}, 0, 1000, 0, 0},
    Named{"qwen35_397b_grpo", {"qwen3.5-397b-grpo", "", ""}, 0, 1000, 0, 0},
    Named{"resnet", {"resnet50", "resnet-50", "resnet50_v1.5"}, 0, 1000, 1281167, 0},
    // The benchmark called `ssd` was ResNet-34 on COCO up to round 1.1, and is RetinaNet on Open Images since.
    Named{"retinanet", {"ssd", "ssd-retinanet", ""}, 2, 1000, 1170301, 0},
    Named{"rgat", {"gnn", "r-gat", ""}, 0, 1000, 94605581, 0},
    Named{"rnnt", {"rnn-t", "rnn_t", ""}, 0, 1000, 278528, 0},
    Named{"ssd_resnet34", {"ssd", "ssd-resnet34", "ssd300"}, 0, 2, 117266, 0},
    Named{"stable_diffusion", {"sd", "stable-diffusion", "stable_diffusion_v2"}, 0, 1000, 0, 0},
    Named{"unet3d", {"unet-3d", "3d-unet", "unet_3d"}, 0, 1000, 168, 0},
};

[[nodiscard]] constexpr BenchmarkConvergence benchmark_of(const Named& named) noexcept {
    BenchmarkConvergence benchmark;
    benchmark.name = named.name;
    benchmark.aliases = named.aliases;
    benchmark.since_round = named.since_round;
    benchmark.before_round = named.before_round;
    if (named.epoch > 0) benchmark.epoch = make<Samples>(named.epoch);
    if (named.tokens > 0) benchmark.sample_tokens = make<TokensPerSample>(named.tokens);
    for (const Fitted& fitted : fitted_convergence) {
        if (fitted.name != named.name) continue;
        benchmark.convergence = {make<Samples>(fitted.least_samples), make<Samples>(fitted.critical_batch)};
        benchmark.smallest_batch = make<Samples>(fitted.smallest_batch);
        benchmark.largest_batch = make<Samples>(fitted.largest_batch);
        benchmark.points = fitted.points;
        benchmark.spread = fitted.spread;
    }
    benchmark.provenance = {"reference convergence points of MLPerf, mlcommons/logging rcp_checker", "2026-11",
                            Evidence::fitted};
    return benchmark;
}

[[nodiscard]] constexpr auto benchmarks() noexcept {
    std::array<BenchmarkConvergence, named_convergence.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = benchmark_of(named_convergence[i]);
    return all;
}

} // namespace detail

/// What the benchmarks share, for a benchmark of which one batch is known (batch/benchmark.hpp).
inline constexpr PooledConvergence benchmark_pool = detail::pooled_convergence_prior;

/// Every benchmark with constants.
inline constexpr std::array all_convergence = detail::benchmarks();

/// The benchmark that a name or alias means in a round (`v1.1`; empty: the newest), or null.
[[nodiscard]] constexpr const BenchmarkConvergence* find_convergence(std::string_view benchmark,
                                                                     std::string_view round = {}) noexcept {
    for (const BenchmarkConvergence& entry : all_convergence)
        if (is_called(entry, benchmark, round)) return &entry;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
