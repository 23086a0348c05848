// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/parallel/stage.hpp>

using namespace foretrain;

namespace {

/// Whether stages of at most `middle`, and at least one less, hold what first and last leave.
constexpr bool holds_all(std::int64_t layers, std::int64_t stages, std::int64_t chunks) {
    const StageLayers s = stage_layers(layers, stages, chunks);
    if (stages == 1) return s.first == layers && s.middle == layers && s.last == layers;
    const std::int64_t rest = layers - s.first - s.last;
    const std::int64_t between = stages - 2;
    return rest <= between * s.middle && rest >= between * (s.middle - 1);
}
constexpr bool all_hold() {
    for (std::int64_t stages = 1; stages <= 9; ++stages)
        for (std::int64_t chunks = 1; chunks <= (stages > 1 ? 4 : 1); ++chunks)
            for (std::int64_t layers = stages * chunks; layers <= 60; ++layers)
                if (!holds_all(layers, stages, chunks)) return false;
    return true;
}
static_assert(all_hold());

} // namespace

TEST_CASE("no layer is lost and none is held twice") {
    for (std::int64_t stages = 1; stages <= 64; ++stages)
        for (const std::int64_t chunks : {1, 2, 3, 4, 6, 8}) {
            if (stages == 1 && chunks > 1) continue;
            for (std::int64_t layers = stages * chunks; layers <= stages * chunks + 130; ++layers) {
                CAPTURE(layers);
                CAPTURE(stages);
                CAPTURE(chunks);
                REQUIRE(holds_all(layers, stages, chunks));
            }
        }
}

TEST_CASE("no stage is empty, the ends hold no more than the middle, nor much less") {
    for (std::int64_t stages = 2; stages <= 32; ++stages)
        for (const std::int64_t chunks : {1, 2, 5})
            for (std::int64_t layers = stages * chunks; layers <= 4 * stages * chunks; ++layers) {
                const StageLayers s = stage_layers(layers, stages, chunks);
                REQUIRE(s.last >= 1);
                REQUIRE(s.first >= s.last);
                REQUIRE(s.middle >= s.first);
                // The head's stage, then the embedding's, is spared before any other, and none twice.
                REQUIRE(s.middle - s.last <= 1);
                // At most one layer more than an even share.
                REQUIRE(s.middle * stages < layers + 2 * stages);
            }
}

TEST_CASE("layers that come out even are dealt evenly") {
    for (const std::int64_t stages : {2, 4, 16})
        for (const std::int64_t chunks : {1, 3}) {
            const StageLayers s = stage_layers(stages * chunks * 5, stages, chunks);
            CHECK(s.first == 5 * chunks);
            CHECK(s.middle == 5 * chunks);
            CHECK(s.last == 5 * chunks);
        }
}

// Llama 3, section 3.3.2: of 126 layers on 16 stages the first and the last hold one less.
static_assert(stage_layers(catalog::llama3_405b.layers, 16, 1).first == 7);
static_assert(stage_layers(catalog::llama3_405b.layers, 16, 1).middle == 8);
static_assert(stage_layers(catalog::llama3_405b.layers, 16, 1).last == 7);

TEST_CASE("Llama 3 405B on 16 stages, as published") {
    for (const std::int64_t chunks : {1, 2, 4, 8}) {
        const StageLayers s = stage_layers(126, 16, chunks);
        CHECK(s.first == 7);
        CHECK(s.middle == 8);
        CHECK(s.last == 7);
        CHECK(s.first + 14 * s.middle + s.last == 126);
    }
}

TEST_CASE("a plan without own numbers is dealt as before") {
    for (const std::int64_t stages : {1, 2, 5, 16})
        for (const std::int64_t layers : {40, 61, 126}) {
            const ParallelPlan plan{.pipeline = stages};
            const StageLayers s = stage_layers(layers, plan);
            const StageLayers dealt = stage_layers(layers, stages, 1);
            CHECK(s.first == dealt.first);
            CHECK(s.middle == dealt.middle);
            CHECK(s.last == dealt.last);
        }
}

// As many layers as DeepSeek-V3 has, on 4 stages: the last one holds the head and 3 layers less.
static_assert(stage_layers(61, ParallelPlan{.pipeline = 4, .first_stage_layers = 16, .last_stage_layers = 13}).middle ==
              16);

TEST_CASE("first and last stage as the plan says, the others share the rest, and no layer is lost") {
    for (const std::int64_t p : {2, 3, 4, 8})
        for (const std::int64_t first : {0, 1, 5, 9})
            for (const std::int64_t last : {0, 2, 5}) {
                if (first == 0 && last == 0) continue;
                CAPTURE(p);
                CAPTURE(first);
                CAPTURE(last);
                const std::int64_t others = p - (first > 0 ? 1 : 0) - (last > 0 ? 1 : 0);
                const std::int64_t layers = first + last + 6 * others;
                const ParallelPlan plan{.pipeline = p, .first_stage_layers = first, .last_stage_layers = last};
                const StageLayers s = stage_layers(layers, plan);
                CHECK(s.first == (first > 0 ? first : 6));
                CHECK(s.last == (last > 0 ? last : 6));
                CHECK(s.first + (p - 2) * s.middle * (p > 2 ? 1 : 0) + s.last == layers);
            }
    // A single stage has no other to leave layers to.
    CHECK(stage_layers(24, ParallelPlan{.first_stage_layers = 3}).first == 24);
}

TEST_CASE("ZB-V: the first stage holds both ends, and goes without a layer first") {
    const ParallelPlan plan{.pipeline = 4, .schedule = Schedule::zero_bubble_v};
    CHECK(model_chunks(plan) == 2);
    const StageLayers s = stage_layers(31, plan); // eight chunks of four, one missing
    CHECK(s.first == 7);
    CHECK(s.middle == 8);
    CHECK(s.last == 8);
    CHECK(model_chunks(ParallelPlan{.virtual_stages = 3, .schedule = Schedule::interleaved}) == 3);
    CHECK(model_chunks(ParallelPlan{.schedule = Schedule::dual_pipe}) == 1);
}

TEST_CASE("the ends of the model are held once, with DualPipe twice") {
    for (const Schedule schedule :
         {Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble_h1,
          Schedule::zero_bubble_h2, Schedule::zero_bubble_v, Schedule::dual_pipe})
        for (const std::int64_t p : {1, 2, 4, 8}) {
            int embeddings = 0;
            int heads = 0;
            for (std::int64_t i = 0; i < p; ++i) {
                const StageEnds ends = stage_ends(schedule, i, p);
                embeddings += ends.embedding ? 1 : 0;
                heads += ends.head ? 1 : 0;
                if (i > 0 && i < p - 1) CHECK(ends == StageEnds{});
            }
            const int copies = schedule == Schedule::dual_pipe && p > 1 ? 2 : 1;
            CHECK(embeddings == copies);
            CHECK(heads == copies);
        }
    CHECK(stage_ends(Schedule::one_f_one_b, 0, 4) == StageEnds{true, false});
    CHECK(stage_ends(Schedule::zero_bubble_v, 0, 4) == StageEnds{true, true});
    CHECK(stage_ends(Schedule::zero_bubble_v, 3, 4) == StageEnds{});
}

TEST_CASE("each stage has its kind") {
    CHECK(stage_kind(0, 1) == StageKind::only);
    CHECK(stage_kind(0, 2) == StageKind::first);
    CHECK(stage_kind(1, 2) == StageKind::last);
    CHECK(stage_kind(0, 5) == StageKind::first);
    for (const std::int64_t i : {1, 2, 3}) CHECK(stage_kind(i, 5) == StageKind::middle);
    CHECK(stage_kind(4, 5) == StageKind::last);
    const StageLayers s = stage_layers(22, 4, 1);
    CHECK(s.of(StageKind::first) == s.first);
    CHECK(s.of(StageKind::middle) == s.middle);
    CHECK(s.of(StageKind::last) == s.last);
    CHECK(stage_layers(7, 1, 1).of(StageKind::only) == 7);
}
