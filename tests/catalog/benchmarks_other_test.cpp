// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/benchmarks_other.hpp>

using namespace foretrain;

namespace {

constexpr bool sound() {
    for (const catalog::SampleBenchmark& benchmark : catalog::sample_benchmarks) {
        AnyViolation any;
        check_rules(benchmark.work, any);
        if (!any.empty() || benchmark.work.provenance.source.empty()) return false;
        if (!(benchmark.first_round <= benchmark.last_fitted && benchmark.last_fitted <= benchmark.last_round))
            return false;
        for (const catalog::SampleBenchmark& other : catalog::sample_benchmarks)
            if (&other != &benchmark && other.name == benchmark.name && other.first_round <= benchmark.last_round &&
                benchmark.first_round <= other.last_round)
                return false;
    }
    return true;
}
static_assert(sound());

} // namespace

TEST_CASE("a name means the model that its round ran") {
    const catalog::SampleBenchmark* early = catalog::find_sample_benchmark("ssd", 1.1);
    const catalog::SampleBenchmark* late = catalog::find_sample_benchmark("ssd", 2.0);
    REQUIRE(early != nullptr);
    REQUIRE(late != nullptr);
    CHECK(early->work.name == "ssd-resnet34");
    CHECK(late->work.name == "retinanet-resnext50");
    CHECK(raw(late->work.flops) > 5 * raw(early->work.flops)); // 800 x 800 instead of 300 x 300
    CHECK(catalog::find_sample_benchmark("retinanet", 5.0)->work.name == late->work.name);
    CHECK(catalog::find_sample_benchmark("minigo", 1.0) == nullptr);
    CHECK(catalog::find_sample_benchmark("gpt3", 4.0) == nullptr);
}

TEST_CASE("published sizes") {
    // ResNet-50 has 25.6 M parameters, reduced in 16 bits.
    CHECK(raw(catalog::find_sample_benchmark("resnet", 1.0)->work.gradients) == 51.2e6);
    CHECK(raw(catalog::find_sample_benchmark("stable_diffusion", 4.0)->work.gradients) == 1730e6);
}
