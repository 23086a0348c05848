// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/configuration.hpp>

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <foretrain/parallel/check.hpp>
#include <foretrain/workload/parameters.hpp>

#include "published_row.hpp"

using namespace foretrain;

TEST_CASE("a complete row needs no assumption and passes the rules") {
    const ImportedStep step = imported();
    CHECK(step.refusal.empty());
    CHECK(step.assumptions.empty());
    CHECK(step.complete);
    CHECK(check(step.model, step.cluster, step.plan).empty());
    CHECK(raw(*step.measured) == 13.75);
    CHECK(step.plan.tensor == 8);
    CHECK(step.plan.schedule == Schedule::interleaved);
    CHECK(step.plan.recomputation == Recomputation::selective);
    CHECK(step.plan.attention == AttentionKernel::unfused);
    CHECK(step.plan.precision == precision::mixed_fp16);
    CHECK(step.plan.sequence_parallel);
    CHECK(static_cast<double>(parameters(step.model)) == doctest::Approx(175e9).epsilon(0.01));
    CHECK(raw(step.cluster.fabric.tier[1].link.bandwidth) == 200e9); // 8 x 200 Gbit/s
}

TEST_CASE("fields without which nothing can be predicted are required") {
    const auto refusal = [](std::string PublishedStep::* field, const char* value) {
        return imported([&](PublishedStep& row) { row.*field = value; }).refusal;
    };
    CHECK(refusal(&PublishedStep::layers, "") == "layers not published");
    CHECK(refusal(&PublishedStep::global_batch, "") == "global_batch_seqs not published");
    CHECK(refusal(&PublishedStep::hidden, "12k") == "hidden is not a whole number above 0: 12k");
    CHECK(has(refusal(&PublishedStep::tensor, "-8"), "tp is not a whole number"));
    CHECK(has(refusal(&PublishedStep::heads, "0"), "heads is not"));
    CHECK(has(refusal(&PublishedStep::gpus, "64.5"), "gpus is not"));
    CHECK(has(refusal(&PublishedStep::row_type, "production-total"), "production-total"));
}

TEST_CASE("experts, short formats, adapters and context parallelism are configurations like others") {
    const ImportedStep experts = import_step(expert_row());
    CHECK(experts.refusal.empty());
    CHECK(experts.model.has_experts());
    CHECK(experts.plan.expert == 64);
    CHECK(check(experts.model, experts.cluster, experts.plan).empty());
    const ImportedStep context = imported([](PublishedStep& r) {
        r.hardware = "H100";
        r.precision = "fp8";
        r.context = "2";
        r.gpus = "128";
        r.row_type = "finetune-lora";
    });
    CHECK(context.refusal.empty());
    CHECK(check(context.model, context.cluster, context.plan).empty());
}

TEST_CASE("absurd numbers are refused and overflow nothing") {
    const ImportedStep degrees = imported([](PublishedStep& r) { r.tensor = r.pipeline = r.context = "1000000000"; });
    CHECK(has(degrees.refusal, "degree of parallelism"));
    for (std::string PublishedStep::* field :
         {&PublishedStep::hidden, &PublishedStep::vocabulary, &PublishedStep::sequence, &PublishedStep::gpus,
          &PublishedStep::layers, &PublishedStep::virtual_stages, &PublishedStep::heads}) {
        const ImportedStep step = imported([&](PublishedStep& r) { r.*field = "1000000000"; });
        CHECK((!step.refusal.empty() || !check(step.model, step.cluster, step.plan).empty()));
    }
}

TEST_CASE("what a row leaves open is assumed, and said so") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.sharding = r.recompute = r.flash_attention = r.sequence_parallel = r.virtual_stages = r.interconnect = "";
        r.kv_heads = r.head_dimension = "";
    });
    CHECK(step.refusal.empty());
    for (const char* field : {"sharding", "recompute", "flash_attention", "sequence_parallel", "virtual_pp",
                              "interconnect", "kv_heads", "head_dim"}) {
        CAPTURE(field);
        CHECK(assumes(step, field));
    }
    CHECK(step.plan.sharding == Sharding::none);
    CHECK(step.plan.attention == AttentionKernel::fused);
    CHECK(step.model.head_dimension == 128);
}

TEST_CASE("the step time is given, or follows from the throughput") {
    const auto time = [](auto change) { return imported(change).measured; };
    // 64 samples of 2048 tokens at 200 tokens/s on each of 64 accelerators: 10.24 s.
    const auto from_rate = time([](PublishedStep& r) {
        r.step_time = "";
        r.tokens_per_second = "200";
    });
    CHECK(raw(*from_rate) == doctest::Approx(10.24));
    const auto derived = time([](PublishedStep& r) {
        r.step_time = "";
        r.derived_step_time = "13.7";
    });
    CHECK(raw(*derived) == 13.7);
    CHECK(imported([](PublishedStep& r) { r.step_time = ""; }).refusal == "no step time given or derivable");
    CHECK(raw(*time([](PublishedStep& r) { r.tokens_per_second = "200"; })) == 13.75); // what is given comes first
}

TEST_CASE("a rate of operations gives a time too, by the convention of its source") {
    const auto time = [](const char* convention, const char* attention) {
        return raw(*imported([&](PublishedStep& r) {
                        r.step_time = "";
                        r.model_tflops = "150";
                        r.flop_convention = convention;
                        r.attention_flops = attention;
                    }).measured);
    };
    // 6 x 175e9 x 64 x 2048 / (150e12 x 64), and more with what else is counted.
    CHECK(time("6ND", "") == doctest::Approx(14.3).epsilon(0.01));
    CHECK(time("6ND+attn", "full") > time("6ND+attn", "causal"));
    CHECK(time("6ND+attn", "causal") > 14.0);
    const auto utilization = imported([](PublishedStep& r) {
        r.step_time = "";
        r.utilization = "50";
        r.flop_convention = "6ND";
    });
    CHECK(raw(*utilization.measured) == doctest::Approx(time("6ND", "") * 150.0 / 156.0)); // half of 312 TFLOP/s
}

TEST_CASE("rows of one configuration have one key, whatever was measured") {
    const auto key = [](auto change) { return imported(change).configuration; };
    const std::string first = imported().configuration;
    CHECK(key([](PublishedStep& r) {
              r.id = "other";
              r.step_time = "14";
              r.notes = "a later release";
          }) == first);
    CHECK(key([](PublishedStep& r) { r.tensor = "4"; }) != first);
    CHECK(key([](PublishedStep& r) { r.hardware = "H100"; }) != first);
}

TEST_CASE("damaged fields never give a negative or endless time") {
    for (const char* value : {"", "-1", "0", "nan", "inf", "1e300", "1e9", "99999999999", "0.5", "x", "0x10"})
        for (std::string PublishedStep::* field : {&PublishedStep::gpus,         &PublishedStep::gpus_per_node,
                                                   &PublishedStep::layers,       &PublishedStep::hidden,
                                                   &PublishedStep::feed_forward, &PublishedStep::heads,
                                                   &PublishedStep::kv_heads,     &PublishedStep::head_dimension,
                                                   &PublishedStep::vocabulary,   &PublishedStep::sequence,
                                                   &PublishedStep::experts,      &PublishedStep::experts_active,
                                                   &PublishedStep::expert_width, &PublishedStep::global_batch,
                                                   &PublishedStep::micro_batch,  &PublishedStep::tensor,
                                                   &PublishedStep::pipeline,     &PublishedStep::virtual_stages,
                                                   &PublishedStep::context,      &PublishedStep::expert,
                                                   &PublishedStep::data,         &PublishedStep::tokens_per_second,
                                                   &PublishedStep::model_tflops, &PublishedStep::model_name,
                                                   &PublishedStep::notes}) {
            const ImportedStep step = imported(
                [&](PublishedStep& r) {
                    r.*field = value;
                    r.step_time = "";
                },
                expert_row());
            if (!step.refusal.empty() || !check(step.model, step.cluster, step.plan).empty()) continue;
            CAPTURE(value);
            REQUIRE(step.measured.has_value());
            CHECK(raw(*step.measured) > 0);
            CHECK(raw(*step.measured) < std::numeric_limits<double>::infinity());
        }
}

TEST_CASE("memory is read in GiB") {
    CHECK(raw(*imported([](PublishedStep& r) { r.peak_memory = "40"; }).measured_memory) == 40.0 * 1073741824.0);
    CHECK_FALSE(imported().measured_memory.has_value());
}
