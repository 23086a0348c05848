// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/configuration.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/parallel/check.hpp>
#include <foretrain/workload/parameters.hpp>

using namespace foretrain;

namespace {

/// Korthikanti et al. 2022, table 5: 175B on 64 A100 with selective recomputation.
PublishedStep complete_row() {
    PublishedStep row;
    row.id = "K2";
    row.family = "Korthikanti";
    row.source_family = "Korthikanti 2022";
    row.hardware = "A100-SXM-80GB";
    row.gpus = "64";
    row.gpus_per_node = "8";
    row.interconnect = "8x200 Gb/s HDR";
    row.model_name = "GPT-3 175B";
    row.layers = "96";
    row.hidden = "12288";
    row.feed_forward = "49152";
    row.gated = "0";
    row.heads = row.kv_heads = "96";
    row.head_dimension = "128";
    row.vocabulary = "51200";
    row.sequence = "2048";
    row.precision = "fp16";
    row.global_batch = "64";
    row.micro_batch = "1";
    row.tensor = row.pipeline = "8";
    row.virtual_stages = "3";
    row.context = row.data = "1";
    row.sharding = "none";
    row.sequence_parallel = "1";
    row.recompute = "selective";
    row.flash_attention = "0";
    row.step_time = "13.75";
    row.quality = "A";
    row.complete = "1";
    row.row_type = "pretrain";
    return row;
}

template <class Change>
ImportedStep imported(Change change) {
    PublishedStep row = complete_row();
    change(row);
    return import_step(row);
}
ImportedStep imported() { return import_step(complete_row()); }

bool assumes(const ImportedStep& step, std::string_view part) {
    return std::any_of(step.assumptions.begin(), step.assumptions.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

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

TEST_CASE("what the library cannot express is refused by name, even where the row leaves other fields open") {
    const auto refusal = [](auto change) {
        return imported([&](PublishedStep& row) {
                   change(row);
                   row.feed_forward.clear();
               })
            .refusal;
    };
    CHECK(refusal([](PublishedStep& r) { r.experts = "64"; }) == "mixture of experts is not modelled yet");
    CHECK(refusal([](PublishedStep& r) { r.row_type = "finetune-lora"; }) == "LoRA is not modelled yet");
    CHECK(refusal([](PublishedStep& r) { r.model_name = "mT5-3B"; }) == "encoder-decoder models are not modelled yet");
    CHECK(refusal([](PublishedStep& r) { r.model_name = "hybrid Mamba"; }) ==
          "state-space models are not modelled yet");
    CHECK(has(refusal([](PublishedStep& r) { r.row_type = "production-total"; }), "production-total"));
    CHECK(imported([](PublishedStep& r) { r.precision = "fp8"; }).refusal == "number format is not modelled yet: fp8");
    CHECK(imported([](PublishedStep& r) { r.experts = "1"; }).refusal.empty());
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
    CHECK(has(refusal(&PublishedStep::sharding, "sideways"), "sharding not known: sideways"));
    CHECK(has(refusal(&PublishedStep::recompute, "perhaps"), "recompute not known: perhaps"));
    CHECK(has(refusal(&PublishedStep::hardware, "Abacus"), "accelerator not in the catalogue: Abacus"));
}

TEST_CASE("absurd numbers are refused and overflow nothing") {
    const ImportedStep degrees = imported([](PublishedStep& r) { r.tensor = r.pipeline = r.context = "1000000000"; });
    CHECK(has(degrees.refusal, "degree of parallelism"));
    for (std::string PublishedStep::* field :
         {&PublishedStep::hidden, &PublishedStep::vocabulary, &PublishedStep::data, &PublishedStep::gpus,
          &PublishedStep::micro_batch, &PublishedStep::virtual_stages, &PublishedStep::heads}) {
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

TEST_CASE("the data-parallel degree is what the others leave") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.gpus = "128";
        r.data = "";
    });
    CHECK(step.plan.data == 2);
    CHECK(assumes(step, "dp = 2"));
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

TEST_CASE("hardware is found by how tables name it") {
    const auto name = [](const char* hardware) {
        return imported([&](PublishedStep& r) { r.hardware = hardware; }).cluster.accelerator.name;
    };
    CHECK(name("A100-SXM-40GB") == "a100-sxm-40gb");
    CHECK(name("H100-SXM-80GB") == "h100-sxm");
    CHECK(name("H100-PCIe") == "h100-pcie");
    CHECK(name("V100-SXM2-16GB") == "v100-16gb");
    CHECK(name("V100-SXM3-32GB (DGX-2H 450W)") == "v100-sxm3-32gb-450w");
    CHECK(name("TPUv5p") == "tpu-v5p");
    CHECK(name("GB200-NVL72") == "gb200");
}

TEST_CASE("smaller nodes than usual share the same ports") {
    const ImportedStep step = imported([](PublishedStep& r) { r.gpus_per_node = "4"; });
    CHECK(step.cluster.node.accelerators == 4);
    CHECK(step.cluster.fabric.tier[0].size == 4);
    CHECK(check(step.model, step.cluster, step.plan).contains("tiers_nest") == false);
}

TEST_CASE("architectures follow from the family") {
    const Transformer llama = imported([](PublishedStep& r) { r.gated = "1"; }).model;
    CHECK(llama.positions == Positions::rotary);
    CHECK(llama.feed_forward_matrices() == 3);
    const Transformer bert = imported([](PublishedStep& r) { r.row_type = "pretrain-encoder"; }).model;
    CHECK_FALSE(bert.causal);
    CHECK(bert.head == Head::masked_language_model);
    const Transformer mpt = imported([](PublishedStep& r) { r.model_name = "MPT-7b"; }).model;
    CHECK(mpt.positions == Positions::alibi);
}

TEST_CASE("memory is read in GiB") {
    CHECK(raw(*imported([](PublishedStep& r) { r.peak_memory = "40"; }).measured_memory) == 40.0 * 1073741824.0);
    CHECK_FALSE(imported().measured_memory.has_value());
}
