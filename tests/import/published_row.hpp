// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <foretrain/import/configuration.hpp>

/// Korthikanti et al. 2022, table 5: 175B on 64 A100 with selective recomputation.
inline foretrain::PublishedStep complete_row() {
    foretrain::PublishedStep row;
    row.id = "K2";
    row.family = "Korthikanti";
    row.source_family = "Korthikanti 2022";
    row.hardware = "A100-SXM-80GB";
    row.gpus = "64";
    row.gpus_per_node = "8";
    row.interconnect = "8x200 Gb/s HDR";
    row.model_name = "GPT 175B";
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

/// Megatron-Bridge's DeepSeek-V3 on 256 GB200, as its table states it.
inline foretrain::PublishedStep expert_row() {
    foretrain::PublishedStep row;
    row.id = "B1";
    row.family = row.source_family = "NVIDIA-NeMo/Megatron-Bridge";
    row.hardware = "GB200-NVL72";
    row.gpus = "256";
    row.gpus_per_node = "4";
    row.model_name = "DeepSeek-V3";
    row.layers = "61";
    row.hidden = "7168";
    row.feed_forward = "18432";
    row.gated = "1";
    row.heads = row.kv_heads = "128";
    row.head_dimension = "128";
    row.vocabulary = "129280";
    row.sequence = "4096";
    row.experts = "256";
    row.experts_active = "8";
    row.expert_width = "2048";
    row.precision = "mxfp8";
    row.global_batch = "4096";
    row.micro_batch = row.tensor = row.context = "1";
    row.pipeline = row.virtual_stages = "4";
    row.expert = row.data = "64";
    row.sharding = "zero1";
    row.sequence_parallel = "0";
    row.recompute = "selective";
    row.flash_attention = "1";
    row.tokens_per_second = "4912";
    row.notes = "MoE force-balanced dropless; MLA attention; selective module recompute (e.g. mla_up_proj)";
    row.row_type = "pretrain";
    row.quality = "A";
    row.complete = "1";
    return row;
}

template <class Change>
foretrain::ImportedStep imported(Change change, foretrain::PublishedStep row = complete_row()) {
    change(row);
    return foretrain::import_step(row);
}
inline foretrain::ImportedStep imported() { return foretrain::import_step(complete_row()); }

inline bool assumes(const foretrain::ImportedStep& step, std::string_view part) {
    return std::any_of(step.assumptions.begin(), step.assumptions.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
}
inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
