// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/quantity.hpp"

// Jobs whose power was traced on single boards: what one epoch of each takes of a board and of its host.
//
//   time of an epoch = M4(FLOPs / rate + bytes / bandwidth + device / B, (host / B + data) x slowness of the host)
//
// B is the batch size, M4 a smooth maximum (4-norm): device and host work side by side. FLOPs are in FP32. The numbers
// are least squares to 1155 epochs of ml-energy/zeus on four boards under power limits; those of ResNet-50 and BERT on
// SQuAD are held near what their architectures have, 3 x 8.2 GFLOP an image and 6 FLOP a parameter and token.

namespace foretrain::inline v0::catalog {

/// One epoch of a training job on one board, in FP32.
struct TrainingJob {
    std::string_view network;
    std::string_view dataset;
    Flops work{};     ///< products
    Bytes traffic{};  ///< of kernels bound by memory
    Seconds device{}; ///< kernels whose time does not depend on the batch, all steps at batch 1
    Seconds host{};   ///< to issue all steps at batch 1
    Seconds data{};   ///< to read and prepare all samples
    Provenance provenance{};
};

/// How slow the host of a traced board is, beside that of the V100.
struct TracedHost {
    std::string_view accelerator; ///< of the catalogue
    double slowness = 1.0;
};

inline constexpr Provenance zeus_traces{"fit to ml-energy/zeus@75a8b93 research_reproducibility/zeus_nsdi23/trace",
                                        "2026-11", Evidence::fitted};

inline constexpr std::array training_jobs = {
    TrainingJob{"bert_base_uncased", "sentiment140", make<Flops>(4.14e16), make<Bytes>(3.10e14), make<Seconds>(1.64e4),
                make<Seconds>(3.19e4), make<Seconds>(236.0), zeus_traces},
    TrainingJob{"bert_base_uncased", "squad", make<Flops>(2.14e16), make<Bytes>(9.10e13), make<Seconds>(67.4),
                make<Seconds>(1530.0), make<Seconds>(366.0), zeus_traces},
    TrainingJob{"deepspeech2", "librispeech", make<Flops>(3.44e16), make<Bytes>(8.69e14), make<Seconds>(5.14e4),
                make<Seconds>(3.96e4), make<Seconds>(4550.0), zeus_traces},
    TrainingJob{"ncf", "movielens-1m", make<Flops>(4.77e11), make<Bytes>(7.45e9), make<Seconds>(586.0),
                make<Seconds>(1.46e4), make<Seconds>(6.54), zeus_traces},
    TrainingJob{"resnet50", "imagenet", make<Flops>(3.08e16), make<Bytes>(1.26e15), make<Seconds>(1.41e4),
                make<Seconds>(1.08e4), make<Seconds>(2130.0), zeus_traces},
    TrainingJob{"shufflenetv2", "cifar100", make<Flops>(3.34e13), make<Bytes>(4.19e12), make<Seconds>(20.2),
                make<Seconds>(1800.0), make<Seconds>(1.44), zeus_traces},
};

/// Share of the FP32 peak and of the memory bandwidth that these jobs are counted at.
inline constexpr double job_rate = 0.85;
inline constexpr double job_bandwidth = 0.78;

inline constexpr std::array traced_hosts = {TracedHost{"v100-pcie-16gb", 1.0}, TracedHost{"a40", 1.03},
                                            TracedHost{"p100-pcie", 2.16}, TracedHost{"quadro-rtx-6000", 1.56}};
/// Of a host that nobody traced: the geometric mean of those.
inline constexpr double usual_slowness = 1.37;

} // namespace foretrain::inline v0::catalog
