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
    TrainingJob{"bert_base_uncased", "sentiment140", make<Flops>(4.07e16), make<Bytes>(3.31e14), make<Seconds>(15.5e3),
                make<Seconds>(30.7e3), make<Seconds>(481.0), zeus_traces},
    TrainingJob{"bert_base_uncased", "squad", make<Flops>(1.88e16), make<Bytes>(1.51e14), make<Seconds>(167.0),
                make<Seconds>(2086.0), make<Seconds>(305.0), zeus_traces},
    TrainingJob{"deepspeech2", "librispeech", make<Flops>(3.48e16), make<Bytes>(8.59e14), make<Seconds>(47.2e3),
                make<Seconds>(43.6e3), make<Seconds>(4507.0), zeus_traces},
    TrainingJob{"ncf", "movielens-1m", make<Flops>(7.0e11), make<Bytes>(1.6e10), make<Seconds>(649.0),
                make<Seconds>(14.5e3), make<Seconds>(6.5), zeus_traces},
    TrainingJob{"resnet50", "imagenet", make<Flops>(2.98e16), make<Bytes>(1.285e15), make<Seconds>(14.3e3),
                make<Seconds>(13.3e3), make<Seconds>(2029.0), zeus_traces},
    TrainingJob{"shufflenetv2", "cifar100", make<Flops>(3.6e13), make<Bytes>(4.12e12), make<Seconds>(33.0),
                make<Seconds>(1796.0), make<Seconds>(1.43), zeus_traces},
};

/// Share of the FP32 peak and of the memory bandwidth that these jobs are counted at.
inline constexpr double job_rate = 0.85;
inline constexpr double job_bandwidth = 0.78;

inline constexpr std::array traced_hosts = {TracedHost{"v100-pcie-16gb", 1.0}, TracedHost{"a40", 1.03},
                                            TracedHost{"p100-pcie", 2.19}, TracedHost{"quadro-rtx-6000", 1.55}};
/// Of a host that nobody traced: the geometric mean of those.
inline constexpr double usual_slowness = 1.37;

} // namespace foretrain::inline v0::catalog
