// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/mlperf_sample_run.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "../relative.hpp"

using namespace foretrain;

namespace {

MlperfResult result(std::string_view benchmark, std::string_view round, std::string_view accelerator,
                    std::string_view accelerators, std::string_view batch, std::string_view samples) {
    MlperfResult row;
    row.benchmark = benchmark;
    row.round = round;
    row.accelerator = accelerator;
    row.accelerators = accelerators;
    row.per_node = "8";
    row.batch = batch;
    row.samples = samples;
    return row;
}

double minutes(const SampleRun& run) { return raw(run.step->total()) * raw(*run.samples) / raw(run.batch) / 60.0; }

} // namespace

TEST_CASE("ResNet-50 on 8 A100 takes about the 29.1 minutes of v1.1, on 64 H100 the 2.54 of v4.0") {
    const SampleRun a100 =
        import_sample_run(result("resnet", "v1.1", "NVIDIA A100-SXM4-80GB", "8", "3264", "44840845"));
    REQUIRE(a100.step.has_value());
    CHECK(minutes(a100) == relative(29.147).epsilon(0.15));
    const SampleRun h100 =
        import_sample_run(result("resnet", "v4.0", "NVIDIA H100-SXM5-80GB", "64", "3200", "44840845"));
    REQUIRE(h100.step.has_value());
    CHECK(minutes(h100) == relative(2.5437).epsilon(0.15)); // a round that was not fitted to
}

TEST_CASE("a fit may put its own work in place") {
    const MlperfResult row = result("resnet", "v1.1", "NVIDIA A100-SXM4-80GB", "8", "3264", "44840845");
    SampleWork slow = catalog::find_sample_benchmark("resnet", 1.1)->work;
    slow.efficiency *= 0.5;
    CHECK(minutes(import_sample_run(row, &slow)) > 1.7 * minutes(import_sample_run(row)));
}

TEST_CASE("TPUs train in BF16") {
    const SampleRun run = import_sample_run(result("resnet", "v0.7", "tpu-v3", "16", "4096", "5e7"));
    CHECK(run.refusal == "");
    CHECK(run.step.has_value());
}

TEST_CASE("what has no model, no batch or no accelerator is refused by name") {
    const auto refusal = [](std::string_view benchmark, std::string_view accelerator, std::string_view batch) {
        return import_sample_run(result(benchmark, "v1.0", accelerator, "8", batch, "1e6")).refusal;
    };
    CHECK(refusal("minigo", "NVIDIA A100-SXM4-80GB", "8") ==
          "minigo: self-play on the host, not training, takes its time");
    CHECK(refusal("flux1", "NVIDIA A100-SXM4-80GB", "8") == "no model of the benchmark flux1");
    CHECK(refusal("resnet", "NVIDIA A100-SXM4-80GB", "") == "global_batch_size not published");
    CHECK(refusal("resnet", "Graphcore Bow IPU", "8") == "accelerator not in the catalogue: Graphcore Bow IPU");
}
