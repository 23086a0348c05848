// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/software.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/systems.hpp>

using namespace foretrain;

namespace {

template <class Change>
std::string_view stack(std::string_view system, Change change) {
    PublishedStep row;
    row.flash_attention = "1";
    change(row);
    return detail::stack_of(row, *catalog::make_system(system, 16)).stack->name;
}

} // namespace

TEST_CASE("software follows from the source's family") {
    const auto of = [](const char* family, const char* sharding, std::string_view system = "dgx-h100") {
        return stack(system, [&](PublishedStep& r) { r.family = family, r.sharding = sharding; });
    };
    CHECK(of("NVIDIA-NeMo", "zero1") == "megatron-core");
    CHECK(of("vTrain", "none") == "megatron-deepspeed-2023");
    CHECK(of("maxtext", "fsdp") == "jax-gpu");
    CHECK(of("maxtext", "fsdp", "tpu-v5p-pod") == "xla");
    CHECK(of("anything", "fsdp", "tpu-v4-pod") == "xla");
    CHECK(of("anything", "zero1", "trn1") == "neuron");
    // A row that only names the collection it belongs to is found by that.
    CHECK(stack("dgx-a100", [](PublishedStep& r) { r.source_family = "Korthikanti 2022"; }) == "megatron-2022");
}

TEST_CASE("a framework is found by its name in any column of words") {
    CHECK(stack("mi300x-node", [](PublishedStep& r) { r.source = "AMD-AGI/Primus docs"; }) == "megatron-core");
    CHECK(stack("dgx-a100", [](PublishedStep& r) { r.notes = "Megatron-LM with zero bubble"; }) == "megatron-core");
    CHECK(stack("dgx-h100", [](PublishedStep& r) { r.notes = "axolotl, full fine-tuning"; }) == "fsdp");
    CHECK(stack("dgx-h100", [](PublishedStep& r) {
              r.family = "NVIDIA/dgxc-benchmarking";
              r.notes = "MaxText; FSDP=256 x DP=1";
          }) == "jax-gpu");
}

TEST_CASE("without a name, the plan and the accelerators tell") {
    const auto of = [](std::string_view system, const char* tensor, const char* sharding, const char* flash = "1") {
        return stack(system, [&](PublishedStep& r) {
            r.tensor = tensor;
            r.sharding = sharding;
            r.flash_attention = flash;
        });
    };
    CHECK(of("dgx-h100", "8", "zero1") == "megatron-core");
    CHECK(of("mi355x-node", "2", "zero1") == "megatron-core");
    CHECK(of("dgx-a100", "8", "none", "0") == "megatron-2021");
    CHECK(of("dgx-h100", "1", "fsdp") == "fsdp");
    CHECK(of("dgx-a100", "1", "zero3", "0") == "deepspeed-zero3");
    CHECK(of("dgx-h100", "1", "none") == "generic");
    CHECK(stack("dgx-v100", [](PublishedStep& r) { r.row_type = "pretrain-encoder"; }) == "bert-reference");
}

TEST_CASE("only a name makes the choice known") {
    PublishedStep row;
    const Cluster cluster = catalog::dgx_h100(8);
    CHECK_FALSE(detail::stack_of(row, cluster).named);
    row.family = "torchtitan";
    CHECK(detail::stack_of(row, cluster).named);
}

TEST_CASE("a NeMo container from 26.05 on captures whole steps, on Blackwell") {
    const auto of = [](std::string_view system, const char* notes) {
        return stack(system, [&](PublishedStep& r) { r.family = "NVIDIA-NeMo", r.notes = notes; });
    };
    CHECK(of("dgx-b200", "NeMo 26.06.01 container") == "megatron-core-2026");
    CHECK(of("dgx-b200", "NeMo 25.11 container") == "megatron-core");
    CHECK(of("dgx-b200", "NeMo") == "megatron-core");
    CHECK(of("dgx-h100", "NeMo 26.06.01 container") == "megatron-core");
}

TEST_CASE("submissions to MLPerf run their own build, whoever submits") {
    CHECK(stack("dgx-h100", [](PublishedStep& r) { r.family = "MLCommons training results"; }) == "megatron-mlperf");
    CHECK(stack("dgx-h100", [](PublishedStep& r) { r.source = "mlcommons.org, training v5.0"; }) == "megatron-mlperf");
    // The family decides before a framework that other columns name.
    CHECK(stack("dgx-h100", [](PublishedStep& r) {
              r.family = "MLCommons training results", r.notes = "torchtitan";
          }) == "megatron-mlperf");
}
