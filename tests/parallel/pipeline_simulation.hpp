// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <foretrain/parallel/plan.hpp>

// An exact event simulation of pipeline schedules, against which the closed forms of parallel/schedule.hpp are tested.
//
// Each stage runs its passes in the order that the framework fixes in advance; a pass starts when the stage is free and
// its input has arrived. Orders: GPipe; PipeDream-flush and interleaved as in Megatron-LM (schedules.py,
// forward_backward_pipelining_without_interleaving and ..._with_interleaving).

namespace pipeline_simulation {

using Count = std::int64_t;

enum class Sends {
    beside_compute, ///< a send only delays the receiver
    blocking,       ///< the sender is busy until the receiver has the data
};

struct Pass {
    bool forward = true;
    Count micro_batch = 0;
    Count chunk = 0;
};

/// Times of one micro-batch by stage and chunk.
struct Pipeline {
    foretrain::Schedule schedule = foretrain::Schedule::gpipe;
    Count stages = 1;
    Count micro_batches = 1;
    Count chunks = 1;
    std::vector<std::vector<double>> forward; ///< [stage][chunk]
    std::vector<std::vector<double>> backward;
    double send = 0;
    Sends sends = Sends::beside_compute;
};

struct Outcome {
    double time = 0;
    std::vector<Count> peak; ///< by stage: most chunk activations kept at once
    bool deadlock = false;
};

[[nodiscard]] inline std::size_t at(Count i) { return static_cast<std::size_t>(i); }

/// The passes of one stage in order.
[[nodiscard]] inline std::vector<Pass> order_of(const Pipeline& pipeline, Count stage) {
    const Count p = pipeline.stages;
    const Count v = pipeline.chunks;
    const Count all = pipeline.micro_batches * v;
    // The k-th forward of a stage: p micro-batches on chunk 0, the same p on chunk 1, ..., then the next p. Backward
    // the chunks come in reverse.
    const auto forward = [&](Count k) {
        return v == 1 ? Pass{true, k, 0} : Pass{true, k / (p * v) * p + k % p, k % (p * v) / p};
    };
    const auto backward = [&](Count k) {
        Pass pass = forward(k);
        return Pass{false, pass.micro_batch, v - 1 - pass.chunk};
    };
    Count warm_up = all;
    if (pipeline.schedule == foretrain::Schedule::one_f_one_b) warm_up = p - stage - 1;
    if (pipeline.schedule == foretrain::Schedule::interleaved) warm_up = (p - stage - 1) * 2 + (v - 1) * p;
    warm_up = std::min(warm_up, all);
    std::vector<Pass> order;
    for (Count k = 0; k < warm_up; ++k) order.push_back(forward(k));
    for (Count k = warm_up; k < all; ++k) {
        order.push_back(forward(k));
        order.push_back(backward(k - warm_up));
    }
    for (Count k = all - warm_up; k < all; ++k) order.push_back(backward(k));
    return order;
}

/// Runs the pipeline to its end.
[[nodiscard]] inline Outcome simulate(const Pipeline& pipeline) {
    constexpr double never = -1;
    const Count p = pipeline.stages;
    const Count depth = p * pipeline.chunks; // position of a chunk in the model: chunk * p + stage
    const double send = p > 1 ? pipeline.send : 0.0;
    const double blocked = pipeline.sends == Sends::blocking ? send : 0.0;
    std::vector<std::vector<Pass>> order;
    for (Count s = 0; s < p; ++s) order.push_back(order_of(pipeline, s));
    const std::vector<double> unknown(at(pipeline.micro_batches), never);
    std::vector<std::vector<double>> activation(at(depth), unknown); // when a position may run forward
    std::vector<std::vector<double>> gradient(at(depth), unknown);   // when it may run backward
    activation[0].assign(at(pipeline.micro_batches), 0.0);
    std::vector<std::size_t> next(at(p), 0);
    std::vector<double> free(at(p), 0.0);
    std::vector<Count> kept(at(p), 0);
    Outcome outcome;
    outcome.peak.assign(at(p), 0);

    bool progress = true;
    while (progress) {
        progress = false;
        for (Count s = 0; s < p; ++s) {
            while (next[at(s)] < order[at(s)].size()) {
                const Pass pass = order[at(s)][next[at(s)]];
                const Count position = pass.chunk * p + s;
                const double ready = (pass.forward ? activation : gradient)[at(position)][at(pass.micro_batch)];
                if (ready < 0) break; // its input is not yet computed
                double& clock = free[at(s)];
                clock = std::max(clock, ready) +
                        (pass.forward ? pipeline.forward : pipeline.backward)[at(s)][at(pass.chunk)];
                kept[at(s)] += pass.forward ? 1 : -1;
                outcome.peak[at(s)] = std::max(outcome.peak[at(s)], kept[at(s)]);
                const bool turns = pass.forward && position == depth - 1; // the loss: backward follows on the spot
                const bool ends = !pass.forward && position == 0;
                if (turns) gradient[at(position)][at(pass.micro_batch)] = clock;
                else if (!ends) {
                    std::vector<double>& receiver =
                        pass.forward ? activation[at(position + 1)] : gradient[at(position - 1)];
                    receiver[at(pass.micro_batch)] = clock + send;
                    clock += blocked;
                }
                ++next[at(s)];
                progress = true;
            }
        }
    }
    for (Count s = 0; s < p; ++s) {
        outcome.deadlock = outcome.deadlock || next[at(s)] < order[at(s)].size();
        outcome.time = std::max(outcome.time, free[at(s)]);
    }
    return outcome;
}

/// A pipeline whose stage s takes forward[s] and backward[s], spread evenly over its chunks.
[[nodiscard]] inline Pipeline pipeline_of(foretrain::Schedule schedule, Count micro_batches, Count chunks,
                                          const std::vector<double>& forward, const std::vector<double>& backward) {
    Pipeline pipeline{.schedule = schedule,
                      .stages = static_cast<Count>(forward.size()),
                      .micro_batches = micro_batches,
                      .chunks = chunks,
                      .forward = {},
                      .backward = {}};
    for (std::size_t s = 0; s < forward.size(); ++s) {
        pipeline.forward.emplace_back(at(chunks), forward[s] / static_cast<double>(chunks));
        pipeline.backward.emplace_back(at(chunks), backward[s] / static_cast<double>(chunks));
    }
    return pipeline;
}

} // namespace pipeline_simulation
