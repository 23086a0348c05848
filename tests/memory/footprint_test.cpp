// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/accelerators_nvidia.hpp>
#include <foretrain/catalog/models_gpt.hpp>
#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/catalog/models_megatron.hpp>
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
