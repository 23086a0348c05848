// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/workload/layer.hpp>

#include "../relative.hpp"
#include "operations.hpp"

using namespace foretrain;
using namespace operations;

namespace {

constexpr Share whole() {
    return {.samples = 2, .sequence = 2048, .element = make<Bytes>(2.0), .operand = make<Bytes>(2.0)};
}

constexpr Transformer with_experts(Experts experts) {
    Transformer model = catalog::llama3_8b;
    model.experts = experts;
    return model;
}
constexpr Transformer mixture = with_experts({.routed = 64, .active = 8, .width = 1792});

double product_flops(const Transformer& model, const Share& share, LayerPart part, Pass pass = Pass::forward) {
    return product_flops_of(part_operations(model, share, pass, part));
}
double router_flops(const Transformer& model, const Share& share) {
    return 2.0 * 4096 / static_cast<double>(share.tensor) * static_cast<double>(model.hidden * model.experts.routed);
}
double moved(const Transformer& model, const Share& share) {
    return bytes_of(part_operations(model, share, Pass::forward, LayerPart::experts));
}

} // namespace

TEST_CASE("active experts compute what a dense block of their joint width does") {
    // 8 experts of 1,792 are as wide as the dense block of 14,336.
    const double experts = product_flops(mixture, whole(), LayerPart::experts) - router_flops(mixture, whole());
    CHECK(experts == relative(product_flops(catalog::llama3_8b, whole(), LayerPart::feed_forward)));
    const Transformer shared = with_experts({.routed = 64, .active = 7, .width = 1792, .shared_width = 1792});
    CHECK(product_flops(shared, whole(), LayerPart::experts) - router_flops(shared, whole()) == relative(experts));
}

TEST_CASE("experts cost by the tokens sent to them, however many there are to choose from") {
    const Transformer more = with_experts({.routed = 128, .active = 8, .width = 1792});
    CHECK(product_flops(more, whole(), LayerPart::experts) - router_flops(more, whole()) ==
          relative(product_flops(mixture, whole(), LayerPart::experts) - router_flops(mixture, whole())));
    // But twice the weights are read.
    CHECK(moved(more, whole()) - moved(mixture, whole()) > 64.0 * 3 * 4096 * 1792 * 2);
    CHECK(product_flops(mixture, whole(), LayerPart::experts, Pass::backward) ==
          relative(2.0 * product_flops(mixture, whole(), LayerPart::experts)));
}

TEST_CASE("expert parallelism deals out experts, not work") {
    Share share = whole();
    for (const std::int64_t ranks : {2, 8, 64}) {
        share.expert = ranks;
        const ExpertSizes x{mixture, share, LayerSizes{mixture, share}};
        CHECK(x.experts * ranks == 64);
        CHECK(x.groups * x.tokens_each == 4096 * 8);
        CHECK(product_flops(mixture, share, LayerPart::experts) ==
              relative(product_flops(mixture, whole(), LayerPart::experts)));
    }
    // Cut over a tensor group instead, each rank has all tokens and a part of every expert.
    share.expert = 1;
    share.tensor = share.expert_tensor = 4;
    const ExpertSizes x{mixture, share, LayerSizes{mixture, share}};
    CHECK(x.groups * x.tokens_each == 4096 * 8);
    CHECK(x.columns == 1792 / 4);
    CHECK(product_flops(mixture, share, LayerPart::experts) ==
          relative(product_flops(mixture, whole(), LayerPart::experts) / 4));
}

TEST_CASE("the busiest rank works by its load, and few tokens leave experts idle") {
    Share share = whole();
    share.expert = 8;
    const double even = product_flops(mixture, share, LayerPart::experts) - router_flops(mixture, share);
    share.expert_load = 1.5;
    const double uneven = product_flops(mixture, share, LayerPart::experts) - router_flops(mixture, share);
    CHECK(uneven == relative(1.5 * even));

    Share few = whole();
    few.samples = 1;
    few.sequence = 2; // 16 copies for 64 experts
    const ExpertSizes x{mixture, few, LayerSizes{mixture, few}};
    CHECK(x.groups == 16);
    CHECK(x.tokens_each == 1);
}

TEST_CASE("grouped or one after another, experts do the same work in fewer or more kernels") {
    Share grouped = whole();
    grouped.grouped_experts = true;
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        const Operations together = part_operations(mixture, grouped, pass, LayerPart::experts);
        const Operations apart = part_operations(mixture, whole(), pass, LayerPart::experts);
        CHECK(matrix_flops_of(together) == relative(matrix_flops_of(apart)));
        CHECK(bytes_of(together) <= bytes_of(apart));
        CHECK(kernels_of(apart) > kernels_of(together) + 100); // 64 experts of two products and more
    }
}

TEST_CASE("tokens of many experts are padded to whole tiles, by less than one each") {
    for (const std::int64_t sequence : {1000, 1500, 2040, 4093}) {
        Share share = whole();
        share.sequence = sequence;
        const ExpertSizes x{mixture, share, LayerSizes{mixture, share}};
        CHECK(static_cast<double>(x.groups * x.tokens_each) > x.received - static_cast<double>(x.groups));
        CHECK(static_cast<double>(x.groups * (x.tokens_each - 16)) < x.received);
    }
}
