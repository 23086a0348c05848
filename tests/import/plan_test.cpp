// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/plan.hpp>

#include <doctest/doctest.h>

#include <foretrain/parallel/check.hpp>

#include "published_row.hpp"

using namespace foretrain;

TEST_CASE("the data-parallel degree is what the others leave") {
    const auto data = [](const char* stated) {
        return imported([&](PublishedStep& r) {
            r.gpus = "128";
            r.data = stated;
        });
    };
    CHECK(data("").plan.data == 2);
    CHECK(assumes(data(""), "dp = 2"));
    // A degree that contradicts the others is counted otherwise by its source.
    CHECK(data("16").plan.data == 2);
    CHECK(assumes(data("16"), "instead of 16"));
    CHECK_FALSE(assumes(data("2"), "dp"));
}

TEST_CASE("interleaving of unstated depth goes down to single layers, with room for embedding and head") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.layers = "126";
        r.virtual_stages = "";
        r.pipeline = "16";
        r.gpus = "128";
        r.global_batch = "64";
        r.notes = "interleaved PP (size not stated)";
    });
    CHECK(step.plan.virtual_stages == 8);
    CHECK(step.plan.schedule == Schedule::interleaved);
    CHECK(step.assumptions.size() == 1);
}

TEST_CASE("Megatron-Core is taken to interleave where the bubble would be felt") {
    const auto virtual_stages = [](const char* batch, const char* family) {
        return imported([&](PublishedStep& r) {
                   r.family = r.source_family = family;
                   r.flash_attention = "1";
                   r.virtual_stages = "";
                   r.global_batch = batch;
               })
            .plan.virtual_stages;
    };
    CHECK(virtual_stages("64", "NVIDIA-NeMo") == 6); // two layers a chunk
    CHECK(virtual_stages("1024", "NVIDIA-NeMo") == 1);
    CHECK(virtual_stages("64", "torchtitan") == 1);
}

TEST_CASE("chunks that do not go with layers or micro-batches are corrected") {
    const ImportedStep deep = imported([](PublishedStep& r) { r.virtual_stages = "50"; });
    CHECK(deep.plan.virtual_stages == 12);
    const ImportedStep uneven = imported([](PublishedStep& r) { r.global_batch = "63"; });
    CHECK(uneven.plan.virtual_stages == 1);
    CHECK(uneven.plan.schedule == Schedule::one_f_one_b);
    for (const ImportedStep& step : {deep, uneven}) {
        CHECK(assumes(step, "virtual_pp"));
        CHECK(check(step.model, step.cluster, step.plan).empty());
    }
}

TEST_CASE("schedules are known by name") {
    const auto schedule = [](const char* notes) {
        return imported([&](PublishedStep& r) { r.notes = notes; }).plan.schedule;
    };
    CHECK(schedule("ZB-1p") == Schedule::zero_bubble_h1);
    CHECK(schedule("ZB-H2 schedule") == Schedule::zero_bubble_h2);
    CHECK(schedule("ZB-V") == Schedule::zero_bubble_v);
    CHECK(schedule("DualPipe") == Schedule::dual_pipe);
    CHECK(schedule("GPipe") == Schedule::gpipe);
    CHECK(schedule("") == Schedule::interleaved);
}

TEST_CASE("a batch that does not come out even becomes equal micro-batches") {
    // 10 samples in micro-batches of 4 would be 4 + 4 + 2; the largest equal ones of at most 3 (10 in 3 parts) are
    // of 2.
    const ImportedStep step = imported([](PublishedStep& r) {
        r.global_batch = "10";
        r.micro_batch = "4";
        r.virtual_stages = "1";
    });
    CHECK(step.refusal.empty());
    CHECK(step.plan.global_batch == 10);
    CHECK(step.plan.global_batch % (step.plan.data * step.plan.micro_batch) == 0);
    CHECK(step.plan.micro_batch == 2);
    CHECK(assumes(step, "uneven"));
    CHECK(check(step.model, step.cluster, step.plan).empty());
}

TEST_CASE("a batch that is not published is taken from notes, else any consistent one serves a throughput") {
    const auto batch = [](const char* notes, const char* rate = "200") {
        return imported([&](PublishedStep& r) {
            r.global_batch = r.step_time = "";
            r.tokens_per_second = rate;
            r.notes = notes;
            r.virtual_stages = "1";
        });
    };
    CHECK(batch("GAS 32").plan.global_batch == 32);
    CHECK(batch("GBS 2M tokens").plan.global_batch == 977);
    CHECK(batch("").plan.global_batch >= 32); // fills the pipeline
    for (const char* notes : {"GAS 32", "GBS 2M tokens", ""}) {
        const ImportedStep step = batch(notes);
        CHECK(step.refusal.empty());
        CHECK(assumes(step, "global_batch_seqs"));
        CHECK(check(step.model, step.cluster, step.plan).empty());
        // The time follows the batch: the throughput is what was measured.
        CHECK(static_cast<double>(step.plan.global_batch) * 2048.0 / (raw(*step.measured) * 64.0) ==
              doctest::Approx(200.0));
    }
    CHECK(imported([](PublishedStep& r) { r.global_batch = ""; }).refusal == "global_batch_seqs not published");
}

TEST_CASE("ranks beyond the batch cut the sequence") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.tensor = r.pipeline = r.virtual_stages = "1";
        r.data = r.context = "";
        r.gpus = "8";
        r.global_batch = "4";
        r.sequence_parallel = "0";
    });
    CHECK(step.plan.data == 4);
    CHECK(step.plan.context == 2);
}

TEST_CASE("experts are dealt out as the row says, as far as ranks and experts allow") {
    const auto plan = [](const char* expert, const char* tensor, const char* notes) {
        return imported(
                   [&](PublishedStep& r) {
                       r.expert = expert;
                       r.tensor = tensor;
                       r.notes = notes;
                       r.data = "";
                   },
                   expert_row())
            .plan;
    };
    CHECK(plan("64", "1", "").expert == 64);
    CHECK(plan("64", "1", "").expert_tensor == 1);
    CHECK(plan("32", "4", "").expert_tensor == 1); // fine-grained experts stay whole
    CHECK(plan("8", "4", "ETP=4").expert_tensor == 4);
    CHECK(plan("48", "1", "").expert == 16);                                    // 64 ranks, 256 experts
    CHECK(imported([](PublishedStep& r) { r.expert = "8"; }).plan.expert == 1); // dense
}

TEST_CASE("sharding is read in the words of tables") {
    const auto sharding = [](const char* text, const char* pipeline = "1") {
        return imported([&](PublishedStep& r) {
            r.sharding = text;
            r.pipeline = pipeline;
            r.virtual_stages = "1";
            r.data = "";
        });
    };
    CHECK(sharding("none").plan.sharding == Sharding::none);
    CHECK(sharding("ZeRO-1").plan.sharding == Sharding::optimizer);
    CHECK(sharding("zero2").plan.sharding == Sharding::gradients);
    CHECK(sharding("zero2", "8").plan.sharding == Sharding::optimizer);
    CHECK(sharding("fsdp").plan.sharding == Sharding::parameters);
    CHECK(sharding("fsdp", "8").plan.sharding == Sharding::optimizer);
    CHECK(sharding("hsdp").plan.sharding_group == 1); // tensor parallelism takes up the node
    CHECK(has(sharding("sideways").refusal, "sharding not known: sideways"));
    const ImportedStep stated = imported([](PublishedStep& r) {
        r.sharding = "hsdp";
        r.tensor = r.pipeline = r.virtual_stages = "1";
        r.data = "64";
        r.notes = "FSDP=16 x DP=4";
    });
    CHECK(stated.plan.sharding_group == 16);
}

TEST_CASE("sharding and recomputation that are not published are the least that fits") {
    const auto plan = [](const char* layers, const char* micro_batch) {
        return imported([&](PublishedStep& r) {
                   r.family = r.source_family = "";
                   r.sharding = r.recompute = "";
                   r.flash_attention = "1";
                   r.layers = layers;
                   r.hidden = "4096";
                   r.feed_forward = "16384";
                   r.heads = r.kv_heads = "32";
                   r.tensor = r.pipeline = r.virtual_stages = "1";
                   r.data = "64";
                   r.global_batch = "2048";
                   r.micro_batch = micro_batch;
               })
            .plan;
    };
    CHECK(plan("4", "1").sharding == Sharding::none);
    CHECK(plan("4", "1").recomputation == Recomputation::none);
    CHECK(plan("160", "1").sharding > Sharding::optimizer);
    CHECK(plan("4", "8").recomputation == Recomputation::none);
    CHECK(plan("40", "32").recomputation == Recomputation::full);
}

TEST_CASE("modules that are recomputed beside fused attention are norms and activations") {
    CHECK(import_step(expert_row()).plan.recomputation == Recomputation::elementwise);
    CHECK(imported().plan.recomputation == Recomputation::selective);
    CHECK(has(imported([](PublishedStep& r) { r.recompute = "perhaps"; }).refusal, "recompute not known: perhaps"));
}

TEST_CASE("recomputed experts are told from recomputed norms") {
    const auto recomputed = [](const char* notes) {
        return imported([&](PublishedStep& r) { r.notes = notes; }, expert_row()).plan.recomputation;
    };
    CHECK(recomputed("selective recompute of layernorm + moe") == Recomputation::feed_forward);
    CHECK(recomputed("expert MLP recomputed") == Recomputation::feed_forward);
    CHECK(recomputed("recompute of layernorm") == Recomputation::elementwise);
}

TEST_CASE("the dispatcher of experts is what the notes name, else the stack's") {
    const auto once = [](const char* notes) {
        return imported([&](PublishedStep& r) { r.notes = notes; }, expert_row()).plan.stack.experts.once_per_node;
    };
    CHECK(once("DeepEP") == true);
    CHECK(once("Hybrid-EP") == true);
    CHECK(once("a2a dispatcher") == false);
    CHECK(once("") == catalog::megatron_core.experts.once_per_node);
}

TEST_CASE("attention with sinks had no fused kernel") {
    const ImportedStep step = imported([](PublishedStep& r) { r.model_name = "GPT-OSS-120B"; }, expert_row());
    CHECK(step.plan.attention == AttentionKernel::unfused);
    CHECK(assumes(step, "sinks"));
    CHECK(imported([](PublishedStep&) {}, expert_row()).plan.attention == AttentionKernel::fused);
}

TEST_CASE("Megatron-Core lays out a model with multi-token prediction so that its last stage is not the slowest") {
    const ImportedStep step = imported([](PublishedStep&) {}, expert_row());
    REQUIRE(step.model.prediction_layers == 1);
    REQUIRE(step.plan.last_stage_layers > 0);
    CHECK(step.plan.last_stage_layers < step.model.layers / step.plan.pipeline);
    CHECK(assumes(step, "last of"));
    // Other software cuts it evenly, and so would this without the module.
    CHECK(imported([](PublishedStep& r) { r.family = r.source_family = "torchtitan"; }, expert_row())
              .plan.last_stage_layers == 0);
}
