// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include <foretrain/foretrain.hpp>

// The estimate of a dense model once more, by hand: plain doubles, no units, no templates, one function from top to
// bottom. What the library costs beyond this is what its generality costs; the benchmark holds the two side by side
// and refuses to run if their results differ by more than rounding.
//
// It knows one family of configurations and leaves out every branch of others: decoders with rotary or no positions,
// dense layers and untied embeddings, without biases and dropout; 16-bit products, fused attention and elementwise
// work; tensor and sequence, pipeline (1F1B or interleaved) and data parallelism with sharded optimizer states on
// switched tiers. Inputs are checked as the library does.

namespace twin {

using foretrain::Cluster;
using foretrain::ParallelPlan;
using foretrain::raw;
using foretrain::Resource;
using foretrain::Transformer;

/// One step, in seconds, bytes and FLOPs; parts in the order of `foretrain::StepPart` and of `Footprint::items()`.
struct Step {
    double time = 0;
    std::array<double, 21> part{};
    std::array<Resource, 21> bound{};
    std::array<double, 14> memory{};
    double peak_memory = 0;
    std::int64_t stage = 0;
    std::array<double, 5> flops{};
    double samples = 0;
    double tokens = 0;
    std::int64_t accelerators = 0;
    double peak = 0;
};

inline double most(double a, double b) { return a < b ? b : a; }
inline double least(double a, double b) { return b < a ? b : a; }
inline std::int64_t least(std::int64_t a, std::int64_t b) { return b < a ? b : a; }
inline double number(std::int64_t n) { return static_cast<double>(n); }

/// What belongs to the family; not part of an estimate.
inline bool in_family(const Transformer& m, const Cluster& c, const ParallelPlan& p) {
    using namespace foretrain;
    for (std::int64_t k = 0; k < c.fabric.tiers; ++k)
        if (c.fabric.tier[static_cast<std::size_t>(k)].topology != Topology::switched) return false;
    return !m.has_experts() && !m.has_latent_attention() && m.windowed_layers == 0 && m.state_space.layers == 0 &&
           m.attention_layers == 0 && m.feed_forward_layers == 0 && m.prediction_layers == 0 && m.causal &&
           m.head == Head::language_model && !m.head_bias && !m.tied_embeddings && !m.dropout && !m.qkv_bias &&
           !m.attention_output_bias && !m.feed_forward_bias && !m.embedding_norm && m.final_norm && !m.query_key_norm &&
           m.position_rows == 0 && m.segment_rows == 0 && m.norms_per_layer == 2 && p.context == 1 && p.expert == 1 &&
           p.expert_tensor == 1 && p.pipeline > 2 && p.tensor > 1 && p.sequence_parallel && p.data > 1 &&
           p.sharding == Sharding::optimizer && p.recomputation == Recomputation::none &&
           p.attention == AttentionKernel::fused && p.adapter_rank == 0 && p.first_stage_layers == 0 &&
           p.last_stage_layers == 0 && p.precision == precision::mixed_bf16 && p.optimizer == Optimizer::adam &&
           (p.schedule == Schedule::interleaved || p.schedule == Schedule::one_f_one_b) && p.stack.fused_elementwise &&
           p.stack.memory.norm_copies <= 2 && p.stack.memory.gradient_copies == 0 && !p.stack.memory.staged_whole &&
           !p.stack.memory.gathered_inputs && p.stack.memory.loss == Loss::vocabulary_parallel &&
           p.offload.weights + p.offload.optimizer + p.offload.activations == 0;
}

/// Every range and rule that `foretrain::is_valid` looks at for this family.
inline bool valid(const Transformer& m, const Cluster& c, const ParallelPlan& p) {
    bool wrong = false;
    const auto range = [&](double x, double low, double high) { wrong |= !(low <= x && x <= high); };
    const auto whole = [&](std::int64_t x, std::int64_t low, std::int64_t high) { wrong |= x < low || x > high; };
    const auto rule = [&](bool holds) { wrong |= !holds; };
    const auto& a = c.accelerator;
    const auto& k = a.kernel;
    const auto& s = p.stack;
    const auto& l = s.library;
    // model
    whole(m.layers, 1, 10000), whole(m.hidden, 1, 1000000), whole(m.feed_forward, 1, 10000000);
    whole(m.heads, 1, 10000), whole(m.kv_heads, 1, 10000), whole(m.head_dimension, 1, 10000);
    whole(m.vocabulary, 1, 100000000), whole(m.position_rows, 0, 100000000), whole(m.segment_rows, 0, 1000000);
    whole(m.norms_per_layer, 0, 8), whole(m.window, 0, 1000000000), whole(m.windowed_layers, 0, 10000);
    whole(m.attention_layers, 0, 10000), whole(m.feed_forward_layers, 0, 10000), whole(m.prediction_layers, 0, 64);
    whole(m.experts.routed, 0, 100000), whole(m.experts.active, 0, m.experts.routed), whole(m.experts.width, 0, 0);
    whole(m.experts.shared_width, 0, 0), whole(m.experts.latent, 0, 0), whole(m.experts.dense_layers, 0, 0);
    whole(m.latent.key_value_rank, 0, 1000000), whole(m.latent.query_rank, 0, 0);
    whole(m.latent.rotary_dimension, 0, 0), whole(m.latent.value_dimension, 0, 0), whole(m.state_space.layers, 0, 0);
    whole(m.state_space.heads, 0, 0), whole(m.state_space.head_dimension, 0, 0), whole(m.state_space.groups, 0, 0);
    whole(m.state_space.state, 0, 0), rule((m.window > 0) == (m.windowed_layers > 0));
    const std::int64_t attending = m.attention_layers > 0 ? m.attention_layers : m.layers - m.state_space.layers;
    const std::int64_t feeding = m.feed_forward_layers > 0 ? m.feed_forward_layers : m.layers;
    whole(attending - m.windowed_layers, 0, m.layers), whole(feeding, 0, m.layers), whole(attending, 0, m.layers);
    if (wrong) return false;
    rule(m.heads % m.kv_heads == 0);
    rule((m.positions == foretrain::Positions::learned) == (m.position_rows > 0));
    rule(m.head != foretrain::Head::masked_language_model || !m.causal);
    rule(m.head == foretrain::Head::language_model || !m.head_bias);
    // accelerator
    const auto peak = [&](double x) { wrong |= !(x == 0 || (1e9 <= x && x <= 1e18)); };
    peak(raw(a.matrix.fp32)), peak(raw(a.matrix.tf32)), peak(raw(a.matrix.fp16)), peak(raw(a.matrix.bf16));
    peak(raw(a.matrix.fp8)), peak(raw(a.matrix.fp4)), peak(raw(a.matrix.int8)), range(raw(a.vector), 1e9, 1e17);
    range(raw(a.memory.capacity), 1e6, 1e15), range(raw(a.memory.bandwidth), 1e8, 1e16), range(raw(a.cache), 0, 1e13);
    whole(a.compute_units, 1, 100000), range(raw(a.launch_overhead), 0, 1), range(raw(a.power), 1, 1e5);
    range(raw(a.idle_power), 0, 1e5), rule(!(a.idle_power > a.power)), range(k.matrix_efficiency, 0.01, 1);
    range(k.sustained_clock, 0.01, 1), range(raw(k.sustained_energy), 0, 1e-9), range(k.memory_efficiency, 0.01, 1);
    range(k.attention_forward, 0.01, 1), range(k.attention_backward, 0.01, 1), range(k.attention_softmax, 0, 1e4);
    range(raw(k.attention_tile), 0, 1), range(k.inner_dimension_half, 0, 1e6), range(raw(k.fixed_time), 0, 1);
    whole(k.tile_rows, 1, 65536), whole(k.tile_columns, 1, 65536), range(k.fp32_efficiency, 0.01, 1);
    range(k.eight_bit_efficiency, 0.01, 1), range(k.four_bit_efficiency, 0.01, 1);
    // node and fabric
    whole(c.node.accelerators, 1, 10000), whole(c.node.nics, 0, 10000), range(raw(c.node.nic_bandwidth), 0, 1e13);
    range(raw(c.node.host_power), 0, 1e6), range(raw(c.node.host_link), 0, 1e13);
    range(raw(c.node.host_memory), 0, 1e16), range(raw(c.node.host_memory_bandwidth), 0, 1e14);
    range(raw(c.node.drive_bandwidth), 0, 1e13), whole(c.fabric.tiers, 1, 4);
    if (wrong) return false;
    std::int64_t inner = 1;
    for (std::int64_t i = 0; i < c.fabric.tiers; ++i) {
        const auto& tier = c.fabric.tier[static_cast<std::size_t>(i)];
        whole(tier.size, 1, 100000000), range(raw(tier.link.bandwidth), 1e6, 1e16), range(raw(tier.link.latency), 0, 1);
        range(tier.oversubscription, 1, 1000), range(tier.efficiency, 0.01, 1), whole(tier.torus_dimensions, 0, 0);
        range(tier.start, 0, 1000), range(tier.local_copy, 0, 100), range(tier.exchange, 0.01, 100);
        rule(tier.size % inner == 0 && tier.size >= inner);
        inner = tier.size > 0 ? tier.size : 1;
    }
    whole(c.accelerators, 1, 10000000), rule(c.accelerators <= inner);
    // stack
    range(raw(s.host_per_kernel), 0, 1), range(raw(s.step_overhead), 0, 1e4), range(s.data_overlap, 0, 1);
    range(s.tensor_overlap, 0, 1), range(s.pipeline_overlap, 0, 1), range(s.expert_overlap, 0, 1);
    range(s.contention, 0, 1), range(s.straggler, 0, 1), range(s.kernels.matrix, 0.1, 1.5);
    range(s.kernels.attention, 0.05, 2), range(s.kernels.attention_on_newer, 0.05, 2);
    range(s.kernels.stream_traffic, 0.5, 10), whole(s.memory.norm_copies, 0, 16);
    whole(s.memory.softmax_copies, 0, 32), whole(s.memory.gradient_copies, 0, 8), range(raw(l.base_latency), 0, 1);
    range(l.ramp, 0, 10), range(raw(l.in_network_latency), 0, 1), range(l.in_network_efficiency, 0.01, 1);
    range(l.quick_bytes, 0, 100), range(l.bulk_latency, 1, 100), range(l.network_bulk_latency, 1, 100);
    range(raw(l.peer_latency), 0, 1), range(raw(l.network_quick_rate), 0, 1e16), range(l.own_copy, 0, 10);
    // plan
    whole(p.tensor, 1, 1024), whole(p.pipeline, 1, 1024), whole(p.data, 1, 10000000), whole(p.context, 1, 1024);
    whole(p.expert, 1, 1), whole(p.expert_tensor, 1, 1), range(p.expert_capacity, 0, 1000);
    range(p.expert_imbalance, 1, 1000), whole(p.adapter_rank, 0, 65536), range(p.offload.weights, 0, 1);
    range(p.offload.optimizer, 0, 1), range(p.offload.activations, 0, 1), whole(p.virtual_stages, 1, 256);
    whole(p.sharding_group, 0, 0), whole(p.prefetch, 1, 1), whole(p.gathered_layers, 0, 0);
    whole(p.global_batch, 1, 1000000000), whole(p.micro_batch, 1, 1000000), whole(p.sequence, 1, 100000000);
    whole(p.first_stage_layers, 0, 1000000), whole(p.last_stage_layers, 0, 1000000);
    if (wrong) return false;
    rule(p.tensor * p.pipeline * p.context * p.data == c.accelerators);
    rule(p.global_batch % (p.data * p.micro_batch) == 0), rule(m.heads % p.tensor == 0);
    rule(m.kv_heads % p.tensor == 0 || p.tensor % m.kv_heads == 0), rule(m.feed_forward % p.tensor == 0);
    rule(!p.sequence_parallel || p.tensor > 1), rule(!p.sequence_parallel || p.sequence % p.tensor == 0);
    rule(p.sequence % p.context == 0);
    const bool interleaved = p.schedule == foretrain::Schedule::interleaved;
    rule(p.pipeline * p.virtual_stages <= (interleaved ? m.layers + 2 : m.layers));
    rule(interleaved == (p.virtual_stages > 1)), rule(!interleaved || p.pipeline > 1), rule(m.head_dimension <= 256);
    rule(raw(a.matrix.bf16) > 0);
    return !wrong;
}

/// A communicator's wires, innermost tier first.
struct Wires {
    std::int64_t ranks = 1, tiers = 0;
    std::array<std::int64_t, 4> members, units;
    std::array<double, 4> bandwidth, latency, lone;
    double base = 0, quick = 0, bulk = 1, copy = 0;
};

inline std::int64_t greatest_divisor(std::int64_t a, std::int64_t b) {
    while (b != 0) {
        const std::int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

inline Wires wires(const Cluster& c, const ParallelPlan& p, std::int64_t ranks, std::int64_t stride) {
    const auto& l = p.stack.library;
    const std::int64_t unit = c.fabric.tier[0].size;
    if ((ranks - 1) * stride < unit && ranks * stride > unit && ranks <= unit) stride = unit / ranks;
    Wires w;
    w.base = raw(l.base_latency) * c.fabric.tier[0].start;
    w.quick = l.quick_bytes;
    w.ranks = ranks;
    const std::int64_t block = ranks * stride;
    const std::int64_t in_use = c.accelerators < block ? block : c.accelerators;
    double narrowest = 0;
    bool network = false;
    std::int64_t lower = 1, units = ranks;
    for (std::int64_t k = 0; k < c.fabric.tiers && units > 1; ++k) {
        const auto& from = c.fabric.tier[static_cast<std::size_t>(k)];
        const auto i = static_cast<std::size_t>(k);
        std::int64_t above = 1;
        if (k + 1 < c.fabric.tiers && from.size % block != 0) {
            if (block % from.size == 0) {
                above = least(block / from.size, ranks);
            } else {
                const std::int64_t step = greatest_divisor(from.size, block);
                const std::int64_t spanned =
                    ((block >= in_use ? block : from.size - step + block) + from.size - 1) / from.size;
                above = least(least(spanned, ranks), (in_use + from.size - 1) / from.size);
            }
        }
        w.units[i] = units;
        const std::int64_t wide = stride < lower ? lower : stride;
        w.members[i] = above == 1 ? units : least((from.size + wide - 1) / wide, units - (above - 1));
        std::int64_t sharing = least(stride, lower);
        if (block < in_use && block % lower != 0) sharing = least(2 * sharing, lower);
        w.latency[i] = raw(from.link.latency);
        w.lone[i] = 1.0;
        double bandwidth = raw(from.link.bandwidth) * from.efficiency / from.oversubscription * (1.0 / number(sharing));
        if (k >= 2) bandwidth = least(bandwidth, w.bandwidth[i - 1] * number(w.members[i - 1]));
        w.bandwidth[i] = bandwidth;
        const bool cards = k > 0 && !from.inside_host;
        if (cards) w.lone[i] = number(sharing) / number(lower);
        if (w.members[i] > 1) {
            narrowest = narrowest > 0 ? least(narrowest, bandwidth) : bandwidth;
            const double rate = raw(l.network_quick_rate) * number(lower);
            if (cards) network = true;
            if (cards && rate > 0 && w.quick > 0) w.quick = most(w.quick, narrowest * number(sharing) / rate);
        }
        w.tiers = k + 1;
        units = above;
        lower = from.size;
    }
    w.bulk = network ? l.network_bulk_latency : l.bulk_latency;
    if (w.tiers == 1) w.copy = c.fabric.tier[0].local_copy * l.own_copy;
    return w;
}

inline double protocols(const Wires& w, double ramp, double latency, double work) {
    const double bulk = latency * w.bulk;
    const double cross = ramp > 0 ? ramp * ramp * bulk * work : 0.0;
    double total = bulk + work;
    if (cross > 0) total += std::sqrt(cross);
    return w.quick > 0 ? least(total, latency + work * w.quick) : total;
}

/// Latency and seconds a byte of an all-gather or a reduce-scatter on a ring.
struct Ring {
    double latency = 0, per_byte = 0;
};
inline Ring ring(const Wires& w) {
    double around = 0, slowest = 0;
    for (std::int64_t k = 0; k < w.tiers; ++k) {
        const auto i = static_cast<std::size_t>(k);
        if (w.members[i] <= 1) continue;
        around += number(w.units[i] - (k + 1 < w.tiers ? w.units[i + 1] : 1)) * w.latency[i];
        slowest = slowest > 0 ? least(slowest, w.bandwidth[i]) : w.bandwidth[i];
    }
    const double n = number(w.ranks);
    const double own = w.copy > 0 ? w.copy / (n * w.bandwidth[0]) : 0.0;
    return {w.base + around, (n - 1.0) / n / slowest + own};
}

/// Times of one kind of operation in one pass, and what bounds the longest of them.
struct Kind {
    double time = 0, longest = 0;
    Resource bound = Resource::matrix;
};

/// One accelerator's kernels.
struct Kernels {
    double fixed, per_byte, per_stream_byte, per_flop;
    double per_step, half, step_latency, units, per_unit;
    std::array<double, 3> rows, columns, per_row, per_column;
    double score_forward, score_backward, softmax, tile_time;

    Kernels(const Cluster& c, const ParallelPlan& p) {
        const auto& a = c.accelerator;
        const auto& k = a.kernel;
        const auto& q = p.stack.kernels;
        const double peak = raw(a.matrix.bf16);
        const double sixteen = most(peak, raw(a.matrix.fp16));
        fixed = raw(k.fixed_time) + raw(a.launch_overhead);
        per_byte = 1.0 / (raw(a.memory.bandwidth) * k.memory_efficiency);
        per_stream_byte = per_byte * q.stream_traffic;
        per_flop = 1.0 / raw(a.vector);
        double clock = k.sustained_clock;
        if (raw(k.sustained_energy) > 0) {
            const double root = std::sqrt(raw(a.power) / (sixteen * raw(k.sustained_energy)));
            clock = least(clock * root * std::sqrt(root), 1.0);
        }
        units = number(a.compute_units);
        per_unit = 1.0 / units;
        per_step = 2.0 * units / (peak * k.matrix_efficiency * (clock * q.matrix));
        half = k.inner_dimension_half * (peak / sixteen);
        step_latency = 1.2e-6 / 1024.0;
        rows[0] = number(k.tile_rows), columns[0] = number(k.tile_columns);
        per_row[0] = 1.0 / rows[0], per_column[0] = 1.0 / columns[0];
        const double half_row = rows[0] > 1 ? 0.5 : 1.0, half_column = columns[0] > 1 ? 0.5 : 1.0;
        rows[1] = rows[2] = rows[0] * half_row, per_row[1] = per_row[2] = per_row[0] / half_row;
        columns[1] = columns[0] * half_column, per_column[1] = per_column[0] / half_column;
        const double quarter_column = columns[1] > 1 ? 0.5 : 1.0;
        columns[2] = columns[1] * quarter_column, per_column[2] = per_column[1] / quarter_column;
        const double rate = q.attention * (raw(a.matrix.fp8) > 0 ? q.attention_on_newer : 1.0);
        score_forward = 1.0 / (peak * clock * rate * k.attention_forward);
        score_backward = 1.0 / (peak * clock * rate * k.attention_backward);
        softmax = k.attention_softmax / (raw(a.vector) * clock);
        tile_time = raw(k.attention_tile);
    }
    static double whole(double count, double per) { return ((count - 0.5) * per + 0.5 + 0x1.8p52) - 0x1.8p52; }
    static double smooth(double a, double b) {
        const double larger = most(a, b), smaller = least(a, b);
        const double ratio = smaller / larger, square = ratio * ratio;
        return larger * std::sqrt(std::sqrt(1.0 + square * square));
    }
    struct Tiling {
        double elements, depth, waves, latency;
    };
    Tiling tiling(std::size_t i, double cost, double m, double n, double k) const {
        double high = rows[i], wide = columns[i], tiles = 1;
        if (m < high) high = least(high, whole(m, 1.0 / 32) * 32);
        else tiles *= whole(m, per_row[i]);
        if (n < wide) wide = least(wide, whole(n, 1.0 / 32) * 32);
        else tiles *= whole(n, per_column[i]);
        double waves = tiles * per_unit, depth = 0, shown = 1;
        if (tiles <= units) {
            depth = least(k, most(k * waves, 8192));
        } else {
            if (waves < 1e6) waves += 0.25 * (whole(tiles, per_unit) - waves);
            shown = waves;
            depth = k * waves;
        }
        return {high * wide * cost, depth, shown, step_latency * least(depth, k)};
    }
    void product(Kind& kind, double m, double n, double k) const {
        Tiling best = tiling(0, 1.0, m, n, k);
        if (best.waves == 1.0 || best.elements * best.waves > 1.25 * m * n * per_unit) {
            const auto time = [&](const Tiling& t) {
                return most(t.elements * (t.depth + half * t.waves) * per_step, t.latency);
            };
            double shortest = time(best);
            for (const std::size_t i : {1u, 2u}) {
                const Tiling other = tiling(i, i == 1 ? 1.25 : 1.4, m, n, k);
                if (const double t = time(other); t < shortest) best = other, shortest = t;
            }
        }
        const double compute = most(best.elements * (best.depth + half * best.waves) * per_step, best.latency);
        const double memory = 2.0 * (m * k + k * n + m * n) * per_byte;
        add(kind, fixed, smooth(compute, memory), compute, memory, Resource::matrix);
    }
    void stream(Kind& kind, double places, double bytes, double flops, double kernels) const {
        const double memory = places * bytes * per_stream_byte, vector = places * flops * per_flop;
        add(kind, fixed * kernels, most(memory, vector), vector, memory, Resource::vector);
    }
    void attention(Kind& kind, bool forward, double tokens, double sequence, double dimension, double sequences,
                   double query_width, double kv_width) const {
        const double work = 2.0 * tokens * (0.5 * sequence) * (2.0 * query_width);
        const double tensors = tokens * (2.0 * query_width + 2.0 * kv_width) * 2.0;
        const double products = forward ? 4.0 : 10.0, grow = forward ? 1.0 : 2.5;
        const double queries = sequence >= 128 ? 128 : whole(sequence, 1.0 / 16) * 16;
        const double kept = grow * work / (products * dimension * sequences * sequence);
        const bool masked = kept < sequence * (1.0 - 1e-9);
        const double walked = masked ? least(sequence, kept + 0.5 * queries) : kept;
        const double longest = masked ? least(sequence, 2.0 * kept + 0.5 * queries) : kept;
        const double matrix = products * (whole(dimension, 1.0 / 32) * 32) * (forward ? score_forward : score_backward);
        const double step = smooth(matrix, softmax * (forward ? 1.0 : 2.2)) * (queries * units);
        const double prologue = tile_time * (queries / 128);
        const double last = step * longest + prologue;
        double busy = (step * walked + prologue) * (sequences * whole(sequence, 1.0 / queries) / units);
        if (masked) busy += last * 0.7;
        if (sequence >= 128) busy = most(busy, last);
        if (!forward) busy += per_byte * (14.0 * (sequences * sequence * dimension));
        const double memory = grow * tensors * per_byte;
        add(kind, fixed * (forward ? 1.0 : 3.0), smooth(busy, memory), busy, memory, Resource::matrix);
    }

private:
    static void add(Kind& kind, double fixed, double busy, double compute, double memory, Resource computing) {
        const double time = fixed + busy;
        kind.time += time;
        if (!(time > kind.longest)) return;
        kind.longest = time;
        kind.bound = fixed > most(compute, memory) ? Resource::device_launch
                     : compute > memory            ? computing
                                                   : Resource::memory;
    }
};

/// One micro-batch on one kind of stage.
struct Stage {
    double forward = 0, backward = 0, waited = 0;
    std::int64_t depth = 0;
    bool first = false, last = false;
    [[nodiscard]] double work() const { return forward + backward; }
    [[nodiscard]] double total() const { return forward + backward + waited; }
};

inline std::int64_t group_of(std::int64_t stages, std::int64_t micro_batches) {
    const std::int64_t all = micro_batches / stages < 1 ? 1 : micro_batches / stages;
    if (all * stages == micro_batches) return stages;
    if (micro_batches % all == 0) return micro_batches / all;
    const double beyond = number(stages - 1);
    const auto groups =
        static_cast<std::int64_t>((std::sqrt(beyond * beyond + 4.0 * number(micro_batches)) - beyond) / 2.0);
    return (micro_batches + groups - 1) / groups;
}

/// The estimate of a configuration of the family; false if it is refused.
inline bool estimate(const Transformer& m, const Cluster& c, const ParallelPlan& p, Step& step) {
    if (!valid(m, c, p)) return false;
    const auto& stack = p.stack;
    const bool interleaved = p.schedule == foretrain::Schedule::interleaved;
    const bool gated = m.feed_forward_kind == foretrain::FeedForward::gated;
    const bool rotary = m.positions == foretrain::Positions::rotary;
    const std::int64_t micro_batches = p.global_batch / (p.data * p.micro_batch);

    // Sizes of one accelerator's share.
    const double t = number(p.tensor), hidden = number(m.hidden);
    const double tokens = number(p.micro_batch * p.sequence), cut_tokens = tokens / t;
    const std::int64_t heads = m.heads / p.tensor, kv_heads = m.kv_heads >= p.tensor ? m.kv_heads / p.tensor : 1;
    const double query_width = number(heads * m.head_dimension), kv_width = number(kv_heads * m.head_dimension);
    const double inner = number(m.feed_forward / p.tensor), wide_inner = gated ? 2.0 * inner : inner;
    const double qkv = query_width + 2.0 * kv_width, vocabulary = number((m.vocabulary + p.tensor - 1) / p.tensor);

    // Compute of one layer, embedding and head.
    const Kernels run{c, p};
    std::array<Kind, 8> forward{}, backward{}, edges_forward{}, edges_backward{};
    enum : std::size_t { embedding, norm, projection, attention, feed_forward, elementwise, head, loss };
    const double rows = cut_tokens * hidden;
    run.stream(forward[norm], rows, 4, 6, 1);
    run.stream(backward[norm], rows, 6, 6, 2);
    run.product(forward[projection], tokens, qkv, hidden);
    run.product(backward[projection], tokens, hidden, qkv);
    run.product(backward[projection], hidden, qkv, tokens);
    if (rotary) {
        run.stream(forward[attention], tokens * (query_width + kv_width), 4, 6, 1);
        run.stream(backward[attention], tokens * (query_width + kv_width), 4, 6, 1);
    }
    const double sequence = number(p.sequence), sequences = number(p.micro_batch * heads);
    const double dimension = number(m.head_dimension);
    run.attention(forward[attention], true, tokens, sequence, dimension, sequences, query_width, kv_width);
    run.attention(backward[attention], false, tokens, sequence, dimension, sequences, query_width, kv_width);
    run.product(forward[projection], tokens, hidden, query_width);
    run.product(backward[projection], tokens, query_width, hidden);
    run.product(backward[projection], query_width, hidden, tokens);
    run.stream(forward[elementwise], rows, 6, 4, 1);
    run.stream(forward[norm], rows, 4, 6, 1);
    run.stream(backward[norm], rows, 6, 6, 2);
    run.product(forward[feed_forward], tokens, wide_inner, hidden);
    run.product(backward[feed_forward], tokens, hidden, wide_inner);
    run.product(backward[feed_forward], hidden, wide_inner, tokens);
    run.product(forward[feed_forward], tokens, hidden, inner);
    run.product(backward[feed_forward], tokens, inner, hidden);
    run.product(backward[feed_forward], inner, hidden, tokens);
    run.stream(forward[elementwise], tokens * inner, gated ? 6 : 4, 12, 1);
    run.stream(backward[elementwise], tokens * inner, gated ? 10 : 6, 12, 1);
    run.stream(forward[elementwise], rows, 6, 4, 1);
    run.stream(edges_forward[embedding], tokens * hidden, 4, 2, 3);
    run.stream(edges_backward[embedding], tokens * hidden, 4, 2, 3);
    run.stream(edges_forward[norm], rows, 4, 6, 1);
    run.stream(edges_backward[norm], rows, 6, 6, 1);
    run.product(edges_forward[head], tokens, vocabulary, hidden);
    run.product(edges_backward[head], tokens, hidden, vocabulary);
    run.product(edges_backward[head], hidden, vocabulary, tokens);
    run.stream(edges_forward[loss], tokens * vocabulary, 18, 6, 5);
    run.stream(edges_backward[loss], tokens * vocabulary, 10, 6, 3);
    double layer_forward = 0, layer_backward = 0;
    for (std::size_t i = 0; i < 8; ++i) layer_forward += forward[i].time, layer_backward += backward[i].time;
    const double head_forward = edges_forward[norm].time + edges_forward[head].time + edges_forward[loss].time;
    const double head_backward = edges_backward[norm].time + edges_backward[head].time + edges_backward[loss].time;
    const double layer_kernels = (9 + (rotary ? 1 : 0)) + (16 + (rotary ? 1 : 0));

    // Communication.
    const double activation = tokens * hidden * 2.0;
    const double ramp = stack.library.ramp;
    const Wires tensor_wires = wires(c, p, p.tensor, 1);
    const Ring tensor_ring = ring(tensor_wires);
    const double once = 2.0 * protocols(tensor_wires, ramp, tensor_ring.latency, activation * tensor_ring.per_byte);
    const double tensor_layer = once * 2.0, tensor_edge = once * 0.5;
    const Wires neighbours = wires(c, p, 2, p.tensor * p.data);
    const auto outer = static_cast<std::size_t>(neighbours.tiers - 1);
    const double send = protocols(neighbours, ramp, neighbours.base + neighbours.latency[outer],
                                  activation / t * (1.0 / (neighbours.bandwidth[outer] * neighbours.lone[outer])));
    const std::int64_t unit = c.fabric.tier[0].size;
    const auto network = [&](std::int64_t ranks, std::int64_t stride) {
        return (ranks - 1) * stride < unit ? Resource::scale_up : Resource::scale_out;
    };

    // Parameters: of a layer's parts, of the ends.
    const std::int64_t norms = (m.norm == foretrain::Norm::layer_norm ? 2 : 1) * m.hidden;
    const std::int64_t keys = m.key_value_width(), matrices = gated ? 3 : 2;
    const std::int64_t attention_parameters = m.hidden * (2 * m.query_width() + 2 * keys);
    const std::int64_t block_parameters = matrices * m.hidden * m.feed_forward;
    const std::int64_t copies = p.tensor > m.kv_heads ? 2 * keys * m.hidden / m.kv_heads * (p.tensor - m.kv_heads) : 0;
    const double held_attention = number(attention_parameters + copies) / t + number(norms);
    const double held_block = number(block_parameters) / t + number(norms);
    const double layers = number(m.layers);
    const double held_layer = number(m.layers * (attention_parameters + block_parameters + copies)) / layers / t +
                              number(m.layers * 2 * norms) / layers;
    const double table = number(m.vocabulary * m.hidden), held_table = table / t,
                 held_head = held_table + number(norms);

    // Layers on stages.
    const std::int64_t slots = p.pipeline * p.virtual_stages, per_chunk = (m.layers + slots - 1) / slots;
    const std::int64_t full = per_chunk * p.virtual_stages, missing = per_chunk * slots - m.layers;
    const std::int64_t depth_first = full - (missing + p.pipeline - 2) / p.pipeline;
    const std::int64_t depth_middle = full - missing / p.pipeline;
    const std::int64_t depth_last = full - (missing + p.pipeline - 1) / p.pipeline;

    const double owned_whole = held_layer * number(depth_first) + held_table;
    const Wires replicas = wires(c, p, p.data, p.tensor);
    const Ring data_ring = ring(replicas);
    const double gradients_step = protocols(replicas, ramp, data_ring.latency, owned_whole * 4.0 * data_ring.per_byte);
    const double weights_step = protocols(replicas, ramp, data_ring.latency, owned_whole * 2.0 * data_ring.per_byte);

    // One layer with what of its communication shows.
    const double willing = tensor_layer * stack.tensor_overlap;
    const double hidden_forward = least(willing, layer_forward), hidden_backward = least(willing, layer_backward);
    const double shown_forward = tensor_layer - hidden_forward, shown_backward = tensor_layer - hidden_backward;
    const double cost_forward = hidden_forward * stack.contention, cost_backward = hidden_backward * stack.contention;
    const double one_forward = layer_forward + shown_forward + cost_forward;
    const double one_backward = layer_backward + shown_backward + cost_backward;

    const auto stage_of = [&](std::int64_t depth, bool first, bool last) {
        Stage s{one_forward * number(depth), one_backward * number(depth), 0, depth, first, last};
        double kernels = number(depth) * layer_kernels;
        if (first) {
            s.forward += edges_forward[embedding].time + tensor_edge;
            s.backward += edges_backward[embedding].time;
            kernels += 6;
        }
        if (last) {
            s.forward += head_forward + tensor_edge;
            s.backward += head_backward + tensor_edge;
            kernels += 7 + 6;
        }
        const double host = raw(stack.host_per_kernel) * kernels;
        if (stack.execution == foretrain::Execution::eager && host > s.work()) s.waited = host - s.work();
        return s;
    };
    const Stage first = stage_of(depth_first, true, false);
    const Stage last = stage_of(depth_last, false, true);
    const Stage middle = stage_of(depth_middle, false, false);
    Stage slowest = last.total() >= first.total() ? last : first;
    const double all = first.total() + last.total() +
                       middle.total() * (number(m.layers - depth_first - depth_last) / number(depth_middle));
    if (middle.total() > slowest.total()) slowest = middle;

    // The pipeline.
    const double mb = number(micro_batches), stages = number(p.pipeline), chunks = number(p.virtual_stages);
    const double forward_share = slowest.forward / slowest.work();
    const double slow_forward = slowest.total() * forward_share, slow_backward = slowest.total() - slow_forward;
    const double passage = all - slowest.total();
    const double steady = 2.0 * chunks * mb - 3.0;
    double blocking = 2.0 * (stages - 1.0) + most(steady, 0.0), hides = 0, bubble = passage, extra = 0;
    if (interleaved) {
        const std::int64_t group = group_of(p.pipeline, micro_batches), rest = micro_batches % group;
        const std::int64_t beyond = (rest > 0 ? rest : group) - p.pipeline;
        const double few = most(0.0, stages - mb);
        bubble = passage * ((1.0 + (chunks - 1.0) * few / (stages - 1.0)) / chunks);
        const double crossing = 2.0 * (stages * chunks - 1.0);
        if (few > 0) blocking = most(blocking, crossing + 2.0 * (mb - 1.0));
        hides = crossing;
        if (beyond > 0) {
            hides = 2.0 * (stages - 1.0);
            const double under = number(beyond) / chunks, sends = send * stages;
            extra = (most(sends - slow_forward * under, 0.0) + most(sends - slow_backward * under, 0.0)) *
                    (stack.pipeline_overlap * (chunks - 1.0));
        }
    } else {
        const std::int64_t later = micro_batches - 1, trips = (later + p.pipeline - 1) / p.pipeline;
        hides = 2.0 * (stages - 1.0) + 2.0 * number(later - trips);
    }
    const double exposed_send = send * (hides + (blocking - hides) * (1.0 - stack.pipeline_overlap)) + extra;

    // Once a step.
    const double window = most(first.total() - 2.0 * tensor_layer * number(depth_first) - tensor_edge, 0.0);
    const double hidden_gradients = least(gradients_step * stack.data_overlap, window * (2.0 / 3.0));
    const double hidden_weights = least(weights_step * stack.data_overlap, window * (1.0 - 2.0 / 3.0));
    const double shards = number(p.data), owned = owned_whole / shards;
    Kind update;
    run.stream(update, owned, 3 * 4 + 2 * 4 * 2 + 8 + 2, 16, 8);

    // The breakdown.
    const double per_layer = mb * number(slowest.depth);
    double sum = 0;
    const auto set = [&](std::size_t i, double time, Resource bound) {
        step.part[i] = time;
        step.bound[i] = bound;
        sum += time;
    };
    for (std::size_t i = 0; i < 8; ++i) {
        double time = (forward[i].time + backward[i].time) * per_layer;
        const Kind& larger = forward[i].longest > backward[i].longest ? forward[i] : backward[i];
        Resource bound = larger.bound;
        const bool here = i == embedding ? slowest.first : slowest.last && (i == norm || i == head || i == loss);
        if (here) {
            time += (edges_forward[i].time + edges_backward[i].time) * mb;
            if (edges_backward[i].longest > larger.longest) bound = edges_backward[i].bound;
        }
        set(i, time, bound);
    }
    const double edge_sends = (slowest.first ? tensor_edge : 0.0) + (slowest.last ? 2.0 * tensor_edge : 0.0);
    set(8, 0, step.bound[attention]);
    set(9, slowest.waited * mb, Resource::host);
    set(10, (shown_forward + shown_backward) * per_layer + edge_sends * mb, network(p.tensor, 1));
    set(11, 0, Resource::scale_up);
    set(12, 0, Resource::scale_up);
    set(13, gradients_step - hidden_gradients + weights_step - hidden_weights, network(p.data, p.tensor));
    set(14, exposed_send, network(2, p.tensor * p.data));
    set(15, (cost_forward + cost_backward) * per_layer + (hidden_gradients + hidden_weights) * stack.contention,
        Resource::memory);
    set(16, most(bubble, 0.0), Resource::dependency);
    set(17, update.time, update.bound);
    set(18, 0, Resource::host);
    set(19, raw(stack.step_overhead), Resource::software);
    const std::int64_t nodes = (c.accelerators + c.node.accelerators - 1) / c.node.accelerators;
    set(20, sum * (stack.straggler * (nodes > 1 ? foretrain::log2(number(nodes)) : 0.0)), Resource::scale_out);
    step.time = sum;

    // FLOPs by every convention.
    const double s = sequence;
    const double layer_parameters = layers * number(attention_parameters + block_parameters + 2 * norms);
    const double six_n = 6.0 * (layer_parameters + number(norms) + 2.0 * table) * s;
    const double six_looked_up = 6.0 * (layer_parameters + number(norms) + table) * s;
    const double scores = 2.0 * number(m.heads * 2 * m.head_dimension) * layers * s;
    const double products = 2.0 * s * layers * number(attention_parameters + block_parameters);
    const double model = 3.0 * (products + scores * s + 2.0 * s * table), batch = number(p.global_batch);
    step.flops = {six_n * batch, (six_looked_up + 3.0 * scores * s) * batch,
                  (six_looked_up + 3.0 * scores * 0.5 * s) * batch, model * batch, model * batch};
    step.samples = batch;
    step.tokens = batch * s;
    step.accelerators = c.accelerators;
    step.peak = raw(c.accelerator.matrix.bf16);

    // Memory of the stages that may be the fullest: first, second, last.
    const double stream = rows, per_tensor = 1.0 / t, local = tokens * per_tensor,
                 norm_copies = number(p.stack.memory.norm_copies);
    const double queries = local * number(m.query_width());
    const double kv = tokens * number(keys) / number(least(p.tensor, m.kv_heads));
    const double kept_attention = stream * (2.0 + norm_copies) + 2.0 * stream + (queries + 2.0 * kv) * 2.0 +
                                  number(m.heads) * local * 4.0 + queries * 2.0;
    const double inner_tensors = gated ? 2.0 : 1.0, wide = local * number(m.feed_forward);
    const double kept_block = stream * (2.0 + norm_copies) + 2.0 * stream + inner_tensors * wide * 2.0 + wide * 2.0;
    const double moment = 4.0 * tokens * hidden + wide * 2.0 * number(matrices);
    const double logits = tokens * number(m.vocabulary) * per_tensor * 6.0;
    const double head_gradient = most(number(m.vocabulary) * per_tensor * hidden * 2.0 -
                                          (logits - number(m.vocabulary) * per_tensor * tokens * 2.0),
                                      0.0);
    const auto constants = foretrain::memory_constants<double>();
    const double share = 1.0 / shards;
    double fullest = -1;
    const auto consider = [&](std::int64_t stage, std::int64_t depth, bool is_first, bool is_last) {
        const double d = number(depth);
        const double held =
            (held_attention + held_block) * d + (is_first ? held_table : 0.0) + (is_last ? held_head : 0.0);
        double flight = 0;
        if (interleaved) {
            const std::int64_t kept =
                2 * (p.pipeline - 1 - stage) + (p.virtual_stages - 1) * group_of(p.pipeline, micro_batches) + 1;
            flight = number(least(micro_batches * p.virtual_stages, kept)) / chunks;
        } else {
            flight = number(least(micro_batches, p.pipeline - stage));
        }
        std::array<double, 14> f;
        f[0] = held * 2.0;
        f[1] = held * 4.0;
        f[2] = held * share * 4.0;
        f[3] = held * share * 8.0;
        f[4] = 0;
        f[5] = (kept_attention + kept_block) * d * flight + (is_last ? 4.0 * stream : 0.0);
        f[6] = is_last ? logits : 0.0;
        const double head_moment = is_last ? logits + head_gradient : 0.0;
        f[7] = 0;
        f[8] = most(moment - head_moment, 0.0);
        f[9] = 2.0 * (held_attention + held_block) + (is_last ? head_gradient : 0.0);
        f[10] = 2.0 * stream * (is_first || is_last ? 2.0 : 4.0);
        f[11] = raw(constants.library_workspace);
        f[12] = raw(constants.context) + raw(constants.communicators);
        const double transient = f[5] + f[6] + f[8] + f[9] + f[10] + f[11];
        f[13] = transient * constants.fragmentation + least(head_moment, moment) * constants.moment_overlap;
        const double total = f[0] + f[1] + f[2] + f[3] + transient + f[12] + f[13];
        if (!(total > fullest)) return;
        fullest = total;
        step.stage = stage;
        step.memory = f;
    };
    consider(0, depth_first, true, false);
    consider(1, depth_middle, false, false);
    consider(p.pipeline - 1, depth_last, false, true);
    step.peak_memory = fullest;
    return true;
}

/// The largest relative difference of a step from the library's; infinite if a bound or a stage differs.
inline double difference(const Step& a, const foretrain::StepEstimate& b) {
    double worst = 0;
    const auto compare = [&](double x, double y, double scale) {
        const double gap = std::abs(x - y) / scale;
        if (!(gap <= worst)) worst = gap;
    };
    compare(a.time, raw(b.time), raw(b.time));
    for (std::size_t i = 0; i < 21; ++i) {
        compare(a.part[i], raw(b.breakdown.time[i]), raw(b.time));
        if (raw(b.breakdown.time[i]) > 0 && a.bound[i] != b.breakdown.bound[i]) return HUGE_VAL;
    }
    const auto items = b.memory.footprint.items();
    for (std::size_t i = 0; i < 14; ++i) compare(a.memory[i], raw(items[i].bytes), raw(b.memory.peak));
    compare(a.peak_memory, raw(b.memory.peak), raw(b.memory.peak));
    for (std::size_t i = 0; i < 5; ++i) compare(a.flops[i], raw(b.flops[i]), raw(b.flops[i]));
    compare(a.tokens, raw(b.tokens), raw(b.tokens));
    return a.stage == b.memory.stage && a.accelerators == b.accelerators ? worst : HUGE_VAL;
}

} // namespace twin
