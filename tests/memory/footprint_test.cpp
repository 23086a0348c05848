// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>

#include <foretrain/catalog/accelerators_nvidia.hpp>
#include <foretrain/catalog/models_gpt.hpp>
#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/catalog/models_megatron.hpp>
#include <foretrain/catalog/models_moe.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/memory/footprint.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr double absolute(double x) { return x < 0 ? -x : x; }

/// Table 3 of Korthikanti et al. 2022.
struct Published {
    const Transformer* model;
    std::int64_t pipeline, virtual_stages, global_batch, micro_batch;

    [[nodiscard]] constexpr ParallelPlan plan(bool sequence_parallel, Recomputation recomputation) const {
        ParallelPlan p;
        p.tensor = 8;
        p.pipeline = pipeline;
        p.virtual_stages = virtual_stages;
        p.schedule = virtual_stages > 1 ? Schedule::interleaved : Schedule::one_f_one_b;
        p.sequence_parallel = sequence_parallel;
        p.global_batch = global_batch;
        p.micro_batch = micro_batch;
        p.sequence = 2048;
        p.recomputation = recomputation;
        p.attention = AttentionKernel::unfused;
        p.precision = precision::mixed_fp16;
        return p;
    }
};
constexpr Published table_3[] = {{&catalog::megatron_22b, 1, 1, 4, 4},
                                 {&catalog::megatron_175b, 8, 3, 64, 1},
                                 {&catalog::megatron_530b, 35, 3, 280, 1},
                                 {&catalog::megatron_1t, 64, 1, 512, 1}};

constexpr ParallelPlan llama_plan() {
    ParallelPlan plan;
    plan.tensor = 4;
    plan.pipeline = 2;
    plan.data = 8;
    plan.sharding = Sharding::optimizer;
    plan.sequence_parallel = true;
    plan.global_batch = 256;
    plan.micro_batch = 1;
    plan.sequence = 8192;
    return plan;
}

double peak(const Transformer& model, const ParallelPlan& plan) {
    return raw(peak_footprint(model, plan).footprint.total());
}

/// Calls `visit(model, plan)` for some hundred valid plans.
template <class Visitor>
void for_plans(Visitor&& visit) {
    for (const Transformer* model :
         {&catalog::llama3_8b, &catalog::llama3_405b, &catalog::gpt3_13b, &catalog::bloom_176b})
        for (std::int64_t tensor : {1, 4})
            for (std::int64_t pipeline : {1, 2, 5, 8})
                for (Schedule schedule : {Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved})
                    for (Sharding sharding :
                         {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters})
                        for (Recomputation recomputation :
                             {Recomputation::none, Recomputation::selective, Recomputation::full}) {
                            if (schedule == Schedule::interleaved && pipeline == 1) continue;
                            ParallelPlan plan;
                            plan.tensor = tensor;
                            plan.pipeline = pipeline;
                            plan.data = 4;
                            plan.schedule = schedule;
                            plan.virtual_stages = schedule == Schedule::interleaved ? 2 : 1;
                            plan.sharding = sharding;
                            plan.recomputation = recomputation;
                            plan.attention = pipeline == 5 ? AttentionKernel::unfused : AttentionKernel::fused;
                            plan.global_batch = 4 * 2 * 40;
                            plan.micro_batch = 2;
                            plan.sequence = 2048;
                            visit(*model, plan);
                        }
}

} // namespace

TEST_CASE("Korthikanti et al. 2022, equation 5: activations of the first stage of 22B, 175B, 530B and 1T") {
    double mean = 0;
    for (const Published& row : table_3) {
        const double s = 2048, b = static_cast<double>(row.micro_batch), h = static_cast<double>(row.model->hidden);
        const double a = static_cast<double>(row.model->heads), layers = static_cast<double>(row.model->layers);
        const double p = static_cast<double>(row.pipeline), m = static_cast<double>(row.virtual_stages);
        const double interleaving = m > 1 ? 1 + (p - 1) / (p * m) : 1;
        const double published = s * b * h * layers / 8 * (34 + 5 * a * s / h) * interleaving;
        const Footprint ours = footprint(*row.model, row.plan(true, Recomputation::none), 0);
        const double error = raw(ours.activations) / published - 1;
        CHECK(absolute(error) < 0.02);
        mean += absolute(error) / 4;
        // Section 4.3: what the first stage keeps besides is the embedding's dropout mask, s b h p / t.
        if (p > 1)
            CHECK(raw(ours.activations) - published == doctest::Approx(s * b * h * p / 8 * interleaving).epsilon(1e-6));
    }
    CHECK(mean < 0.01);
}

TEST_CASE("Korthikanti et al. 2022, section 5: both techniques leave about a fifth of the activations") {
    for (const Published& row : table_3) {
        const Footprint baseline = footprint(*row.model, row.plan(false, Recomputation::none), 0);
        const Footprint both = footprint(*row.model, row.plan(true, Recomputation::selective), 0);
        CHECK(both.activations / baseline.activations < 0.21);
        CHECK(both.activations / baseline.activations > 0.15);
    }
}

TEST_CASE("parameters and optimizer state of a middle stage are 16 bytes times the parameters over t p") {
    for (const Published& row : table_3) {
        if (row.pipeline == 1) continue;
        const Footprint middle = footprint(*row.model, row.plan(true, Recomputation::none), 1);
        const double layers = static_cast<double>(count_parameters(*row.model).layers);
        const double expected = 16.0 * layers / (8.0 * static_cast<double>(row.pipeline));
        CHECK(raw(middle.states()) == doctest::Approx(expected).epsilon(0.01));
    }
}

TEST_CASE("measured: allocator peaks of Megatron on eight B200 with shortened Llama models") {
    // MooreThreads/SimuMax, docs/b200/b200_release_v1.2_summary.json, the "real" column, in GiB: maximum allocated.
    struct Row {
        const Transformer& model;
        std::int64_t layers, tensor, pipeline, data;
        double allocated_gib;
    };
    const Row rows[] = {{catalog::llama3_70b, 12, 1, 2, 4, 66.55}, {catalog::llama3_70b, 12, 2, 1, 4, 60.68},
                        {catalog::llama3_70b, 12, 4, 1, 2, 39.07}, {catalog::llama3_70b, 12, 8, 1, 1, 28.29},
                        {catalog::llama3_405b, 4, 1, 2, 4, 87.08}, {catalog::llama3_405b, 4, 2, 1, 4, 81.59},
                        {catalog::llama3_405b, 4, 4, 1, 2, 52.89}, {catalog::llama3_405b, 4, 8, 1, 1, 38.57}};
    double mean = 0;
    for (const Row& row : rows) {
        Transformer model = row.model;
        model.layers = row.layers;
        ParallelPlan plan;
        plan.tensor = row.tensor;
        plan.pipeline = row.pipeline;
        plan.data = row.data;
        plan.sequence_parallel = row.tensor > 1;
        plan.sharding = Sharding::optimizer;
        plan.micro_batch = 1;
        plan.global_batch = 4 * row.data;
        plan.sequence = 4096;
        plan.stack.fused_elementwise = true;
        const double error =
            raw(peak_footprint(model, plan).footprint.allocated()) / (row.allocated_gib * raw(1_GiB)) - 1;
        CHECK(absolute(error) < 0.02);
        mean += absolute(error) / 8;
    }
    CHECK(mean < 0.01);
}

TEST_CASE("measured: the same with shortened DeepSeek models, and with long sequences over context ranks") {
    // The same source: 160 or 256 experts over 8 or 4 ranks, one dense layer first, latent attention.
    struct Row {
        const Transformer& model;
        std::int64_t layers, pipeline, expert;
        double allocated_gib, reserved_gib;
    };
    const Row rows[] = {{catalog::deepseek_v2, 4, 1, 8, 45.63, 48.79},
                        {catalog::deepseek_v2, 4, 2, 4, 44.70, 47.05},
                        {catalog::deepseek_v3, 4, 1, 8, 104.30, 110.18},
                        {catalog::deepseek_v3, 4, 2, 4, 114.00, 118.61}};
    for (const Row& row : rows) {
        Transformer model = row.model;
        model.layers = row.layers;
        model.experts.dense_layers = 1;
        model.prediction_layers = 0;
        ParallelPlan plan;
        plan.pipeline = row.pipeline;
        plan.data = plan.expert = row.expert;
        plan.sharding = Sharding::optimizer;
        plan.micro_batch = 1;
        plan.global_batch = 4 * plan.data;
        plan.sequence = 4096;
        plan.stack.fused_elementwise = true;
        const Footprint peak = peak_footprint(model, plan).footprint;
        CHECK(absolute(raw(peak.allocated()) / (row.allocated_gib * raw(1_GiB)) - 1) < 0.015);
        CHECK(absolute(raw(reserved(peak)) / (row.reserved_gib * raw(1_GiB)) - 1) < 0.04);
    }
    Transformer model = catalog::llama3_70b;
    model.layers = 12;
    ParallelPlan plan;
    plan.context = 8;
    plan.context_exchange = ContextExchange::ring;
    plan.sharding = Sharding::optimizer;
    plan.micro_batch = 1;
    plan.global_batch = 4;
    plan.stack.fused_elementwise = true;
    plan.sequence = 32768;
    CHECK(absolute(raw(peak_footprint(model, plan).footprint.allocated()) / (104.51 * raw(1_GiB)) - 1) < 0.02);
    plan.sequence = 131072;
    CHECK(absolute(raw(peak_footprint(model, plan).footprint.allocated()) / (147.99 * raw(1_GiB)) - 1) < 0.02);
}

TEST_CASE("measured: NVIDIA's MLPerf runs of Llama 3.1 405B, weights in FP8 and gradients in BF16") {
    // mlcommons/training_results_v5.0, logged max_memory_usage of rank 0, taken as GiB: 8 x 8 x 2 H100, 4 x 8 x 2
    // GB200.
    ParallelPlan plan;
    plan.pipeline = 8;
    plan.virtual_stages = 8;
    plan.schedule = Schedule::interleaved;
    plan.context = 2;
    plan.context_exchange = ContextExchange::all_gather;
    plan.sequence_parallel = true;
    plan.sharding = Sharding::optimizer;
    plan.micro_batch = 1;
    plan.sequence = 8192;
    plan.precision = precision::fp8;
    plan.precision.weights = NumberFormat::fp8;
    plan.precision.gradients = NumberFormat::bf16;
    plan.stack.fused_elementwise = true;
    const auto error = [&](std::int64_t tensor, std::int64_t data, bool transposed, double gib) {
        plan.tensor = tensor;
        plan.data = data;
        plan.global_batch = 32 * data;
        plan.stack.memory.transposed_casts = transposed;
        return absolute(raw(footprint(catalog::llama3_405b, plan, 0).allocated()) / (gib * raw(1_GiB)) - 1);
    };
    CHECK(error(8, 64, true, 50.901) < 0.1);
    CHECK(error(8, 4, true, 58.817) < 0.1);
    CHECK(error(4, 16, true, 104.846) < 0.1); // H200
    CHECK(error(4, 16, false, 92.1) < 0.1);   // GB200 multiplies without transposed copies
}

TEST_CASE("short formats: a copy of each weight and its transpose, unless weights are short already or gathered") {
    ParallelPlan plan = llama_plan();
    plan.precision = precision::fp8;
    const auto casts = [&] { return raw(footprint(catalog::llama3_70b, plan, 0).weight_casts); };
    const double both = casts();
    const double layers = static_cast<double>(count_parameters(catalog::llama3_70b).layers) / (4 * 2);
    CHECK(both == doctest::Approx(2 * layers).epsilon(0.001));
    plan.stack.memory.transposed_casts = false;
    CHECK(casts() == both / 2);
    plan.precision.weights = NumberFormat::fp8;
    CHECK(casts() == 0);
    plan.precision = precision::nvfp4;
    CHECK(casts() == doctest::Approx(both / 2 * (1 + 1.0 / 8))); // half a byte and a scale of 8 bits for 16 values
    plan.sharding = Sharding::parameters;
    CHECK(casts() == 0);
    plan.precision = precision::mixed_bf16;
    plan.sharding = Sharding::optimizer;
    CHECK(casts() == 0);
}

TEST_CASE("schedules: DualPipe holds the model twice, a V has both ends of the model on its first stage") {
    ParallelPlan plan = llama_plan();
    plan.tensor = 1;
    plan.sequence_parallel = false;
    plan.pipeline = 8;
    const auto weights = [&](const Transformer& model) {
        double sum = 0;
        for (std::int64_t stage = 0; stage < plan.pipeline; ++stage) sum += raw(footprint(model, plan, stage).weights);
        return sum / 2;
    };
    const double once = static_cast<double>(parameters(catalog::llama3_70b));
    CHECK(weights(catalog::llama3_70b) == doctest::Approx(once));
    plan.schedule = Schedule::dual_pipe;
    CHECK(weights(catalog::llama3_70b) == doctest::Approx(2 * once));
    CHECK(raw(footprint(catalog::llama3_70b, plan, 0).logits) > 0);
    plan.schedule = Schedule::zero_bubble_v;
    CHECK(weights(catalog::llama3_70b) == doctest::Approx(once));
    CHECK(raw(footprint(catalog::llama3_70b, plan, 0).logits) > 0);
    CHECK(raw(footprint(catalog::llama3_70b, plan, 7).logits) == 0);
}

TEST_CASE("dense layers come first where they are few: later stages hold more experts") {
    ParallelPlan plan;
    plan.pipeline = 4;
    plan.data = plan.expert = 16;
    plan.micro_batch = 1;
    plan.global_batch = 256;
    plan.sequence = 4096;
    Transformer model = catalog::deepseek_v3; // 3 of its layers
    model.layers = 64;                        // as many on each stage
    model.prediction_layers = 0;
    model.vocabulary = 64; // no table to speak of on the first stage
    const double expert_layer = static_cast<double>(layer_parameters(model, LayerPart::experts).experts) / 16;
    const double difference = raw(footprint(model, plan, 1).weights - footprint(model, plan, 0).weights) / 2;
    const double dense_layer = static_cast<double>(layer_parameters(model, LayerPart::feed_forward).feed_forward);
    const double shared = static_cast<double>(layer_parameters(model, LayerPart::experts).feed_forward);
    CHECK(difference == doctest::Approx(3 * (expert_layer + shared - dense_layer)).epsilon(0.01));
    // Multi-token prediction is a layer and a head more on the last stage.
    Transformer predicting = model;
    predicting.prediction_layers = 1;
    CHECK(footprint(predicting, plan, 3).activations > footprint(model, plan, 3).activations);
    CHECK(footprint(predicting, plan, 0).activations == footprint(model, plan, 0).activations);
    CHECK(raw(footprint(predicting, plan, 3).logits) == 2 * raw(footprint(model, plan, 3).logits));
}

TEST_CASE("offloading: what is away leaves buffers of two layers, LoRA leaves no gradients to stage") {
    ParallelPlan plan = llama_plan();
    const Footprint here = footprint(catalog::llama3_70b, plan, 0);
    plan.offload.activations = 1.0;
    CHECK(footprint(catalog::llama3_70b, plan, 0).activations < here.activations * 0.1);
    CHECK(raw(footprint(catalog::llama3_70b, plan, 0).activations) > 0);
    plan.offload.weights = 1.0;
    const Footprint away = footprint(catalog::llama3_70b, plan, 0);
    CHECK(raw(away.weights) == 0);
    CHECK(away.communication_buffers > here.communication_buffers);
    CHECK(away.communication_buffers < here.weights);
    plan.offload = {};
    plan.adapter_rank = 16;
    const Footprint adapted = footprint(catalog::llama3_70b, plan, 0);
    CHECK(adapted.activations == here.activations);
    CHECK(adapted.gradients < here.gradients * 0.02);
    CHECK(adapted.gradient_staging < here.gradient_staging * 0.1);
}

TEST_CASE("readings: allocated, reserved and what the driver says, which is full at most") {
    const ParallelPlan plan = llama_plan();
    const Footprint peak = peak_footprint(catalog::llama3_8b, plan).footprint;
    CHECK(peak.allocated() < reserved(peak));
    CHECK(reserved(peak) < device_reading(peak, catalog::b200_sxm));
    Accelerator small = catalog::a100_sxm_80gb;
    small.memory.capacity = peak.total();
    CHECK(device_reading(peak, small) == peak.total());
}

TEST_CASE("items sum to the total bit for bit and none is negative") {
    int plans = 0;
    for_plans([&](const Transformer& model, const ParallelPlan& plan) {
        ++plans;
        const Footprint peak = peak_footprint(model, plan).footprint;
        double sum = 0;
        for (const MemoryItem& item : peak.items()) {
            CHECK(raw(item.bytes) >= 0);
            CHECK_FALSE(item.name.empty());
            sum += raw(item.bytes);
        }
        CHECK(sum == raw(peak.total()));
    });
    CHECK(plans > 500);
}

TEST_CASE("three stages are enough to find the fullest") {
    for_plans([](const Transformer& model, const ParallelPlan& plan) {
        double most = 0;
        for (std::int64_t stage = 0; stage < plan.pipeline; ++stage) {
            const double total = raw(footprint(model, plan, stage).total());
            most = most < total ? total : most;
        }
        const PeakFootprint peak = peak_footprint(model, plan);
        CHECK(raw(peak.footprint.total()) == most);
        CHECK(raw(footprint(model, plan, peak.stage).total()) == most);
    });
}

TEST_CASE("sharding more, recomputing more, smaller micro-batches and more tensor ranks never need more") {
    for_plans([](const Transformer& model, ParallelPlan plan) {
        const double before = peak(model, plan);
        ParallelPlan other = plan;
        other.micro_batch = 1;
        other.global_batch /= 2; // as many micro-batches
        CHECK(peak(model, other) < before);
        other = plan;
        other.tensor *= 2;
        CHECK(peak(model, other) < before);
        if (plan.sharding == Sharding::none) {
            other = plan;
            for (Sharding more : {Sharding::optimizer, Sharding::gradients}) {
                const double less_sharded = raw(footprint(model, other, 0).states());
                other.sharding = more;
                CHECK(raw(footprint(model, other, 0).states()) < less_sharded);
            }
        }
        if (plan.recomputation == Recomputation::none) {
            other = plan;
            other.recomputation = Recomputation::selective;
            const Bytes selective = footprint(model, other, 0).activations;
            CHECK(selective < footprint(model, plan, 0).activations);
            other.recomputation = Recomputation::full;
            CHECK(footprint(model, other, 0).activations < selective);
        }
    });
}

TEST_CASE("total memory falls with each ZeRO stage") {
    ParallelPlan plan = llama_plan();
    plan.pipeline = 1;
    double before = 1e300;
    for (Sharding sharding : {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters}) {
        plan.sharding = sharding;
        CHECK(peak(catalog::llama3_70b, plan) < before);
        before = peak(catalog::llama3_70b, plan);
    }
}

TEST_CASE("logits and what a layer recomputes do not add up: the larger of the two moments counts") {
    ParallelPlan plan = llama_plan();
    plan.pipeline = 1;
    plan.recomputation = Recomputation::full;
    Transformer model = catalog::llama3_8b;
    const Footprint large_vocabulary = footprint(model, plan, 0);
    CHECK(raw(large_vocabulary.recomputation) == 0);
    const auto moment = [](const Footprint& f) { return raw(f.logits + f.recomputation + f.activation_gradients); };
    model.vocabulary = 64;
    const Footprint small_vocabulary = footprint(model, plan, 0);
    CHECK(raw(small_vocabulary.recomputation) > 0);
    CHECK(moment(small_vocabulary) < moment(large_vocabulary));
    model.vocabulary = 640; // room for a few more logits where the layer's moment is larger
    CHECK(moment(footprint(model, plan, 0)) == doctest::Approx(moment(small_vocabulary)));
    plan.recomputation = Recomputation::none; // then only gradients of activations compete
    const double more_logits = moment(footprint(model, plan, 0));
    model.vocabulary = 64;
    CHECK(more_logits == doctest::Approx(moment(footprint(model, plan, 0))));
}

TEST_CASE("one layer at a time: FSDP gathers two layers however deep the model") {
    ParallelPlan plan;
    plan.data = 64;
    plan.sharding = Sharding::parameters;
    plan.global_batch = 64;
    plan.micro_batch = 1;
    plan.sequence = 4096;
    Transformer model = catalog::llama3_8b;
    const double buffers = raw(footprint(model, plan, 0).communication_buffers);
    const double layer = static_cast<double>(layer_parameters(model).total());
    const double beside = 2.0 * 128256 * 4096 + 4096;
    CHECK(buffers == 2.0 * (2 * layer + beside));
    model.layers *= 4;
    CHECK(raw(footprint(model, plan, 0).communication_buffers) == buffers);
    // One more for each that is fetched further ahead, none ahead of time, no more than the limit, no more than exist.
    const auto layers_held = [&](std::int64_t ahead, std::int64_t limit) {
        plan.prefetch = ahead;
        plan.gathered_layers = limit;
        return (raw(footprint(model, plan, 0).communication_buffers) / 2.0 - beside) / layer;
    };
    CHECK(layers_held(0, 0) == doctest::Approx(1));
    CHECK(layers_held(7, 0) == doctest::Approx(8));
    CHECK(layers_held(7, 3) == doctest::Approx(3));
    CHECK(layers_held(7, 1) == doctest::Approx(1));
    CHECK(layers_held(7, 100) == doctest::Approx(8));
    CHECK(layers_held(10000, 0) == doctest::Approx(static_cast<double>(model.layers)));
}

TEST_CASE("within a pipeline each ZeRO stage keeps less, and shares out what one stage would") {
    ParallelPlan plan = llama_plan();
    plan.data = 16;
    plan.prefetch = 1;
    for (const std::int64_t stages : {2, 4, 8}) {
        plan.pipeline = stages;
        plan.schedule = Schedule::one_f_one_b;
        plan.virtual_stages = 1;
        for (std::int64_t stage : {std::int64_t{0}, stages - 1}) {
            CAPTURE(stages);
            CAPTURE(stage);
            std::array<Footprint, 4> f;
            for (std::size_t i = 0; i < f.size(); ++i) {
                plan.sharding = static_cast<Sharding>(i);
                f[i] = footprint(catalog::llama3_70b, plan, stage);
                if (i > 0) CHECK(f[i].total() < f[i - 1].total());
            }
            const double ranks = static_cast<double>(plan.shards());
            CHECK(raw(f[2].gradients) == doctest::Approx(raw(f[1].gradients) / ranks));
            CHECK(raw(f[3].weights) == doctest::Approx(raw(f[2].weights) / ranks));
        }
    }
    // Gradients on their way, in FP32: of a layer, not of the eight of a stage.
    plan.tensor = 1;
    plan.pipeline = 4;
    plan.sharding = Sharding::optimizer;
    const Bytes before = footprint(catalog::llama3_8b, plan, 1).communication_buffers;
    plan.sharding = Sharding::gradients;
    const Bytes reduced = footprint(catalog::llama3_8b, plan, 1).communication_buffers - before;
    CHECK(raw(reduced) == doctest::Approx(4.0 * static_cast<double>(layer_parameters(catalog::llama3_8b).total())));
}

TEST_CASE("what a single accelerator needs: no communicators, no sends") {
    ParallelPlan plan;
    plan.global_batch = 8;
    plan.micro_batch = 1;
    plan.sequence = 1024;
    const Footprint alone = footprint(catalog::gpt2_124m, plan, 0);
    CHECK(alone.framework == memory_constants().context);
    CHECK(raw(alone.communication_buffers) == 0);
    plan.data = 2;
    CHECK(footprint(catalog::gpt2_124m, plan, 0).framework > alone.framework);
}

TEST_CASE("the compiler can be asked whether a plan fits") {
    constexpr ParallelPlan plan = llama_plan();
    constexpr PeakFootprint peak = peak_footprint(catalog::llama3_70b, plan);
    static_assert(!fits(peak.footprint, catalog::a100_sxm_80gb));
    constexpr ParallelPlan deeper = [] {
        ParallelPlan p = llama_plan();
        p.tensor = 8;
        p.pipeline = 4;
        p.recomputation = Recomputation::selective;
        return p;
    }();
    static_assert(fits(peak_footprint(catalog::llama3_70b, deeper).footprint, catalog::a100_sxm_80gb));
    const ParallelPlan at_run_time = plan;
    CHECK(raw(peak_footprint(catalog::llama3_70b, at_run_time).footprint.total()) == raw(peak.footprint.total()));
}

TEST_CASE("float agrees, and a dual number carries the derivative by a constant") {
    const ParallelPlan plan = llama_plan();
    const Footprint exact = footprint(catalog::llama3_70b, plan, 1);
    const auto single = footprint(catalog::llama3_70b, over_scalar<float>(plan), 1);
    CHECK(static_cast<double>(raw(single.total())) == doctest::Approx(raw(exact.total())).epsilon(1e-6));

    using D = Dual<double, 1>;
    auto constants = memory_constants<D>();
    constants.fragmentation = D(value_of(constants.fragmentation), {1.0});
    const auto dual = footprint(catalog::llama3_70b, over_scalar<D>(plan), 1, constants);
    CHECK(value_of(raw(dual.total())) == raw(exact.total()));
    CHECK(raw(dual.total()).gradient[0] == doctest::Approx(raw(exact.allocated() - exact.states())));
}
