// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <foretrain/calibrate/steps.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// GPT models and Llama on one to sixteen nodes, timed as a stack would run them.
std::vector<StepMeasurement> timed(const SoftwareStack& truth, double noise) {
    std::mt19937_64 random(21);
    std::normal_distribution<double> normal(0, noise);
    std::vector<StepMeasurement> rows;
    const Transformer* llama = nullptr;
    for (const Transformer* model : catalog::all_models)
        if (model->name == "llama3-8b") llama = model;
    REQUIRE(llama != nullptr);
    for (const std::int64_t accelerators : {8, 16, 32, 64, 128})
        for (const std::int64_t tensor : {1, 2, 4, 8})
            for (const std::int64_t sequence : {1024, 4096, 8192}) {
                StepMeasurement m;
                m.model = *llama;
                m.cluster = *catalog::make_system("dgx-h100", accelerators);
                m.plan.tensor = tensor;
                m.plan.data = accelerators / tensor;
                m.plan.sharding = Sharding::optimizer;
                m.plan.micro_batch = 1;
                m.plan.global_batch = 4 * m.plan.data;
                m.plan.sequence = sequence;
                m.plan.precision = precision::mixed_bf16;
                m.plan.stack = truth;
                const auto step = try_estimate_step(m.model, m.cluster, m.plan);
                REQUIRE(step);
                const double error = std::exp(normal(random));
                m.measured = {step->time * error, accelerators > 16 ? "large" : "small", "planted"};
                rows.push_back(m);
            }
    return rows;
}

} // namespace

TEST_CASE("a planted stack is predicted after the fit, and its rates come back") {
    SoftwareStack truth = catalog::generic_stack;
    truth.kernels.matrix = 0.8;
    truth.step_overhead = make<Seconds>(0.05);
    truth.data_overlap = 0.4;
    const auto fitted = calibrate(stack_task(catalog::generic_stack, timed(truth, 0.01)));
    CHECK(fitted.after.mean < 0.012);
    CHECK(fitted.before.mean > 0.05);
    CHECK(fitted.held_out->held_out < 0.03);
    CHECK(fitted.target.kernels.matrix == relative(0.8).epsilon(0.05));
    CHECK(raw(fitted.target.step_overhead) == relative(0.05).epsilon(0.2));
    for (const CalibratedConstant& c : fitted.constants)
        if (c.name == "pipeline_overlap") CHECK(c.determination == Determination::no_influence);
}

TEST_CASE("a step that the library refuses is refused by number") {
    std::vector<StepMeasurement> rows = timed(catalog::generic_stack, 0.01);
    rows[2].plan.data = 3;
    CHECK_THROWS_WITH_AS((void)stack_task(catalog::generic_stack, rows), "step 3: the configuration is refused",
                         CalibrationError);
}
