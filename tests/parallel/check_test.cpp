// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/check.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

struct Input {
    Transformer model{.name = "some model",
                      .layers = 32,
                      .hidden = 4096,
                      .feed_forward = 14336,
                      .heads = 32,
                      .kv_heads = 8,
                      .head_dimension = 128,
                      .vocabulary = 128256};
    Cluster cluster{
        .name = "some cluster",
        .accelerator = {.name = "some accelerator",
                        .vendor = "someone",
                        .matrix = {.fp32 = 60_TFLOP_per_s, .fp16 = 900_TFLOP_per_s, .bf16 = 900_TFLOP_per_s},
                        .vector = 60_TFLOP_per_s,
                        .memory = {80_GB, 3_TB_per_s},
                        .cache = 50_MB,
                        .compute_units = 132,
                        .launch_overhead = 2_us,
                        .power = 700_W,
                        .idle_power = 100_W,
                        .kernel = {.matrix_efficiency = 0.8,
                                   .sustained_clock = 0.9,
                                   .memory_efficiency = 0.9,
                                   .attention_forward = 0.5,
                                   .attention_backward = 0.4,
                                   .inner_dimension_half = 100,
                                   .fixed_time = 2_us,
                                   .tile_rows = 128,
                                   .tile_columns = 256,
                                   .provenance = {}},
                        .provenance = {}},
        .node = {.name = "some node",
                 .accelerators = 8,
                 .nics = 8,
                 .nic_bandwidth = 50_GB_per_s,
                 .host_power = 4_kW,
                 .provenance = {}},
        .fabric = {.tiers = 2,
                   .tier = {FabricTier{.name = "inside",
                                       .size = 8,
                                       .link = {450_GB_per_s, 2_us},
                                       .oversubscription = 1,
                                       .efficiency = 0.8,
                                       .provenance = {}},
                            FabricTier{.name = "between",
                                       .size = 4096,
                                       .link = {400_GB_per_s, 5_us},
                                       .oversubscription = 1,
                                       .efficiency = 0.8,
                                       .provenance = {}}}},
        .accelerators = 64};
    ParallelPlan plan{.tensor = 4, .pipeline = 4, .data = 4, .global_batch = 64, .micro_batch = 1, .sequence = 8192};
};

constexpr Input good{};
static_assert(is_valid(good.model, good.cluster, good.plan));
static_assert(check(good.model, good.cluster, good.plan).empty());
static_assert(!is_valid(good.model, good.cluster, ParallelPlan{})); // batch and sequence have no default
static_assert(is_valid(good.model, over_scalar<float>(good.cluster), over_scalar<float>(good.plan)));
static_assert(is_valid(good.model, over_scalar<Dual<double, 2>>(good.cluster),
                       over_scalar<Dual<double, 2>>(good.plan)));

template <class Change>
Violations violations_after(Change change) {
    Input input = good;
    change(input);
    const Violations found = check(input.model, input.cluster, input.plan);
    CHECK(is_valid(input.model, input.cluster, input.plan) == found.empty());
    return found;
}

/// A change that breaks one cross-field rule and nothing else, with the message it must give.
struct Case {
    std::string_view rule;
    void (*change)(Input&);
    std::string_view message;
};

constexpr Case cases[] = {
    {"product_equals_accelerators", [](Input& i) { i.cluster.accelerators = 96; },
     "cluster.accelerators = 96: must be plan.tensor x plan.pipeline x plan.context x plan.data = 64 "
     "[product_equals_accelerators]; hint: change plan.data or use another number of accelerators"},
    {"fabric_reaches_all",
     [](Input& i) {
         i.cluster.accelerators = 8192;
         i.plan.data = 512;
         i.plan.global_batch = 512;
     },
     "cluster.accelerators = 8192: must be at most what the outermost tier joins, 4096 [fabric_reaches_all]; hint: "
     "enlarge "
     "the outermost tier or use fewer accelerators"},
    {"heads_divide_by_tensor",
     [](Input& i) {
         i.model.heads = 26;
         i.model.kv_heads = 1;
     },
     "plan.tensor = 4: must be a divisor of model.heads = 26 [heads_divide_by_tensor]; hint: each rank computes whole "
     "query "
     "heads"},
    {"kv_heads_divide_by_tensor",
     [](Input& i) {
         i.model.heads = 12;
         i.model.kv_heads = 6;
     },
     "plan.tensor = 4: must be a divisor or a multiple of model.kv_heads = 6 [kv_heads_divide_by_tensor]; hint: each "
     "rank "
     "holds whole key-value heads, or several ranks a copy of one"},
    {"feed_forward_divides_by_tensor", [](Input& i) { i.model.feed_forward = 11006; },
     "plan.tensor = 4: must be a divisor of model.feed_forward = 11006 [feed_forward_divides_by_tensor]; hint: each "
     "rank "
     "holds equally many columns"},
    {"sequence_parallel_needs_tensor",
     [](Input& i) {
         i.plan.tensor = 1;
         i.plan.data = 16;
         i.plan.sequence_parallel = true;
     },
     "plan.sequence_parallel = 1: must be false where plan.tensor is 1 [sequence_parallel_needs_tensor]; hint: "
     "sequence "
     "parallelism cuts over the tensor group"},
    {"sequence_divides_by_tensor",
     [](Input& i) {
         i.plan.sequence_parallel = true;
         i.plan.sequence = 8190;
     },
     "plan.sequence = 8190: must be a multiple of plan.tensor = 4 with sequence parallelism "
     "[sequence_divides_by_tensor]; "
     "hint: each rank holds equally many tokens"},
    {"layers_cover_stages", [](Input& i) { i.model.layers = 3; },
     "plan.pipeline = 4: must be at most model.layers = 3 [layers_cover_stages]; hint: each chunk of a stage needs a "
     "layer, or the embedding or the head"},
    {"layers_cover_stages",
     [](Input& i) {
         i.plan.schedule = Schedule::interleaved;
         i.plan.virtual_stages = 9;
     },
     "plan.pipeline = 4: must be at most (model.layers + 2) / plan.virtual_stages = 3 [layers_cover_stages]; hint: "
     "each "
     "chunk of a stage needs a layer, or the embedding or the head"},
    {"chunks_need_interleaving", [](Input& i) { i.plan.virtual_stages = 2; },
     "plan.virtual_stages = 2: must be above 1 exactly when plan.schedule is interleaved [chunks_need_interleaving]; "
     "hint: "
     "other schedules run one chunk a stage"},
    {"chunks_need_interleaving", [](Input& i) { i.plan.schedule = Schedule::interleaved; },
     "plan.virtual_stages = 1: must be above 1 exactly when plan.schedule is interleaved [chunks_need_interleaving]; "
     "hint: "
     "other schedules run one chunk a stage"},
    {"interleaving_needs_pipeline",
     [](Input& i) {
         i.plan.schedule = Schedule::interleaved;
         i.plan.virtual_stages = 2;
         i.plan.pipeline = 1;
         i.plan.data = 16;
     },
     "plan.pipeline = 1: must be above 1 with the interleaved schedule [interleaving_needs_pipeline]; hint: a single "
     "stage "
     "has no bubble to shrink"},
    {"zero_bubble_needs_pipeline",
     [](Input& i) {
         i.plan.schedule = Schedule::zero_bubble_h2;
         i.plan.pipeline = 1;
         i.plan.data = 16;
     },
     "plan.pipeline = 1: must be above 1 with a zero-bubble schedule [zero_bubble_needs_pipeline]; hint: a single "
     "stage "
     "has no bubble to fill"},
    {"dual_pipe_needs_even_stages",
     [](Input& i) {
         i.plan.schedule = Schedule::dual_pipe;
         i.plan.pipeline = 1;
         i.plan.data = 16;
     },
     "plan.pipeline = 1: must be even with the dualpipe schedule [dual_pipe_needs_even_stages]; hint: each stage holds "
     "the layers of its mirror image too"},
    {"dual_pipe_needs_micro_batches",
     [](Input& i) {
         i.plan.schedule = Schedule::dual_pipe;
         i.plan.global_batch = 24;
     },
     "plan.global_batch = 24: must be such that micro-batches are even and at least 2 x plan.pipeline with the "
     "dualpipe "
     "schedule; they are 6 [dual_pipe_needs_micro_batches]; hint: half of them enter at each end"},
    {"dual_pipe_needs_micro_batches",
     [](Input& i) {
         i.plan.schedule = Schedule::dual_pipe;
         i.plan.global_batch = 68;
     },
     "plan.global_batch = 68: must be such that micro-batches are even and at least 2 x plan.pipeline with the "
     "dualpipe "
     "schedule; they are 17 [dual_pipe_needs_micro_batches]; hint: half of them enter at each end"},
    {"layers_cover_stages",
     [](Input& i) {
         i.model.layers = 7;
         i.plan.schedule = Schedule::zero_bubble_v;
     },
     "plan.pipeline = 4: must be at most model.layers / 2 = 3 with the zb-v schedule [layers_cover_stages]; hint: each "
     "chunk of a stage needs a layer, or the embedding or the head"},
    {"stage_layers_need_pipeline",
     [](Input& i) {
         i.plan.pipeline = 1;
         i.plan.data = 16;
         i.plan.last_stage_layers = 8;
     },
     "plan.last_stage_layers = 8: must be 0 where plan.pipeline is 1 [stage_layers_need_pipeline]; hint: a single "
     "stage "
     "holds all layers"},
    {"stage_layers_add_up",
     [](Input& i) {
         i.plan.pipeline = 2;
         i.plan.data = 8;
         i.plan.first_stage_layers = 17;
         i.plan.last_stage_layers = 14;
     },
     "plan.first_stage_layers = 17: must be such that both stages together hold model.layers = 32 "
     "[stage_layers_add_up]; hint: leave one of them at 0"},
    {"stage_layers_leave_rest", [](Input& i) { i.plan.first_stage_layers = 30; },
     "plan.first_stage_layers = 30: must be such that a layer remains for each of the other stages, 3 "
     "[stage_layers_leave_rest]; hint: first and last stage hold too many"},
    {"stage_layers_share_evenly", [](Input& i) { i.plan.first_stage_layers = 7; },
     "plan.first_stage_layers = 7: must be such that the other stages share the rest evenly; left are 25 layers "
     "[stage_layers_share_evenly]; hint: give the last stage its own number too, as with 61 layers: 16 + 2 x 16 + 13"},
    {"batch_divides", [](Input& i) { i.plan.global_batch = 66; },
     "plan.global_batch = 66: must be a multiple of plan.data x plan.micro_batch = 4 [batch_divides]; hint: each "
     "replica "
     "processes equally many whole micro-batches"},
    {"sharding_group_needs_zero3",
     [](Input& i) {
         i.plan.sharding = Sharding::optimizer;
         i.plan.sharding_group = 2;
     },
     "plan.sharding_group = 2: must be 0 unless plan.sharding is parameters [sharding_group_needs_zero3]; hint: only "
     "HSDP "
     "keeps several sharded copies"},
    {"sharding_group_divides_data",
     [](Input& i) {
         i.plan.sharding = Sharding::parameters;
         i.plan.pipeline = 1;
         i.plan.data = 16;
         i.plan.sharding_group = 3;
     },
     "plan.sharding_group = 3: must be a divisor of plan.data x plan.context = 16 [sharding_group_divides_data]; hint: "
     "each "
     "copy is shared out over equally many ranks"},
    {"prefetch_needs_zero3",
     [](Input& i) {
         i.plan.sharding = Sharding::gradients;
         i.plan.prefetch = 2;
     },
     "plan.prefetch = 2: must be 1 unless plan.sharding is parameters [prefetch_needs_zero3]; hint: other sharding "
     "gathers no weights while layers run"},
    {"gathered_layers_need_zero3", [](Input& i) { i.plan.gathered_layers = 4; },
     "plan.gathered_layers = 4: must be 0 unless plan.sharding is parameters [gathered_layers_need_zero3]; hint: other "
     "sharding gathers no weights while layers run"},
    {"offloaded_weights_need_prefetch",
     [](Input& i) {
         i.plan.sharding = Sharding::parameters;
         i.plan.gathered_layers = 1;
         i.plan.offload.weights = 0.5;
         i.cluster.node.host_link = 20_GB_per_s;
     },
     "plan.prefetch = 1: must be such that a layer is gathered ahead where plan.offload.weights is above 0 "
     "[offloaded_weights_need_prefetch]; hint: offloaded weights are fetched while the layer before runs"},
    {"heads_divide_by_context",
     [](Input& i) {
         i.plan.context = 16;
         i.plan.pipeline = i.plan.data = 1;
         i.plan.context_exchange = ContextExchange::all_to_all;
     },
     "plan.context = 16: must be a divisor of model.heads / plan.tensor = 8 where heads are exchanged for tokens "
     "[heads_divide_by_context]; hint: use ContextExchange::ring or all_gather"},
    {"sequence_divides_by_context",
     [](Input& i) {
         i.plan.context = 4;
         i.plan.data = 1;
         i.plan.sequence = 8190;
         i.plan.sequence_parallel = false;
     },
     "plan.sequence = 8190: must be a multiple of plan.context = 4 [sequence_divides_by_context]; hint: each rank "
     "holds equally many tokens"},
    {"experts_to_deal_out", [](Input& i) { i.plan.expert = 2; },
     "plan.expert = 2: must be 1, with plan.expert_tensor 1, where model.experts.routed is 0 [experts_to_deal_out]; "
     "hint: a dense model has no experts"},
    {"experts_divide",
     [](Input& i) {
         i.model.experts = {.routed = 6, .active = 2, .width = 1792};
         i.plan.expert = 4;
     },
     "plan.expert = 4: must be a divisor of model.experts.routed = 6 [experts_divide]; hint: each rank holds equally "
     "many experts"},
    {"expert_width_divides",
     [](Input& i) {
         i.model.experts = {.routed = 8, .active = 2, .width = 1793};
         i.plan.expert_tensor = 2;
     },
     "plan.expert_tensor = 2: must be a divisor of model.experts.width = 1793 [expert_width_divides]; hint: each rank "
     "holds equally many columns of an expert"},
    {"expert_ranks_divide",
     [](Input& i) {
         i.model.experts = {.routed = 64, .active = 2, .width = 1792};
         i.plan.expert = 32;
     },
     "plan.expert = 32: must be such that plan.expert x plan.expert_tensor divides plan.tensor x plan.context x "
     "plan.data = 16 [expert_ranks_divide]; hint: experts are dealt out over the ranks of a stage"},
    {"shared_width_divides",
     [](Input& i) { i.model.experts = {.routed = 8, .active = 2, .width = 1792, .shared_width = 1793}; },
     "plan.tensor = 4: must be a divisor of model.experts.shared_width = 1793 [shared_width_divides]; hint: shared "
     "experts are cut over the tensor group"},
    {"offload_needs_a_path", [](Input& i) { i.plan.offload.activations = 0.5; },
     "plan.offload = 0.5: must be 0 unless the node states host_link and host_memory_bandwidth, or drive_bandwidth "
     "[offload_needs_a_path]; hint: the catalogue's nodes state the link to their host"},
    {"offload_needs_a_path",
     [](Input& i) {
         i.cluster.node.host_link = 25_GB_per_s; // but nobody knows how fast the host updates
         i.plan.offload.optimizer = 1.0;
     },
     "plan.offload = 1: must be 0 unless the node states host_link and host_memory_bandwidth, or drive_bandwidth "
     "[offload_needs_a_path]; hint: the catalogue's nodes state the link to their host"},
    {"sequence_fits_positions",
     [](Input& i) {
         i.model.positions = Positions::learned;
         i.model.position_rows = 2048;
     },
     "plan.sequence = 8192: must be at most model.position_rows = 2048 with learned positions "
     "[sequence_fits_positions]; "
     "hint: the table of positions ends there"},
    {"fused_attention_head_dimension", [](Input& i) { i.model.head_dimension = 257; },
     "model.head_dimension = 257: must be at most 256 with fused attention [fused_attention_head_dimension]; hint: "
     "larger "
     "heads do not fit on chip: use AttentionKernel::unfused"},
    {"format_supported", [](Input& i) { i.plan.precision = precision::tf32; },
     "plan.precision.compute = 1 tf32: must be a format whose accelerator.matrix rate is above 0 [format_supported]; "
     "hint: "
     "V100 has no bf16 and no tf32: use precision::mixed_fp16"},
    {"format_supported",
     [](Input& i) {
         i.cluster.accelerator.matrix.fp8 = 1800_TFLOP_per_s;
         i.plan.precision = precision::fp8;
         i.plan.precision.activations = NumberFormat::tf32; // attention and head run in it
     },
     "plan.precision.activations = 1 tf32: must be a format whose accelerator.matrix rate is above 0 "
     "[format_supported]; hint: attention and head run in the format of the activations"},
    {"short_formats_scale",
     [](Input& i) {
         i.cluster.accelerator.matrix.fp8 = 1800_TFLOP_per_s;
         i.plan.precision.compute = NumberFormat::fp8;
     },
     "plan.precision.scaling = 0 none: must be none exactly where plan.precision.compute has 16 bits or more "
     "[short_formats_scale]; hint: use precision::fp8, fp8_block, mxfp8, nvfp4 or int8"},
    {"short_formats_scale", [](Input& i) { i.plan.precision.scaling = Scaling::block; },
     "plan.precision.scaling = 2 block: must be none exactly where plan.precision.compute has 16 bits or more "
     "[short_formats_scale]; hint: use precision::fp8, fp8_block, mxfp8, nvfp4 or int8"},
    {"format_too_short", [](Input& i) { i.plan.precision.activations = NumberFormat::fp8; },
     "plan.precision.activations = 4 fp8: must be fp32, tf32, fp16 or bf16 [format_too_short]; hint: sums of many "
     "small numbers need 16 bits or more"},
    {"format_too_short", [](Input& i) { i.plan.precision.gradients = NumberFormat::int8; },
     "plan.precision.gradients = 6 int8: must be fp32, tf32, fp16 or bf16 [format_too_short]; hint: sums of many small "
     "numbers need 16 bits or more"},
    {"format_too_short", [](Input& i) { i.plan.precision.gradient_reduction = NumberFormat::fp8; },
     "plan.precision.gradient_reduction = 4 fp8: must be fp32, tf32, fp16 or bf16 [format_too_short]; hint: sums of "
     "many small numbers need 16 bits or more"},
    {"short_weights_need_master",
     [](Input& i) {
         i.plan.precision.weights = NumberFormat::fp4;
         i.plan.precision.master_weights = false;
     },
     "plan.precision.weights = 5 fp4: must be 16 bits or more without plan.precision.master_weights "
     "[short_weights_need_master]; hint: an update is too small for a short format"},
};

struct IntegerField {
    std::string_view name;
    std::int64_t ParallelPlan::* member;
    std::int64_t lowest;
    std::int64_t highest;
};
constexpr IntegerField integer_fields[] = {
    {"plan.tensor", &ParallelPlan::tensor, 1, 1024},
    {"plan.pipeline", &ParallelPlan::pipeline, 1, 1024},
    {"plan.data", &ParallelPlan::data, 1, 10'000'000},
    {"plan.context", &ParallelPlan::context, 1, 1024},
    {"plan.expert", &ParallelPlan::expert, 1, 65'536},
    {"plan.expert_tensor", &ParallelPlan::expert_tensor, 1, 1024},
    {"plan.adapter_rank", &ParallelPlan::adapter_rank, 0, 65'536},
    {"plan.first_stage_layers", &ParallelPlan::first_stage_layers, 0, 1'000'000},
    {"plan.last_stage_layers", &ParallelPlan::last_stage_layers, 0, 1'000'000},
    {"plan.virtual_stages", &ParallelPlan::virtual_stages, 1, 256},
    {"plan.sharding_group", &ParallelPlan::sharding_group, 0, 10'000'000},
    {"plan.prefetch", &ParallelPlan::prefetch, 0, 10'000},
    {"plan.gathered_layers", &ParallelPlan::gathered_layers, 0, 10'000},
    {"plan.global_batch", &ParallelPlan::global_batch, 1, 1'000'000'000},
    {"plan.micro_batch", &ParallelPlan::micro_batch, 1, 1'000'000},
    {"plan.sequence", &ParallelPlan::sequence, 1, 100'000'000},
};

bool out_of_range(const Violations& found, std::string_view field) {
    for (const Violation& violation : found)
        if (violation.rule == "range" && violation.field == field) return true;
    return false;
}

} // namespace

TEST_CASE("each cross-field rule, broken alone, gives its message and no other") {
    for (const Case& one : cases) {
        CAPTURE(one.rule);
        const Violations found = violations_after(one.change);
        std::string all;
        for (const Violation& violation : found) all += std::string(to_text(violation).view()) + "\n";
        CAPTURE(all);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == one.rule);
        CHECK(std::string(to_text(found[0]).view()) == std::string(one.message));
    }
}

TEST_CASE("each integer of the plan is refused outside its range, by name and value, and nothing overflows") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (const IntegerField& field : integer_fields) {
        CAPTURE(field.name);
        for (const std::int64_t bad : {field.lowest - 1, std::int64_t{-7}, -most - 1, field.highest + 1, most}) {
            CAPTURE(bad);
            const Violations found = violations_after([&](Input& i) { i.plan.*field.member = bad; });
            CHECK(out_of_range(found, field.name));
            for (const Violation& violation : found)
                if (violation.rule == "range") {
                    CHECK(violation.value == static_cast<double>(bad));
                    CHECK(violation.lowest == static_cast<double>(field.lowest));
                    CHECK(violation.highest == static_cast<double>(field.highest));
                }
        }
        for (const std::int64_t edge : {field.lowest, field.highest})
            CHECK_FALSE(out_of_range(violations_after([&](Input& i) { i.plan.*field.member = edge; }), field.name));
    }
}

TEST_CASE("rules over a field that is out of range are left untested: the range is what is wrong") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const Violations data = violations_after([&](Input& i) {
        i.plan.data = most;
        i.plan.sharding = Sharding::parameters;
        i.plan.sharding_group = 3;
        i.plan.pipeline = 1;
        i.plan.schedule = Schedule::interleaved;
        i.plan.virtual_stages = 2;
    });
    CHECK(out_of_range(data, "plan.data"));
    for (const std::string_view rule :
         {"product_equals_accelerators", "batch_divides", "sharding_group_divides_data"}) {
        CAPTURE(rule);
        CHECK_FALSE(data.contains(rule));
    }
    CHECK(data.contains("interleaving_needs_pipeline"));                                     // of fields in range
    const Violations chunks = violations_after([](Input& i) { i.plan.virtual_stages = 0; }); // would divide by zero
    CHECK(out_of_range(chunks, "plan.virtual_stages"));
    CHECK_FALSE(chunks.contains("layers_cover_stages"));
    const Violations sequence = violations_after([](Input& i) {
        i.plan.sequence = -3;
        i.plan.sequence_parallel = true;
    });
    CHECK(sequence.size() == 1);
}

TEST_CASE("a range's message names field, value, range and hint") {
    const Violations found = violations_after([](Input& i) { i.plan.tensor = 0; });
    REQUIRE(found.size() == 1);
    CHECK(to_text(found[0]).view() ==
          "plan.tensor = 0: must be from 1 to 1024 [range]; hint: 1: no tensor parallelism");
}

TEST_CASE("model, cluster and software stack are checked too") {
    CHECK(out_of_range(violations_after([](Input& i) { i.model.vocabulary = 0; }), "model.vocabulary"));
    CHECK(out_of_range(violations_after([](Input& i) { i.cluster.accelerator.power = 0_W; }), "accelerator.power"));
    CHECK(out_of_range(violations_after([](Input& i) { i.cluster.node.nics = -1; }), "node.nics"));
    CHECK(out_of_range(violations_after([](Input& i) { i.cluster.fabric.tiers = 5; }), "fabric.tiers"));
    CHECK(out_of_range(violations_after([](Input& i) { i.plan.stack.data_overlap = 2; }), "stack.data_overlap"));
}

TEST_CASE("what looks odd but can run is accepted") {
    CHECK(violations_after([](Input& i) { i.model.layers = 126; }).empty());       // uneven stages
    CHECK(violations_after([](Input& i) { i.model.vocabulary = 50257; }).empty()); // padded
    CHECK(violations_after([](Input& i) { i.model.kv_heads = 1; }).empty());       // copied on each tensor rank
    CHECK(violations_after([](Input& i) { i.plan.schedule = Schedule::gpipe; }).empty());
    for (const Sharding sharding : {Sharding::optimizer, Sharding::gradients, Sharding::parameters})
        CHECK(violations_after([&](Input& i) { i.plan.sharding = sharding; }).empty()); // within a pipeline
    CHECK(violations_after([](Input& i) { // nothing gathered ahead, and more than there are layers
              i.plan.sharding = Sharding::parameters;
              i.plan.prefetch = 0;
              i.plan.gathered_layers = 1000;
          })
              .empty());
    CHECK(violations_after([](Input& i) { i.plan.context_balance = ContextBalance::contiguous; }).empty());
    CHECK(violations_after([](Input& i) { i.plan.sequence_parallel = true; }).empty());
    CHECK(violations_after([](Input& i) { i.plan.precision.optimizer_state = NumberFormat::int8; }).empty());
    CHECK(violations_after([](Input& i) { // interleaved 1F1B
              i.plan.schedule = Schedule::interleaved;
              i.plan.virtual_stages = 8;
          })
              .empty());
    CHECK(violations_after([](Input& i) { // interleaved in groups that are no multiple of the stages
              i.plan.schedule = Schedule::interleaved;
              i.plan.virtual_stages = 2;
              i.plan.global_batch = 72;
          })
              .empty());
    CHECK(violations_after([](Input& i) { // own numbers for the ends
              i.plan.first_stage_layers = 9;
              i.plan.last_stage_layers = 7;
          })
              .empty());
    CHECK(violations_after([](Input& i) { // HSDP
              i.plan.pipeline = 1;
              i.plan.data = 16;
              i.plan.sharding = Sharding::parameters;
              i.plan.sharding_group = 8;
          })
              .empty());
    CHECK(violations_after([](Input& i) { // a head too large for the fused kernel
              i.model.head_dimension = 512;
              i.plan.attention = AttentionKernel::unfused;
          })
              .empty());
}

TEST_CASE("what the checks accept, the schedules accept") {
    for (const Schedule schedule :
         {Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble_h1,
          Schedule::zero_bubble_h2, Schedule::zero_bubble_v, Schedule::dual_pipe})
        for (const std::int64_t pipeline : {1, 2, 4, 8})
            for (const std::int64_t chunks : {1, 2, 3})
                for (const std::int64_t batch : {64, 80, 96}) {
                    Input input = good;
                    input.plan.schedule = schedule;
                    input.plan.pipeline = pipeline;
                    input.plan.virtual_stages = chunks;
                    input.plan.global_batch = batch;
                    input.cluster.accelerators = 16 * pipeline;
                    CHECK(is_valid(input.model, input.cluster, input.plan) ==
                          accepts(schedule, pipeline, input.plan.micro_batches(), chunks));
                }
}

TEST_CASE("several mistakes are all reported") {
    const Violations found = violations_after([](Input& i) {
        i.plan.tensor = 3;
        i.plan.virtual_stages = 2;
        i.plan.global_batch = 65;
        i.plan.sharding_group = 3;
    });
    for (const std::string_view rule :
         {"product_equals_accelerators", "heads_divide_by_tensor", "kv_heads_divide_by_tensor",
          "feed_forward_divides_by_tensor", "chunks_need_interleaving", "batch_divides", "sharding_group_needs_zero3",
          "sharding_group_divides_data"}) {
        CAPTURE(rule);
        CHECK(found.contains(rule));
    }
}

TEST_CASE("no input breaks more rules than Violations can hold") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    Input input = good;
    input.model = Transformer{};
    input.model.norms_per_layer = -1;
    input.model.position_rows = -1;
    input.model.segment_rows = -1;
    input.model.head = Head::masked_language_model;
    input.model.head_bias = true;
    Accelerator& a = input.cluster.accelerator;
    a = Accelerator{};
    const FlopRate no_rate = make<FlopRate>(nan);
    a.matrix = {no_rate, no_rate, no_rate, no_rate, no_rate, no_rate, no_rate};
    a.cache = make<Bytes>(nan);
    a.launch_overhead = make<Seconds>(nan);
    a.idle_power = make<Watts>(nan);
    a.kernel.inner_dimension_half = nan;
    a.kernel.fixed_time = make<Seconds>(nan);
    input.cluster.node = Node{};
    input.cluster.node.nics = -1;
    input.cluster.node.nic_bandwidth = make<Bandwidth>(nan);
    input.cluster.node.host_power = make<Watts>(nan);
    input.cluster.fabric.tiers = 5; // more than exist: all four are looked at
    for (FabricTier& tier : input.cluster.fabric.tier) {
        tier = FabricTier{};
        tier.torus_dimensions = 7;
        tier.link.latency = make<Seconds>(nan);
    }
    input.cluster.accelerators = -1;
    for (const IntegerField& field : integer_fields) input.plan.*field.member = -1;
    const Seconds no_time = make<Seconds>(nan);
    SoftwareStack& stack = input.plan.stack;
    stack.host_per_kernel = no_time;
    stack.step_overhead = no_time;
    stack.data_overlap = stack.tensor_overlap = stack.pipeline_overlap = nan;
    stack.contention = stack.straggler = nan;
    stack.kernels = {nan, nan, nan};
    stack.library.base_latency = stack.library.in_network_latency = no_time;
    stack.library.ramp = stack.library.in_network_efficiency = nan;
    const std::size_t ranges = check(input.model, input.cluster, input.plan).size();
    std::set<std::string_view> fields;
    for (const Violation& violation : check(input.model, input.cluster, input.plan)) fields.insert(violation.field);
    CHECK(fields.size() > 70);
    // Rules that the broken ranges kept from being tested could come on top, each once.
    CHECK(ranges + sizeof(cases) / sizeof(cases[0]) < Violations::capacity);
    MESSAGE("violations at once: ", ranges);
}
