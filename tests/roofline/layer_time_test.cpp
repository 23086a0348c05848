// SPDX-License-Identifier: Apache-2.0
#include <foretrain/roofline/layer_time.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Convolution block{.images = 16,
                            .channels = 256,
                            .height = 28,
                            .width = 28,
                            .filters = 512,
                            .filter_height = 3,
                            .filter_width = 3,
                            .padding_height = 1,
                            .padding_width = 1};
constexpr LayerFormat full{};
constexpr LayerFormat half{NumberFormat::fp16, 2_B};
constexpr std::array passes = {LayerPass::forward, LayerPass::input_gradient, LayerPass::weight_gradient};

double seconds(const Accelerator& a, const Convolution& c, LayerPass pass, const LayerFormat& format = full,
               const LayerLibrary& library = cudnn) {
    return raw(convolution_time(a, c, pass, format, library).time);
}
double seconds(const Accelerator& a, const Recurrent& r, LayerPass pass, const LayerFormat& format = full,
               const LayerLibrary& library = cudnn) {
    return raw(recurrent_time(a, r, pass, format, library).time);
}

constexpr Recurrent lstm{.cell = RecurrentCell::lstm, .hidden = 1024, .batch = 64, .timesteps = 25};

} // namespace

TEST_CASE("Winograd is found where it pays, and passes the peak of a plain product") {
    const LayerTime fast = convolution_time(catalog::v100_16gb, block, LayerPass::forward, full, cudnn);
    CHECK(fast.algorithm == ConvolutionAlgorithm::winograd);
    // DeepBench measured 1.2 to 2.4 times the peak on such layers.
    const double rate = raw(convolution_flops(block)) / raw(fast.time);
    CHECK(rate > raw(catalog::v100_16gb.matrix.fp32));
    CHECK(rate < 4.0 * raw(catalog::v100_16gb.matrix.fp32));
    LayerLibrary without = cudnn;
    without.winograd = 0;
    const LayerTime plain = convolution_time(catalog::v100_16gb, block, LayerPass::forward, full, without);
    CHECK(plain.algorithm == ConvolutionAlgorithm::implicit_product);
    CHECK(plain.time > fast.time);
    CHECK(plain.bound == Resource::matrix);
    // On matrix units it never pays.
    CHECK(convolution_time(catalog::v100_16gb, block, LayerPass::forward, half, cudnn).algorithm ==
          ConvolutionAlgorithm::implicit_product);
}

TEST_CASE("no product passes the peak by more than its algorithm saves") {
    for (const Accelerator* a : {&catalog::m40, &catalog::gtx_1080_ti, &catalog::v100_16gb, &catalog::t4})
        for (const LayerPass pass : passes) {
            CHECK(raw(convolution_flops(block)) / seconds(*a, block, pass) < 4.0 * raw(a->matrix.fp32));
            CHECK(raw(recurrent_flops(lstm)) / seconds(*a, lstm, pass) < raw(a->matrix.fp32));
        }
    CHECK(raw(convolution_flops(block)) / seconds(catalog::v100_16gb, block, LayerPass::forward, half) <
          raw(catalog::v100_16gb.matrix.fp16));
}

TEST_CASE("a strided input gradient is scattered") {
    Convolution strided = block;
    strided.stride_height = strided.stride_width = 2;
    CHECK(convolution_time(catalog::p100_pcie, strided, LayerPass::input_gradient, full, cudnn_pascal).algorithm ==
          ConvolutionAlgorithm::scattered);
}

TEST_CASE("time grows with the batch and with the image") {
    for (const LayerPass pass : passes) {
        double before = 0;
        for (const std::int64_t images : {1, 4, 16, 64, 256, 1024}) {
            Convolution c = block;
            c.images = images;
            const double time = seconds(catalog::v100_16gb, c, pass);
            CHECK(time > before);
            before = time;
        }
        Convolution larger = block;
        larger.height = 56;
        CHECK(seconds(catalog::v100_16gb, larger, pass) > 1.5 * seconds(catalog::v100_16gb, block, pass));
    }
}

TEST_CASE("matrix units want channels in groups of eight") {
    Convolution odd = block;
    odd.channels = 255;
    CHECK(seconds(catalog::v100_16gb, odd, LayerPass::forward, half) >
          3.0 * seconds(catalog::v100_16gb, block, LayerPass::forward, half));
    // Without matrix units nothing changes at that step.
    CHECK(seconds(catalog::p100_pcie, odd, LayerPass::forward) ==
          doctest::Approx(seconds(catalog::p100_pcie, block, LayerPass::forward)).epsilon(0.05));
}

TEST_CASE("a small layer costs its launch and kernels, whatever the accelerator") {
    Convolution tiny = block;
    tiny.images = tiny.channels = tiny.filters = 1;
    tiny.height = tiny.width = 8;
    const LayerTime time = convolution_time(catalog::h100_sxm, tiny, LayerPass::forward, full, cudnn);
    CHECK(time.bound == Resource::device_launch);
    CHECK(raw(time.time) > raw(cudnn.launch));
    CHECK(raw(time.time) < 50e-6);
}

TEST_CASE("a recurrent layer takes as long as its steps") {
    Recurrent twice = lstm;
    twice.timesteps *= 2;
    const double launch = raw(cudnn.recurrent_launch);
    for (const LayerPass pass : {LayerPass::forward, LayerPass::input_gradient})
        CHECK(seconds(catalog::v100_16gb, twice, pass) - launch ==
              relative(2.0 * (seconds(catalog::v100_16gb, lstm, pass) - launch)));
}

TEST_CASE("small batches of a recurrent layer are nearly free, the weight gradient never is") {
    Recurrent one = lstm, eight = lstm;
    one.batch = 1;
    eight.batch = 8;
    CHECK(seconds(catalog::v100_16gb, eight, LayerPass::forward) <
          1.2 * seconds(catalog::v100_16gb, one, LayerPass::forward));
    Recurrent large = lstm, larger = lstm;
    large.batch = 1024;
    larger.batch = 4096;
    CHECK(seconds(catalog::v100_16gb, larger, LayerPass::weight_gradient) >
          3.0 * seconds(catalog::v100_16gb, large, LayerPass::weight_gradient));
}

TEST_CASE("weights that the cache holds make steps shorter") {
    Recurrent wide = lstm;
    wide.hidden = 2048;
    wide.batch = 4;
    Accelerator small = catalog::h100_sxm;
    small.cache = 1_MiB;
    LayerLibrary persistent = cudnn;
    persistent.inner_latency = Seconds{};
    CHECK(seconds(catalog::h100_sxm, wide, LayerPass::forward, half, persistent) <
          seconds(small, wide, LayerPass::forward, half, persistent));
}

TEST_CASE("a latency along the inner dimension sets a floor") {
    LayerLibrary slow = cudnn;
    slow.inner_latency = 1_us;
    const double floor = 25.0 * 1024.0 * 1e-6;
    CHECK(seconds(catalog::v100_16gb, lstm, LayerPass::forward, full, slow) > floor);
    CHECK(recurrent_time(catalog::v100_16gb, lstm, LayerPass::forward, full, slow).bound == Resource::device_launch);
    // The input gradient walks all gates in one chain, unless they run side by side.
    slow.gates_side_by_side = false;
    CHECK(seconds(catalog::v100_16gb, lstm, LayerPass::input_gradient, full, slow) > 4.0 * floor);
}

// NVIDIA's V100 in baidu-research/DeepBench, within a factor that no change of constants should pass.
TEST_CASE("measured layers are near") {
    const auto near = [](double predicted, double measured) {
        CAPTURE(predicted);
        CHECK(predicted > measured / 1.5);
        CHECK(predicted < measured * 1.5);
    };
    const Convolution middle{
        .images = 16, .channels = 256, .height = 56, .width = 56, .filters = 64, .filter_height = 1, .filter_width = 1};
    near(seconds(catalog::v100_16gb, middle, LayerPass::forward), 2.0 * 16 * 56 * 56 * 256 * 64 / 12.1e12);
    const Recurrent gru{.cell = RecurrentCell::gru, .hidden = 2560, .batch = 32, .timesteps = 375};
    near(seconds(catalog::v100_16gb, gru, LayerPass::weight_gradient), 32.966e-3);
    near(seconds(catalog::v100_16gb, gru, LayerPass::forward), 56.712e-3);
}
