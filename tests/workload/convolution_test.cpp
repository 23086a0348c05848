// SPDX-License-Identifier: Apache-2.0
#include <foretrain/workload/convolution.hpp>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// ResNet-50's first layer.
constexpr Convolution stem{.images = 1,
                           .channels = 3,
                           .height = 224,
                           .width = 224,
                           .filters = 64,
                           .filter_height = 7,
                           .filter_width = 7,
                           .padding_height = 3,
                           .padding_width = 3,
                           .stride_height = 2,
                           .stride_width = 2};
constexpr Convolution block{.images = 8,
                            .channels = 128,
                            .height = 28,
                            .width = 28,
                            .filters = 256,
                            .filter_height = 3,
                            .filter_width = 3,
                            .padding_height = 1,
                            .padding_width = 1};
static_assert(stem.output_height() == 112 && stem.output_width() == 112);
static_assert(stem.parameters() == 9408); // as torchvision counts
static_assert(block.output_height() == 28 && block.positions() == 8 * 28 * 28);

double product_flops(const Operations& operations) {
    double sum = 0;
    for (const Operation& operation : operations) sum += raw(operation.flops);
    return sum;
}

Operations kernels(const Convolution& c, LayerPass pass, ConvolutionAlgorithm algorithm, std::int64_t slice = 1 << 30) {
    return convolution_operations(c, pass, algorithm, 4_B, slice);
}

template <class Change>
bool breaks(Change change, std::string_view field) {
    Convolution c = block;
    change(c);
    Violations violations;
    check_rules(c, violations);
    return violations.size() == 1 && violations[0].field == field;
}

} // namespace

TEST_CASE("FLOPs and bytes of known layers") {
    // 118 M multiply-adds, as published for this layer.
    CHECK(raw(convolution_flops(stem)) == relative(2.0 * 118'013'952.0));
    // Input 3 x 224^2, output 64 x 112^2, weights 9408, four bytes each.
    CHECK(raw(convolution_bytes(stem, 4_B)) == relative(4.0 * (150'528.0 + 802'816.0 + 9408.0)));
    CHECK(convolution_bytes(stem, 4_B) == 2.0 * convolution_bytes(stem, 2_B));
}

TEST_CASE("all passes of an implicit product do the same arithmetic") {
    const double flops = raw(convolution_flops(block));
    for (const LayerPass pass : {LayerPass::forward, LayerPass::input_gradient, LayerPass::weight_gradient}) {
        CAPTURE(name_of(pass));
        CHECK(product_flops(kernels(block, pass, ConvolutionAlgorithm::implicit_product)) == relative(flops));
    }
    CHECK(product_flops(kernels(stem, LayerPass::input_gradient, ConvolutionAlgorithm::scattered)) ==
          relative(raw(convolution_flops(stem))));
}

TEST_CASE("slices of a weight gradient are more and shorter products of the same arithmetic") {
    const Operations whole = kernels(block, LayerPass::weight_gradient, ConvolutionAlgorithm::implicit_product);
    const Operations sliced = kernels(block, LayerPass::weight_gradient, ConvolutionAlgorithm::implicit_product, 392);
    CHECK(sliced[0].inner == 392);
    CHECK(sliced[0].rows * sliced[0].columns == 16 * whole[0].rows * whole[0].columns);
    CHECK(product_flops(sliced) == relative(product_flops(whole)));
}

TEST_CASE("Winograd saves the published share of multiplications") {
    // F(2 x 2, 3 x 3) needs 16 where a plain convolution needs 36, F(4 x 4, 3 x 3) 36 instead of 144 (Lavin and Gray).
    const double plain = raw(convolution_flops(block));
    for (const LayerPass pass : {LayerPass::forward, LayerPass::input_gradient, LayerPass::weight_gradient}) {
        CAPTURE(name_of(pass));
        CHECK(plain / product_flops(kernels(block, pass, ConvolutionAlgorithm::winograd_fused)) == relative(2.25));
        CHECK(plain / product_flops(kernels(block, pass, ConvolutionAlgorithm::winograd)) == relative(4.0));
    }
    // Tiles that hang over the edge are computed in full.
    Convolution odd = block;
    odd.height = odd.width = 7;
    const double saved =
        raw(convolution_flops(odd)) / product_flops(kernels(odd, LayerPass::forward, ConvolutionAlgorithm::winograd));
    CHECK(saved == relative(4.0 * 49.0 / 64.0));
}

TEST_CASE("transforms in kernels of their own cost traffic, fused ones do not") {
    const auto bytes = [](const Operations& operations) {
        double sum = 0;
        for (const Operation& operation : operations) sum += raw(operation.bytes);
        return sum;
    };
    const double tensors = raw(convolution_bytes(block, 4_B));
    CHECK(bytes(kernels(block, LayerPass::forward, ConvolutionAlgorithm::winograd_fused)) == relative(tensors));
    CHECK(bytes(kernels(block, LayerPass::forward, ConvolutionAlgorithm::winograd)) > 3.0 * tensors);
}

TEST_CASE("what applies to what") {
    CHECK(applies(ConvolutionAlgorithm::winograd, block, LayerPass::forward));
    CHECK_FALSE(applies(ConvolutionAlgorithm::winograd, stem, LayerPass::forward));
    Convolution strided = block;
    strided.stride_width = 2;
    CHECK_FALSE(applies(ConvolutionAlgorithm::winograd_fused, strided, LayerPass::forward));
    CHECK_FALSE(applies(ConvolutionAlgorithm::implicit_product, strided, LayerPass::input_gradient));
    CHECK(applies(ConvolutionAlgorithm::scattered, strided, LayerPass::input_gradient));
    CHECK_FALSE(applies(ConvolutionAlgorithm::scattered, block, LayerPass::forward));
    // Every pass of every layer can be computed somehow.
    for (const Convolution& c : {stem, block, strided})
        for (const LayerPass pass : {LayerPass::forward, LayerPass::input_gradient, LayerPass::weight_gradient})
            CHECK((applies(ConvolutionAlgorithm::implicit_product, c, pass) ||
                   applies(ConvolutionAlgorithm::scattered, c, pass)));
}

TEST_CASE("a broken rule names its field") {
    AnyViolation any;
    check_rules(block, any);
    check_rules(stem, any);
    CHECK(any.empty());
    CHECK(breaks([](Convolution& c) { c.images = 0; }, "convolution.images"));
    CHECK(breaks([](Convolution& c) { c.channels = 0; }, "convolution.channels"));
    CHECK(breaks([](Convolution& c) { c.filters = -1; }, "convolution.filters"));
    CHECK(breaks([](Convolution& c) { c.stride_height = 0; }, "convolution.stride_height"));
    CHECK(breaks([](Convolution& c) { c.padding_width = -1; }, "convolution.padding_width"));
    CHECK(breaks([](Convolution& c) { c.filter_height = 31; }, "convolution.filter_height"));
    CHECK(breaks([](Convolution& c) { c.filter_width = 31; }, "convolution.filter_width"));
    Violations all;
    check_rules(Convolution{}, all);
    CHECK(all.size() >= 7);
}
