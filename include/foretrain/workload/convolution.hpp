// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../units/violation.hpp"
#include "operation.hpp"

// A convolution layer as matrix products.
//
//   outputs         P = floor((H + 2 pad - R) / stride) + 1, Q likewise
//   forward         N P Q x K, inner C R S                       FLOPs 2 N P Q K C R S, of every pass
//   input gradient  stride 1: N H W x C, inner K R S (a convolution with the filters turned round)
//                   scattered: N P Q x C R S, inner K, then added up into the input: any stride
//   weight gradient K x C R S, inner N P Q, cut into slices of the inner dimension that are added up
//   Winograd F(m)   3 x 3, stride 1: (m + 2)^2 products for each m x m outputs instead of 9 m^2 (Lavin and Gray 2016)
//
// Chetlur et al. 2014 (cuDNN) describe the implicit product: the matrix of patches is never stored, so bytes are those
// of the three tensors. OperationKind knows no convolutions: products are `feed_forward`, the rest is `elementwise`.

namespace foretrain::inline v0 {

/// One of the three computations of a layer with weights in a training step.
enum class LayerPass : unsigned char { forward, input_gradient, weight_gradient };

/// `forward`, `input_gradient`, `weight_gradient`.
[[nodiscard]] constexpr std::string_view name_of(LayerPass pass) noexcept {
    switch (pass) {
    case LayerPass::forward: return "forward";
    case LayerPass::input_gradient: return "input_gradient";
    case LayerPass::weight_gradient: return "weight_gradient";
    }
    return "forward";
}

/// A two-dimensional convolution, without groups and dilation. Zero in a dimension is refused.
struct Convolution {
    std::int64_t images = 0; ///< of one accelerator
    std::int64_t channels = 0;
    std::int64_t height = 0; ///< of an image
    std::int64_t width = 0;
    std::int64_t filters = 0; ///< output channels
    std::int64_t filter_height = 0;
    std::int64_t filter_width = 0;
    std::int64_t padding_height = 0; ///< on either side
    std::int64_t padding_width = 0;
    std::int64_t stride_height = 1;
    std::int64_t stride_width = 1;

    [[nodiscard]] constexpr std::int64_t output_height() const noexcept {
        return (height + 2 * padding_height - filter_height) / stride_height + 1;
    }
    [[nodiscard]] constexpr std::int64_t output_width() const noexcept {
        return (width + 2 * padding_width - filter_width) / stride_width + 1;
    }
    /// Output positions of all images: N P Q.
    [[nodiscard]] constexpr std::int64_t positions() const noexcept {
        return images * output_height() * output_width();
    }
    /// Inputs that one output sums over: C R S.
    [[nodiscard]] constexpr std::int64_t patch() const noexcept { return channels * filter_height * filter_width; }
    [[nodiscard]] constexpr std::int64_t parameters() const noexcept { return filters * patch(); }
    [[nodiscard]] constexpr bool strided() const noexcept { return stride_height > 1 || stride_width > 1; }

    constexpr bool operator==(const Convolution&) const noexcept = default;
};

/// How a library computes a pass.
enum class ConvolutionAlgorithm : unsigned char {
    implicit_product, ///< patches are gathered on the way into the product
    scattered,        ///< input gradient: products of patches, then added up in memory
    winograd_fused,   ///< transforms inside the product's kernel
    winograd,         ///< transforms in kernels of their own
};

/// Tells `sink` of every dimension outside its range, and of filters larger than the padded image.
template <class Sink>
constexpr void check_rules(const Convolution& c, Sink& sink) noexcept {
    using detail::require_range;
    constexpr double most = 1e5;
    require_range(sink, "convolution.images", c.images, 1, most);
    require_range(sink, "convolution.channels", c.channels, 1, most);
    require_range(sink, "convolution.height", c.height, 1, most);
    require_range(sink, "convolution.width", c.width, 1, most);
    require_range(sink, "convolution.filters", c.filters, 1, most);
    require_range(sink, "convolution.filter_height", c.filter_height, 1, 1000);
    require_range(sink, "convolution.filter_width", c.filter_width, 1, 1000);
    require_range(sink, "convolution.padding_height", c.padding_height, 0, 1000);
    require_range(sink, "convolution.padding_width", c.padding_width, 0, 1000);
    require_range(sink, "convolution.stride_height", c.stride_height, 1, 1000);
    require_range(sink, "convolution.stride_width", c.stride_width, 1, 1000);
    constexpr std::string_view fits = "at most the padded image, {}";
    const std::int64_t rows = c.height + 2 * c.padding_height;
    const std::int64_t columns = c.width + 2 * c.padding_width;
    detail::require(sink, c.filter_height <= rows, "filter_fits", "convolution.filter_height", c.filter_height, fits,
                    static_cast<double>(rows), "");
    detail::require(sink, c.filter_width <= columns, "filter_fits", "convolution.filter_width", c.filter_width, fits,
                    static_cast<double>(columns), "");
}

namespace detail {

[[nodiscard]] constexpr double elements(std::int64_t a, std::int64_t b, std::int64_t c = 1) noexcept {
    return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}
[[nodiscard]] constexpr std::int64_t quotient_up(std::int64_t a, std::int64_t b) noexcept { return (a + b - 1) / b; }
/// Outputs along one side that a Winograd tile yields.
[[nodiscard]] constexpr std::int64_t winograd_outputs(ConvolutionAlgorithm algorithm) noexcept {
    return algorithm == ConvolutionAlgorithm::winograd ? 4 : 2;
}

} // namespace detail

/// FLOPs of one pass, a multiply and an add counted as two; the same for all three.
[[nodiscard]] constexpr Flops convolution_flops(const Convolution& c) noexcept {
    return make<Flops>(2.0 * detail::elements(c.positions(), c.filters, c.patch()));
}

/// Input, weights and output, each once: the least traffic of a pass. `element` is the size of a stored number.
[[nodiscard]] constexpr Bytes convolution_bytes(const Convolution& c, Bytes element) noexcept {
    const double input = detail::elements(c.images, c.channels) * detail::elements(c.height, c.width);
    return element * (input + detail::elements(c.positions(), c.filters) + static_cast<double>(c.parameters()));
}

/// Whether `algorithm` can compute this pass of this layer at all.
[[nodiscard]] constexpr bool applies(ConvolutionAlgorithm algorithm, const Convolution& c, LayerPass pass) noexcept {
    switch (algorithm) {
    // The implicit product of a strided input gradient would multiply mostly zeros.
    case ConvolutionAlgorithm::implicit_product: return pass != LayerPass::input_gradient || !c.strided();
    case ConvolutionAlgorithm::scattered: return pass == LayerPass::input_gradient;
    case ConvolutionAlgorithm::winograd_fused:
    case ConvolutionAlgorithm::winograd: return c.filter_height == 3 && c.filter_width == 3 && !c.strided();
    }
    return false;
}

/// The kernels of one pass. `slice`: positions that one slice of a weight gradient sums over, at least 1. The layer
/// must obey `check_rules`, and the algorithm must apply.
[[nodiscard]] constexpr Operations convolution_operations(const Convolution& c, LayerPass pass,
                                                          ConvolutionAlgorithm algorithm, Bytes element,
                                                          std::int64_t slice) noexcept {
    Operations list;
    const Pass direction = pass == LayerPass::forward ? Pass::forward : Pass::backward;
    const Bytes tensors = convolution_bytes(c, element);
    const auto product = [&](std::int64_t rows, std::int64_t columns, std::int64_t inner, Bytes bytes) {
        Operation p = matrix_product(OperationKind::feed_forward, direction, rows, columns, inner, 1, element);
        p.bytes = bytes;
        list.add(p);
    };
    if (algorithm == ConvolutionAlgorithm::winograd || algorithm == ConvolutionAlgorithm::winograd_fused) {
        const std::int64_t outputs = detail::winograd_outputs(algorithm);
        const std::int64_t products = (outputs + 2) * (outputs + 2);
        const std::int64_t tiles =
            c.images * detail::quotient_up(c.output_height(), outputs) * detail::quotient_up(c.output_width(), outputs);
        const Bytes transformed = element * (static_cast<double>(products) *
                                             (detail::elements(tiles, c.channels) + detail::elements(tiles, c.filters) +
                                              detail::elements(c.channels, c.filters)));
        const bool fused = algorithm == ConvolutionAlgorithm::winograd_fused;
        // Written by the transforms in front and read by the product, or the other way round.
        if (!fused) list.add(stream(OperationKind::elementwise, direction, tensors + transformed, Flops{}, 3));
        const Bytes bytes = fused ? tensors : transformed;
        // The products of a tile's positions are independent: one product with as many times the rows.
        if (pass == LayerPass::weight_gradient) product(products * c.channels, c.filters, tiles, bytes);
        else if (pass == LayerPass::forward) product(products * tiles, c.filters, c.channels, bytes);
        else product(products * tiles, c.channels, c.filters, bytes);
        return list;
    }
    if (pass == LayerPass::forward) {
        product(c.positions(), c.filters, c.patch(), tensors);
    } else if (pass == LayerPass::weight_gradient) {
        const std::int64_t slices = slice > 0 && c.positions() > slice ? (c.positions() + slice / 2) / slice : 1;
        // Slices run side by side, as that many times the rows would.
        product(c.patch() * slices, c.filters, detail::quotient_up(c.positions(), slices), tensors);
    } else if (algorithm == ConvolutionAlgorithm::scattered) {
        const Bytes patches = element * detail::elements(c.positions(), c.patch());
        product(c.positions(), c.patch(), c.filters, tensors + 2.0 * patches);
        list.add(stream(OperationKind::elementwise, direction, Bytes{}, Flops{}, 1));
    } else {
        product(c.images * c.height * c.width, c.channels, c.filters * c.filter_height * c.filter_width, tensors);
    }
    return list;
}

} // namespace foretrain::inline v0
