// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../step/sample_work.hpp"

// MLPerf Training benchmarks of images, speech, graphs and recommendation, by the totals of a sample.
//
// Operations and parameters are published; memory traffic is a rounded estimate from the activations of each network
// (about ten passes over what a 16-bit forward pass writes). The efficiency and the floor of a step are fitted by
// tests/accuracy/fit_time_to_train.cpp on the first rounds of each benchmark; evaluations, augmentation and start-up
// are in them, as their times are not published apart.

namespace foretrain::inline v0::catalog {

/// A benchmark by the totals of a sample, in the rounds that run this model under its name.
struct SampleBenchmark {
    std::string_view name; ///< as results name it
    double first_round, last_round;
    double last_fitted; ///< the last round that efficiency and floor were fitted to
    SampleWork work;
};

namespace detail {

[[nodiscard]] constexpr SampleWork sample_work(std::string_view name, double flops, double traffic, double parameters,
                                               double exchange, double efficiency, double floor,
                                               std::string_view source) noexcept {
    return {.name = name,
            .flops = make<Flops>(flops),
            .traffic = make<Bytes>(traffic),
            .gradients = make<Bytes>(2.0 * parameters),
            .exchange = make<Bytes>(exchange),
            .efficiency = efficiency,
            .step_floor = make<Seconds>(floor),
            .provenance = {source, "2024", Evidence::fitted}};
}

} // namespace detail

inline constexpr std::array sample_benchmarks = {
    SampleBenchmark{"resnet", 0.0, 9.0, 2.15,
                    detail::sample_work("resnet-50", 24.6e9, 250e6, 25.6e6, 0, 0.69, 0.005,
                                        "He et al. 2015, arXiv 1512.03385, table 1: 4.1 G multiply-adds forward")},
    SampleBenchmark{"ssd", 0.0, 1.95, 1.05,
                    detail::sample_work("ssd-resnet34", 81e9, 400e6, 20e6, 0, 0.69, 0.012,
                                        "mlcommons/inference: 433 GFLOP at 1200 x 1200, here 300 x 300")},
    SampleBenchmark{"ssd", 1.96, 9.0, 2.15,
                    detail::sample_work("retinanet-resnext50", 0.91e12, 5e9, 38e6, 0, 0.6, 0.012,
                                        "mlcommons/inference: 152 G multiply-adds at 800 x 800, 38 M parameters")},
    SampleBenchmark{"retinanet", 1.96, 9.0, 2.15,
                    detail::sample_work("retinanet-resnext50", 0.91e12, 5e9, 38e6, 0, 0.6, 0.012,
                                        "mlcommons/inference: 152 G multiply-adds at 800 x 800, 38 M parameters")},
    SampleBenchmark{"maskrcnn", 0.0, 9.0, 2.15,
                    detail::sample_work("mask-rcnn-r50-fpn", 1.56e12, 6e9, 44.4e6, 0, 0.66, 0.02,
                                        "facebookresearch/detectron2 model zoo: 260 G multiply-adds, 44 M parameters")},
    SampleBenchmark{"unet3d", 0.0, 9.0, 2.15,
                    detail::sample_work("unet-3d", 2.84e12, 12e9, 31e6, 0, 0.49, 0.012,
                                        "mlcommons/inference: 947 GFLOP at 128 x 128 x 128, 31 M parameters")},
    SampleBenchmark{"rnnt", 0.0, 9.0, 2.15,
                    detail::sample_work("rnn-t", 23e9, 1.5e9, 49e6, 0, 0.76, 0.02,
                                        "mlcommons/inference: 7.8 GFLOP an utterance, 49 M parameters")},
    SampleBenchmark{"dlrm", 0.0, 9.0, 1.15,
                    detail::sample_work("dlrm", 14e6, 53e3, 2.4e6, 6.7e3, 0.4, 0.0,
                                        "Naumov et al. 2019, arXiv 1906.00091; 26 tables of 128, one look-up each")},
    SampleBenchmark{"dlrm_dcnv2", 0.0, 9.0, 3.05,
                    detail::sample_work("dlrm-dcnv2", 96e6, 330e3, 16e6, 6.7e3, 0.37, 0.0005,
                                        "Wang et al. 2020, arXiv 2008.13535; 26 tables of 128, 214 look-ups")},
    SampleBenchmark{"gnn", 0.0, 9.0, 4.05,
                    detail::sample_work("r-gat", 5e9, 30e6, 21e6, 0, 0.33, 0.05,
                                        "mlcommons/training graph_neural_network; neighbours sampled 15, 10, 5")},
    SampleBenchmark{"rgat", 0.0, 9.0, 4.05,
                    detail::sample_work("r-gat", 5e9, 30e6, 21e6, 0, 0.33, 0.05,
                                        "mlcommons/training graph_neural_network; neighbours sampled 15, 10, 5")},
    SampleBenchmark{"stable_diffusion", 0.0, 9.0, 4.05,
                    detail::sample_work("stable-diffusion-2", 2.4e12, 20e9, 865e6, 0, 1.12, 0.03,
                                        "Stability-AI/stablediffusion: U-Net of 865 M parameters, 64 x 64 latents")},
    SampleBenchmark{"gnmt", 0.0, 9.0, 0.65,
                    detail::sample_work("gnmt", 24e9, 300e6, 160e6, 0, 1.02, 0.03,
                                        "Wu et al. 2016, arXiv 1609.08144; 160 M parameters, about 25 tokens")},
};

/// The model that a benchmark ran in a round, or null.
[[nodiscard]] constexpr const SampleBenchmark* find_sample_benchmark(std::string_view name, double round) noexcept {
    for (const SampleBenchmark& benchmark : sample_benchmarks)
        if (benchmark.name == name && benchmark.first_round <= round && round <= benchmark.last_round)
            return &benchmark;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
