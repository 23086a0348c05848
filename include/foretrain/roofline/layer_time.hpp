// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "../workload/convolution.hpp"
#include "../workload/recurrent.hpp"
#include "kernel.hpp"

// Time of one pass of a convolution or recurrent layer: what a library of kernels makes of it.
//
//   convolution  the fastest algorithm that the library has and that applies, as its benchmark mode finds it
//   recurrent    whole + T x (gap x kernels + max(product, inner x latency) + elementwise)
//
// The kernels run under the roofline of roofline/kernel.hpp at burst clock. A library adds few constants: how its rate
// compares with a plain product's, which algorithms it has, and what a chain of dependent kernels costs. All of them
// were fitted to baidu-research/DeepBench; docs/layers.md has the errors, in sample and held out.

namespace foretrain::inline v0 {

/// What a library of kernels reaches on the layers, relative to plain matrix products.
template <class Real>
struct BasicLayerLibrary {
    std::string_view name;
    Real forward{1.0}; ///< rate of a convolution's products over that of plain products
    Real input_gradient{1.0};
    Real weight_gradient{1.0};            ///< where a load is used once: one filter position, or few channels
    Real weight_gradient_of_windows{1.0}; ///< where filter positions share loads
    Real scattered{0.5};                  ///< rate of an input gradient that is added up in memory, over the others
    ConvolutionAlgorithm winograd_kind = ConvolutionAlgorithm::winograd;
    Real winograd{};                 ///< rate of the products between Winograd's transforms; 0: the library has none
    Real winograd_weight_gradient{}; ///< likewise
    std::int64_t slice = 256;        ///< positions that a slice of the weight gradient sums over
    Real unaligned{1.0};             ///< rate over FP32 of a 16-bit layer whose channels the matrix units cannot take
    BasicSeconds<Real> launch{};     ///< what a call for a convolution costs besides its kernels
    BasicSeconds<Real> recurrent_launch{}; ///< the same for a recurrent layer
    BasicSeconds<Real> step_gap{};         ///< before each kernel of a recurrent step
    BasicSeconds<Real> inner_latency{};    ///< of one step along the inner dimension of a recurrent product
    bool gates_side_by_side = true;        ///< the input gradient of a recurrent layer is one product a gate
};
using LayerLibrary = BasicLayerLibrary<double>;

/// NVIDIA cuDNN 7 on Volta and later.
inline constexpr LayerLibrary cudnn{.name = "cudnn",
                                    .forward = 1.0,
                                    .input_gradient = 1.0,
                                    .weight_gradient = 0.57,
                                    .weight_gradient_of_windows = 0.85,
                                    .winograd = 1.0,
                                    .winograd_weight_gradient = 1.0,
                                    .slice = 288,
                                    .unaligned = 0.4,
                                    .launch = make<Seconds>(7e-6),
                                    .recurrent_launch = make<Seconds>(90e-6),
                                    .step_gap = make<Seconds>(3e-6),
                                    .inner_latency = make<Seconds>(15e-9)};

/// cuDNN 5 and 6 before Volta: the gates of a recurrent layer in one product.
[[nodiscard]] constexpr LayerLibrary older_cudnn(std::string_view name, double launch, double gap,
                                                 double latency) noexcept {
    LayerLibrary library = cudnn;
    library.name = name;
    library.launch = make<Seconds>(launch);
    library.step_gap = make<Seconds>(gap);
    library.inner_latency = make<Seconds>(latency);
    library.gates_side_by_side = false;
    return library;
}
/// On Maxwell, where Winograd hardly pays for the weight gradient.
inline constexpr LayerLibrary cudnn_maxwell = [] {
    LayerLibrary library = older_cudnn("cudnn-maxwell", 38e-6, 13e-6, 40e-9);
    library.winograd = 0.85;
    library.winograd_weight_gradient = 0.4;
    return library;
}();
/// On Pascal, where products of few columns wait for memory in every step of the inner dimension.
inline constexpr LayerLibrary cudnn_pascal = older_cudnn("cudnn-pascal", 22e-6, 5e-6, 100e-9);

/// AMD MIOpen of 2017: Winograd in one kernel, none for the weight gradient.
inline constexpr LayerLibrary miopen{.name = "miopen",
                                     .forward = 0.8,
                                     .input_gradient = 1.25,
                                     .weight_gradient = 0.65,
                                     .weight_gradient_of_windows = 1.2,
                                     .winograd_kind = ConvolutionAlgorithm::winograd_fused,
                                     .winograd = 1.03,
                                     .slice = 128,
                                     .unaligned = 0.3,
                                     .launch = make<Seconds>(20e-6),
                                     .recurrent_launch = make<Seconds>(90e-6),
                                     .step_gap = make<Seconds>(21e-6),
                                     .inner_latency = make<Seconds>(40e-9),
                                     .gates_side_by_side = false};

/// Intel MKL-DNN of 2017 on Knights Landing: direct convolutions. Its recurrent layers are a guess.
inline constexpr LayerLibrary mkl_dnn{.name = "mkl-dnn",
                                      .forward = 1.12,
                                      .input_gradient = 1.05,
                                      .weight_gradient = 0.67,
                                      .weight_gradient_of_windows = 0.85,
                                      .scattered = 0.2,
                                      .slice = 384,
                                      .step_gap = make<Seconds>(5e-6)};

/// Number formats of a layer: what is multiplied, and the size of what is stored (FP16 can be stored and multiplied in
/// FP32).
struct LayerFormat {
    NumberFormat multiply = NumberFormat::fp32;
    Bytes element = size_of(NumberFormat::fp32);
};

/// Time of one pass of a layer.
template <class Real>
struct BasicLayerTime {
    BasicSeconds<Real> time{};
    Resource bound = Resource::memory; ///< of the longest kernel
    ConvolutionAlgorithm algorithm = ConvolutionAlgorithm::implicit_product;
};
using LayerTime = BasicLayerTime<double>;

namespace detail {

template <class Real>
[[nodiscard]] constexpr BasicLayerTime<Real> sum_of(const BasicRooflineKernels<Real>& kernels,
                                                    const Operations& operations) noexcept {
    BasicLayerTime<Real> sum;
    BasicSeconds<Real> longest{};
    for (const Operation& operation : operations) {
        const BasicKernelTime<Real> one = kernels.time(operation);
        sum.time = sum.time + one.time;
        if (one.time > longest) {
            longest = one.time;
            sum.bound = one.bound;
        }
    }
    return sum;
}

/// Products in this format run on units that are much faster than the vector units and demand whole groups of channels.
template <class Real>
[[nodiscard]] constexpr bool on_matrix_units(const BasicAccelerator<Real>& a, NumberFormat format) noexcept {
    return raw(a.matrix.of(format)) > raw(a.vector) * Real(2.5);
}

} // namespace detail

/// Time of one pass of a convolution. The accelerator must have a rate for the format, and the layer obey its rules.
template <class Real>
[[nodiscard]] constexpr BasicLayerTime<Real>
convolution_time(const BasicAccelerator<Real>& accelerator, const Convolution& layer, LayerPass pass,
                 const LayerFormat& format, const BasicLayerLibrary<Real>& library) noexcept {
    const bool matrix_units = detail::on_matrix_units(accelerator, format.multiply);
    const bool aligned = layer.channels % 8 == 0 && layer.filters % 8 == 0;
    const bool demoted = matrix_units && !aligned;
    const NumberFormat operands = demoted ? NumberFormat::fp32 : format.multiply;
    const bool windows = layer.filter_height * layer.filter_width > 1 && layer.channels >= 8;
    const Real weights = windows ? library.weight_gradient_of_windows : library.weight_gradient;
    const Real rate = demoted                             ? library.unaligned
                      : pass == LayerPass::forward        ? library.forward
                      : pass == LayerPass::input_gradient ? library.input_gradient
                                                          : weights;
    const Real winograd = pass == LayerPass::weight_gradient ? library.winograd_weight_gradient : library.winograd;
    BasicLayerTime<Real> best;
    bool found = false;
    for (const ConvolutionAlgorithm algorithm :
         {ConvolutionAlgorithm::implicit_product, ConvolutionAlgorithm::scattered, library.winograd_kind}) {
        if (!applies(algorithm, layer, pass)) continue;
        const bool transforms = algorithm == library.winograd_kind;
        // Matrix units make products cheap enough that transforms do not pay.
        if (transforms && (matrix_units || !(winograd > Real(0)))) continue;
        const Real share = algorithm == ConvolutionAlgorithm::scattered ? rate * library.scattered : rate;
        const BasicRooflineKernels<Real> kernels(accelerator, operands, Load::burst,
                                                 {.matrix = transforms ? winograd : share});
        BasicLayerTime<Real> candidate =
            detail::sum_of(kernels, convolution_operations(layer, pass, algorithm, format.element, library.slice));
        candidate.time = candidate.time + library.launch;
        candidate.algorithm = algorithm;
        if (!found || candidate.time < best.time) best = candidate;
        found = true;
    }
    return best;
}

/// Time of one pass of a recurrent layer, all time steps. Preconditions as for `convolution_time`.
template <class Real>
[[nodiscard]] constexpr BasicLayerTime<Real>
recurrent_time(const BasicAccelerator<Real>& accelerator, const Recurrent& layer, LayerPass pass,
               const LayerFormat& format, const BasicLayerLibrary<Real>& library) noexcept {
    const BasicRooflineKernels<Real> kernels(accelerator, format.multiply, Load::burst);
    BasicLayerTime<Real> result = detail::sum_of(kernels, recurrent_whole(layer, pass, format.element));
    const RecurrentKernels how{.weights_on_chip =
                                   Real(raw(recurrent_weight_bytes(layer, format.element))) < raw(accelerator.cache),
                               .gates_side_by_side = library.gates_side_by_side};
    BasicSeconds<Real> step{};
    BasicSeconds<Real> longest{};
    for (const Operation& operation : recurrent_step(layer, pass, format.element, how)) {
        BasicKernelTime<Real> one = kernels.time(operation);
        const BasicSeconds<Real> floor = library.inner_latency * Real(static_cast<double>(operation.inner));
        if (one.time < floor) one = {floor, Resource::device_launch, Real(1)};
        step = step + one.time + library.step_gap * Real(static_cast<double>(operation.kernels));
        if (one.time > longest) {
            longest = one.time;
            result.bound = one.bound;
        }
    }
    result.time = result.time + library.recurrent_launch + step * Real(static_cast<double>(layer.timesteps));
    return result;
}

} // namespace foretrain::inline v0
