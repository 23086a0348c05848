// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/benchmarks.hpp>

using namespace foretrain;

namespace {

constexpr Samples samples(double count) { return make<Samples>(count); }

constexpr bool sound() {
    for (const catalog::Benchmark* benchmark : catalog::all_benchmarks) {
        if (catalog::find_model(benchmark->model) == nullptr) return false;
        if (benchmark->provenance.source.empty() || benchmark->provenance.as_of.empty()) return false;
        if (!(benchmark->filled > 0 && benchmark->filled <= 1) || benchmark->sequence < 1) return false;
        if (!(raw(benchmark->evaluated) > 0)) return false;
        for (const catalog::Benchmark* other : catalog::all_benchmarks)
            if (other != benchmark && other->name == benchmark->name) return false;
    }
    return true;
}
static_assert(sound());
static_assert(catalog::find_benchmark("bert") == &catalog::mlperf_bert);

} // namespace

TEST_CASE("benchmarks are found by the names that results use") {
    CHECK(catalog::find_benchmark("llama31_405b") == &catalog::mlperf_llama31_405b);
    CHECK(catalog::find_benchmark("deepseekv3_671b") == &catalog::mlperf_deepseek_v3);
    CHECK(catalog::find_benchmark("resnet") == nullptr);
    CHECK(catalog::find_benchmark("") == nullptr);
}

TEST_CASE("evaluations come as the published logs have them") {
    // mlcommons/training_results_v3.1, NVIDIA: 24 evaluations in 589,824 samples at 2,048; 23 in 588,800 at 2,560
    const EvaluationCadence gpt3 = catalog::cadence_of(catalog::mlperf_gpt3, samples(2048));
    CHECK(raw(gpt3.every) == 24576.0);
    CHECK(steps_to_target(samples(589824), samples(2048), gpt3).evaluations == 24);
    CHECK(raw(catalog::cadence_of(catalog::mlperf_gpt3, samples(2560)).every) == 25600.0);
    // v4.0, LoRA on 8 x H100: 5 evaluations in 3,072 samples, the first after 1,536
    const EvaluationCadence lora = catalog::cadence_of(catalog::mlperf_llama2_70b_lora, samples(8));
    CHECK(raw(lora.first) == 1536.0);
    CHECK(steps_to_target(samples(3072), samples(8), lora).evaluations == 5);
    // v4.0, BERT at 768: 17 evaluations in about 2.48 M samples, of 150,000 each
    const EvaluationCadence bert = catalog::cadence_of(catalog::mlperf_bert, samples(768));
    CHECK(raw(bert.every) == 150000.0);
    CHECK(steps_to_target(samples(2474112), samples(768), bert).evaluations == 17);
    CHECK(raw(catalog::cadence_of(catalog::mlperf_bert, samples(4608)).every) == 200000.0);
}

TEST_CASE("a batch beyond the interval is evaluated every step") {
    CHECK(raw(catalog::cadence_of(catalog::mlperf_llama2_70b_lora, samples(1000)).every) == 1000.0);
}

TEST_CASE("what submissions add is positive and sourced") {
    CHECK(raw(catalog::mlperf_submissions.start_across_nodes) > 0.0);
    CHECK(catalog::mlperf_submissions.encoder_imbalance >= 1.0);
    CHECK(raw(catalog::mlperf_submissions.encoder_step_overhead) < 0.02);
    CHECK(catalog::mlperf_submissions.provenance.evidence == Evidence::fitted);
}
