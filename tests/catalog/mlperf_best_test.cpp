// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/mlperf_best.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr bool all_are_of_the_catalogue() {
    for (const catalog::BenchmarkBest& best : catalog::mlperf_best) {
        const Accelerator* chip = catalog::find_accelerator(best.accelerator);
        if (chip == nullptr || best.result.peak > chip->matrix.fp8 + sixteen_bit_peak(*chip)) return false;
    }
    return true;
}
static_assert(all_are_of_the_catalogue());

const catalog::BenchmarkBest* best_of(std::string_view benchmark, std::string_view round) {
    for (const catalog::BenchmarkBest& best : catalog::mlperf_best)
        if (best.benchmark == benchmark && best.round == round) return &best;
    return nullptr;
}

} // namespace

TEST_CASE("results that the press reported are there") {
    // GPT-3 on 3,584 H100 of CoreWeave and NVIDIA: 10.94 minutes (v3.0); on 11,616: 3.44 (v4.0).
    const auto* gpt3 = best_of("gpt3", "v3.0");
    REQUIRE(gpt3);
    CHECK(raw(gpt3->result.time) == doctest::Approx(10.94 * 60));
    CHECK(gpt3->result.accelerators == make<Accelerators>(3584));
    CHECK(raw(best_of("gpt3", "v4.0")->result.time) == doctest::Approx(3.4442 * 60));
    // The first round: ResNet-50 on 640 V100 in 6.2 minutes.
    CHECK(raw(best_of("resnet-74.9", "v0.5")->result.time) == doctest::Approx(6.2417 * 60));
}

TEST_CASE("one best a benchmark and round, in order, all within reason") {
    const catalog::BenchmarkBest* before = nullptr;
    for (const catalog::BenchmarkBest& best : catalog::mlperf_best) {
        CHECK(best.result.time > 5_s);
        CHECK(best.result.time < 1_hours);
        if (before != nullptr && before->benchmark == best.benchmark) CHECK(before->date < best.date);
        else if (before != nullptr) CHECK(before->benchmark < best.benchmark);
        before = &best;
    }
}

TEST_CASE("the factors of every step of every benchmark multiply to the whole") {
    const catalog::BenchmarkBest* before = nullptr;
    for (const catalog::BenchmarkBest& best : catalog::mlperf_best) {
        if (before != nullptr && before->benchmark == best.benchmark) {
            const SpeedUp up = speed_up(before->result, best.result, 0.71);
            CHECK(up.product() == doctest::Approx(before->result.time / best.result.time).epsilon(1e-12));
        }
        before = &best;
    }
}
