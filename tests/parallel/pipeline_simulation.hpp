// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <foretrain/parallel/plan.hpp>

// An exact event simulation of pipeline schedules, against which the closed forms of parallel/schedule.hpp and
// parallel/zero_bubble.hpp are tested.
//
// Each stage runs its passes in the order that the framework fixes in advance; a pass starts when the stage is free and
// its input has arrived. Orders: GPipe; PipeDream-flush and interleaved after Megatron-LM (schedules.py,
// forward_backward_pipelining_without_interleaving and ..._with_interleaving, get_schedule_table); ZB-H1 and ZB-H2
// after the figures of Qi et al. 2023; ZB-V after torch.distributed.pipelining, ScheduleZBVZeroBubble; DualPipe after
// deepseek-ai/DualPipe, dualpipe.py.

namespace pipeline_simulation {

using Count = std::int64_t;
using foretrain::Schedule;

enum class Sends {
    beside_compute, ///< a send only delays the receiver
    blocking,       ///< the sender is busy until the receiver has the data
};

enum class Kind { forward, backward, inputs, weights, pair };

struct Pass {
    Kind kind = Kind::forward;
    Count micro_batch = 0;
    Count chunk = 0;
    Count backward_micro_batch = 0; ///< of a pair
    Count backward_chunk = 0;
};

/// Times of one micro-batch by stage and chunk. ZB-V has two chunks, DualPipe the two directions, each with the stage's
/// whole time.
struct Pipeline {
    Schedule schedule = Schedule::gpipe;
    Count stages = 1;
    Count micro_batches = 1;
    Count chunks = 1;
    std::vector<std::vector<double>> forward;  ///< [stage][chunk]
    std::vector<std::vector<double>> backward; ///< with the gradients of weights
    std::vector<std::vector<double>> weights;  ///< that part of it
    double pair_saving = 0;
    double send = 0;
    Sends sends = Sends::beside_compute;
    Count group = 0; ///< micro-batches that pass a chunk one after another, interleaved; 0: one a stage
};

struct Outcome {
    double time = 0;         ///< until the last stage is done
    double longest = 0;      ///< of a stage from its first pass to its last
    std::vector<Count> peak; ///< by stage: most chunk activations kept at once, until the gradients of weights
    bool deadlock = false;
};

[[nodiscard]] inline std::size_t at(Count i) { return static_cast<std::size_t>(i); }

/// The passes of a stage as they are dealt, with counters of micro-batches by chunk.
class Order {
public:
    void forward(Count chunk) { passes.push_back({Kind::forward, forwards_[at(chunk)]++, chunk}); }
    void backward(Count chunk) { passes.push_back({Kind::backward, backwards_[at(chunk)]++, chunk}); }
    void inputs(Count chunk) {
        waiting_.push_back({Kind::weights, backwards_[at(chunk)], chunk});
        passes.push_back({Kind::inputs, backwards_[at(chunk)]++, chunk});
    }
    /// Gradients of weights that wait the longest.
    void weights() {
        passes.push_back(waiting_.front());
        waiting_.erase(waiting_.begin());
    }
    /// The longest that wait of one chunk.
    void weights(Count chunk) {
        const auto first =
            std::find_if(waiting_.begin(), waiting_.end(), [&](const Pass& p) { return p.chunk == chunk; });
        passes.push_back(*first);
        waiting_.erase(first);
    }
    void pair(Count forward_chunk, Count backward_chunk) {
        passes.push_back({Kind::pair, forwards_[at(forward_chunk)]++, forward_chunk, backwards_[at(backward_chunk)]++,
                          backward_chunk});
    }
    [[nodiscard]] Count forwards(Count chunk) const { return forwards_[at(chunk)]; }
    [[nodiscard]] Count backwards(Count chunk) const { return backwards_[at(chunk)]; }
    [[nodiscard]] Count waiting() const { return static_cast<Count>(waiting_.size()); }
    [[nodiscard]] Count waiting(Count chunk) const {
        return std::count_if(waiting_.begin(), waiting_.end(), [&](const Pass& p) { return p.chunk == chunk; });
    }

    std::vector<Pass> passes;

private:
    Count forwards_[2] = {0, 0};
    Count backwards_[2] = {0, 0};
    std::vector<Pass> waiting_;
};

/// GPipe, 1F1B and interleaved.
[[nodiscard]] inline std::vector<Pass> alternating_order(const Pipeline& pipeline, Count stage) {
    const Count p = pipeline.stages;
    const Count v = pipeline.chunks;
    const Count m = pipeline.micro_batches;
    const Count group = v == 1 ? m : pipeline.group > 0 ? pipeline.group : p;
    // A group of micro-batches on chunk 0, the same on chunk 1, ..., then the next group; the last may be larger or
    // smaller. Backward the chunks come in reverse.
    std::vector<Pass> table;
    for (Count first = 0; first < m; first += group)
        for (Count chunk = 0; chunk < v; ++chunk)
            for (Count i = first; i < std::min(first + group, m); ++i) table.push_back({Kind::forward, i, chunk});
    const auto forward = [&](Count k) { return table[at(k)]; };
    const auto backward = [&](Count k) {
        const Pass pass = table[at(k)];
        return Pass{Kind::backward, pass.micro_batch, v - 1 - pass.chunk};
    };
    const Count all = m * v;
    Count warm_up = all;
    if (pipeline.schedule == Schedule::one_f_one_b) warm_up = p - stage - 1;
    if (pipeline.schedule == Schedule::interleaved) warm_up = (p - stage - 1) * 2 + (v - 1) * group;
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

/// ZB-H1 and ZB-H2: one forward, one backward in turn; gradients of weights once more than `late` of them wait.
[[nodiscard]] inline std::vector<Pass> zero_bubble_order(const Pipeline& pipeline, Count stage) {
    const Count m = pipeline.micro_batches;
    const bool h1 = pipeline.schedule == Schedule::zero_bubble_h1;
    const Count ahead = pipeline.stages - stage;
    const Count late = h1 ? stage : 2 * stage;
    Order order;
    for (Count i = 0; i < std::min(m, h1 ? ahead : 2 * ahead - 1); ++i) order.forward(0);
    while (order.backwards(0) < m) {
        order.inputs(0);
        if (order.waiting() > late) order.weights();
        if (order.forwards(0) < m) order.forward(0);
    }
    while (order.waiting() > 0) order.weights();
    return order.passes;
}

/// ZB-V: planned for at least 2p - 1 micro-batches, those that do not exist left out.
[[nodiscard]] inline std::vector<Pass> v_order(const Pipeline& pipeline, Count stage) {
    const Count p = pipeline.stages;
    const Count m = std::max(pipeline.micro_batches, 2 * p - 1);
    Order order;
    for (Count i = 0; i < 2 * (p - stage) - 1; ++i) order.forward(0);
    for (Count i = 0; i < stage; ++i) {
        order.forward(1);
        order.forward(0);
    }
    for (Count i = 0; i < p - stage; ++i) {
        order.forward(1);
        order.inputs(1);
        order.weights(1);
    }
    while (order.forwards(1) < order.forwards(0) || order.forwards(0) < m) {
        if (order.forwards(0) < m) order.forward(0);
        order.inputs(0);
        order.weights(0);
        order.forward(1);
        order.inputs(1);
        order.weights(1);
    }
    for (Count i = 0; i < stage; ++i) {
        order.inputs(0);
        order.inputs(1);
    }
    for (Count i = 0; i < p - stage; ++i) {
        order.inputs(0);
        order.weights(0);
    }
    while (order.waiting(1) > 0) order.weights(1);
    while (order.waiting(0) > 0) order.weights(0);
    std::vector<Pass> passes = order.passes;
    passes.erase(std::remove_if(passes.begin(), passes.end(),
                                [&](const Pass& pass) { return pass.micro_batch >= pipeline.micro_batches; }),
                 passes.end());
    return passes;
}

/// DualPipe: chunk 0 runs from the first stage to the last, chunk 1 back.
[[nodiscard]] inline std::vector<Pass> dual_pipe_order(const Pipeline& pipeline, Count stage) {
    const Count p = pipeline.stages;
    const Count half = p / 2;
    const Count place = std::min(stage, p - 1 - stage); // from the nearer end
    const Count near = stage < half ? 0 : 1;            // the direction that starts at that end
    const Count far = 1 - near;
    const Count inner = half - place - 1;
    Order order;
    for (Count i = 0; i < 2 * inner; ++i) order.forward(near);
    for (Count i = 0; i < place + 1; ++i) {
        order.forward(near);
        order.forward(far);
    }
    for (Count i = 0; i < inner; ++i) {
        order.inputs(far);
        order.weights();
        order.forward(far);
    }
    for (Count i = 0; i < pipeline.micro_batches / 2 - p + place + 1; ++i) {
        if (i == 0 && inner == 0) {
            order.forward(near);
            order.backward(far);
        } else order.pair(near, far);
        order.pair(far, near);
    }
    for (Count i = 0; i < inner; ++i) {
        order.backward(far);
        order.pair(far, near);
    }
    bool split = false;
    const auto back = [&](Count chunk) {
        if (split) order.inputs(chunk);
        else order.backward(chunk);
    };
    for (Count i = 0; i < place + 1; ++i) {
        if (i == (place + 1) / 2 && place % 2 == 1) split = true;
        back(far);
        if (i == (place + 1) / 2 && place % 2 == 0) split = true;
        back(near);
    }
    for (Count i = 0; i < inner; ++i) {
        order.weights();
        order.inputs(near);
    }
    while (order.waiting() > 0) order.weights();
    return order.passes;
}

[[nodiscard]] inline std::vector<Pass> order_of(const Pipeline& pipeline, Count stage) {
    switch (pipeline.schedule) {
    case Schedule::zero_bubble_h1:
    case Schedule::zero_bubble_h2: return zero_bubble_order(pipeline, stage);
    case Schedule::zero_bubble_v: return v_order(pipeline, stage);
    case Schedule::dual_pipe: return dual_pipe_order(pipeline, stage);
    default: return alternating_order(pipeline, stage);
    }
}

/// A chunk on a stage.
struct Place {
    Count stage = -1; ///< -1: none
    Count chunk = 0;
};

/// Where a chunk's activations go; where its gradients go if `back`.
[[nodiscard]] inline Place next_of(const Pipeline& pipeline, Count stage, Count chunk, bool back) {
    const Count last = pipeline.stages - 1;
    const Place none{};
    if (pipeline.schedule == Schedule::zero_bubble_v) {
        if (chunk == 0) {
            if (back) return stage > 0 ? Place{stage - 1, 0} : none;
            return stage < last ? Place{stage + 1, 0} : Place{stage, 1};
        }
        if (back) return stage < last ? Place{stage + 1, 1} : Place{stage, 0};
        return stage > 0 ? Place{stage - 1, 1} : none;
    }
    if (pipeline.schedule == Schedule::dual_pipe) {
        const Count step = (chunk == 0) != back ? 1 : -1;
        const Count other = stage + step;
        return other < 0 || other > last ? none : Place{other, chunk};
    }
    if (back) return stage > 0 ? Place{stage - 1, chunk} : chunk > 0 ? Place{last, chunk - 1} : none;
    return stage < last ? Place{stage + 1, chunk} : chunk + 1 < pipeline.chunks ? Place{0, chunk + 1} : none;
}

/// Runs the pipeline to its end.
[[nodiscard]] inline Outcome simulate(const Pipeline& pipeline) {
    constexpr double never = -1;
    const Count p = pipeline.stages;
    const Count chunks = static_cast<Count>(pipeline.forward[0].size());
    const bool dual = pipeline.schedule == Schedule::dual_pipe;
    const double send = p > 1 ? pipeline.send : 0.0;
    const double blocked = pipeline.sends == Sends::blocking ? send : 0.0;
    std::vector<std::vector<Pass>> order;
    for (Count s = 0; s < p; ++s) order.push_back(order_of(pipeline, s));
    const std::vector<double> unknown(at(pipeline.micro_batches), never);
    const auto slot = [&](Count stage, Count chunk) { return at(stage * chunks + chunk); };
    std::vector<std::vector<double>> activation(at(p * chunks), unknown); // when a chunk may run forward
    std::vector<std::vector<double>> gradient(at(p * chunks), unknown);   // when it may run backward
    activation[0].assign(at(pipeline.micro_batches), 0.0);
    if (dual) activation[slot(p - 1, 1)].assign(at(pipeline.micro_batches), 0.0);
    std::vector<std::size_t> next(at(p), 0);
    std::vector<double> free(at(p), 0.0);
    std::vector<double> start(at(p), never);
    std::vector<Count> kept(at(p), 0);
    Outcome outcome;
    outcome.peak.assign(at(p), 0);

    bool progress = true;
    while (progress) {
        progress = false;
        for (Count s = 0; s < p; ++s) {
            while (next[at(s)] < order[at(s)].size()) {
                const Pass pass = order[at(s)][next[at(s)]];
                const bool pair = pass.kind == Kind::pair;
                const bool forward = pair || pass.kind == Kind::forward;
                const bool backward = pair || pass.kind == Kind::backward || pass.kind == Kind::inputs;
                const Count back_chunk = pair ? pass.backward_chunk : pass.chunk;
                const Count back_batch = pair ? pass.backward_micro_batch : pass.micro_batch;
                const double came = forward ? activation[slot(s, pass.chunk)][at(pass.micro_batch)] : 0.0;
                const double returned = backward ? gradient[slot(s, back_chunk)][at(back_batch)] : 0.0;
                if (came < 0 || returned < 0) break; // an input is not yet computed
                double duration = forward ? pipeline.forward[at(s)][at(pass.chunk)] : 0.0;
                if (backward) duration += pipeline.backward[at(s)][at(back_chunk)];
                if (pass.kind == Kind::inputs) duration -= pipeline.weights[at(s)][at(back_chunk)];
                if (pass.kind == Kind::weights) duration = pipeline.weights[at(s)][at(pass.chunk)];
                if (pair) duration -= pipeline.pair_saving;
                double& clock = free[at(s)];
                const double begin = std::max(clock, std::max(came, returned));
                if (start[at(s)] < 0) start[at(s)] = begin;
                clock = begin + duration;
                const double done = clock;
                bool sent = false;
                const auto deliver = [&](std::vector<std::vector<double>>& table, const Place& to, Count micro_batch) {
                    const bool remote = to.stage != s;
                    table[slot(to.stage, to.chunk)][at(micro_batch)] = done + (remote ? send : 0.0);
                    sent = sent || remote;
                };
                if (forward) {
                    outcome.peak[at(s)] = std::max(outcome.peak[at(s)], ++kept[at(s)]);
                    const Place to = next_of(pipeline, s, pass.chunk, false);
                    // The loss: backward follows on the spot.
                    if (to.stage < 0) gradient[slot(s, pass.chunk)][at(pass.micro_batch)] = done;
                    else deliver(activation, to, pass.micro_batch);
                }
                if (backward) {
                    const Place to = next_of(pipeline, s, back_chunk, true);
                    if (to.stage >= 0) deliver(gradient, to, back_batch);
                }
                if (pair || pass.kind == Kind::backward || pass.kind == Kind::weights) --kept[at(s)];
                if (sent) clock += blocked;
                ++next[at(s)];
                progress = true;
            }
        }
    }
    for (Count s = 0; s < p; ++s) {
        outcome.deadlock = outcome.deadlock || next[at(s)] < order[at(s)].size();
        outcome.time = std::max(outcome.time, free[at(s)]);
        outcome.longest = std::max(outcome.longest, free[at(s)] - start[at(s)]);
    }
    return outcome;
}

/// A pipeline whose stage s takes forward[s] and backward[s], the share `weights` of it for gradients of weights,
/// spread evenly over its chunks.
[[nodiscard]] inline Pipeline pipeline_of(Schedule schedule, Count micro_batches, Count chunks,
                                          const std::vector<double>& forward, const std::vector<double>& backward,
                                          const std::vector<double>& weights = {}) {
    Pipeline pipeline{.schedule = schedule,
                      .stages = static_cast<Count>(forward.size()),
                      .micro_batches = micro_batches,
                      .chunks = chunks,
                      .forward = {},
                      .backward = {},
                      .weights = {}};
    const bool v = schedule == Schedule::zero_bubble_v;
    const Count slots = v || schedule == Schedule::dual_pipe ? 2 : chunks;
    const double parts = v ? 2.0 : static_cast<double>(chunks); // each direction of DualPipe takes the whole
    for (std::size_t s = 0; s < forward.size(); ++s) {
        pipeline.forward.emplace_back(at(slots), forward[s] / parts);
        pipeline.backward.emplace_back(at(slots), backward[s] / parts);
        pipeline.weights.emplace_back(at(slots), weights.empty() ? 0.0 : weights[s] / parts);
    }
    return pipeline;
}

} // namespace pipeline_simulation
