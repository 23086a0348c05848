// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/placement.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

using namespace foretrain;

namespace {

constexpr std::array kinds{ParallelGroup::tensor,   ParallelGroup::context, ParallelGroup::data,
                           ParallelGroup::pipeline, ParallelGroup::shard,   ParallelGroup::replicate};

constexpr ParallelPlan plan_of(std::int64_t tensor, std::int64_t context, std::int64_t data, std::int64_t pipeline,
                               Sharding sharding = Sharding::none, std::int64_t sharding_group = 0) {
    ParallelPlan plan;
    plan.tensor = tensor;
    plan.context = context;
    plan.data = data;
    plan.pipeline = pipeline;
    plan.sharding = sharding;
    plan.sharding_group = sharding_group;
    return plan;
}

/// Plans whose groups can be written out one by one.
std::vector<ParallelPlan> small_plans() {
    std::vector<ParallelPlan> plans;
    for (const std::int64_t t : {1, 2, 3})
        for (const std::int64_t c : {1, 2})
            for (const std::int64_t d : {1, 2, 6})
                for (const std::int64_t p : {1, 2, 3}) {
                    plans.push_back(plan_of(t, c, d, p));
                    plans.push_back(plan_of(t, c, d, p, Sharding::optimizer));
                    for (const std::int64_t group : {2, 3, 6})
                        if (d * c % group == 0) plans.push_back(plan_of(t, c, d, p, Sharding::parameters, group));
                }
    return plans;
}

// Llama 3.1 405B on 16,384 GPUs: tensor groups within a node of 8, stages 1024 apart.
constexpr Placement llama = placement_of(plan_of(8, 1, 128, 16, Sharding::optimizer));
static_assert(llama.tensor == GroupShape{8, 1});
static_assert(llama.data == GroupShape{128, 8});
static_assert(llama.pipeline == GroupShape{16, 1024});
static_assert(llama.shard == GroupShape{128, 8} && llama.replicate.ranks == 1);
static_assert(llama.embedding == GroupShape{2, 15 * 1024});
static_assert(llama.pipeline.position(16383) == 15 && llama.tensor.position(16383) == 7);

// HSDP over nodes of 8: parameters shared out within a node, copied across 16 nodes.
constexpr Placement hsdp = placement_of(plan_of(1, 1, 128, 1, Sharding::parameters, 8));
static_assert(hsdp.shard == GroupShape{8, 1});
static_assert(hsdp.replicate == GroupShape{16, 8});

} // namespace

TEST_CASE("the groups of each kind partition the accelerators") {
    for (const ParallelPlan& plan : small_plans()) {
        CAPTURE(plan.tensor);
        CAPTURE(plan.context);
        CAPTURE(plan.data);
        CAPTURE(plan.pipeline);
        CAPTURE(plan.sharding_group);
        const Placement placement = placement_of(plan);
        const std::int64_t all = plan.replica() * plan.data;
        for (const ParallelGroup kind : kinds) {
            CAPTURE(name_of(kind));
            const GroupShape& shape = placement.of(kind);
            REQUIRE(shape.ranks >= 1);
            REQUIRE(shape.stride >= 1);
            std::set<std::int64_t> firsts;
            std::vector<int> seen(static_cast<std::size_t>(all), 0);
            for (std::int64_t a = 0; a < all; ++a) firsts.insert(shape.first(a));
            CHECK(static_cast<std::int64_t>(firsts.size()) * shape.ranks == all);
            for (const std::int64_t first : firsts)
                for (std::int64_t i = 0; i < shape.ranks; ++i) {
                    const std::int64_t member = first + i * shape.stride;
                    REQUIRE(member >= 0);
                    REQUIRE(member < all);
                    ++seen[static_cast<std::size_t>(member)];
                    CHECK(shape.first(member) == first);
                    CHECK(shape.position(member) == i);
                    CHECK(shape.member(member, i) == member);
                }
            for (const int count : seen) CHECK(count == 1);
        }
    }
}

TEST_CASE("tensor, context, data and pipeline positions together name an accelerator") {
    for (const ParallelPlan& plan : small_plans()) {
        const Placement p = placement_of(plan);
        const std::int64_t all = plan.replica() * plan.data;
        CHECK(p.tensor.ranks * p.context.ranks * p.data.ranks * p.pipeline.ranks == all);
        std::set<std::array<std::int64_t, 4>> names;
        for (std::int64_t a = 0; a < all; ++a)
            names.insert({p.tensor.position(a), p.context.position(a), p.data.position(a), p.pipeline.position(a)});
        CHECK(static_cast<std::int64_t>(names.size()) == all);
    }
}

TEST_CASE("shard and replicate groups together hold exactly the ranks with the same weights") {
    for (const ParallelPlan& plan : small_plans()) {
        const Placement p = placement_of(plan);
        CHECK(p.shard.ranks == plan.shards());
        CHECK(p.shard.ranks * p.replicate.ranks == plan.data * plan.context);
        for (std::int64_t a = 0; a < plan.replica() * plan.data; ++a) {
            std::set<std::int64_t> reached;
            for (std::int64_t i = 0; i < p.shard.ranks; ++i)
                for (std::int64_t j = 0; j < p.replicate.ranks; ++j)
                    reached.insert(p.replicate.member(p.shard.member(a, i), j));
            CHECK(static_cast<std::int64_t>(reached.size()) == plan.data * plan.context);
            for (const std::int64_t other : reached) {
                CHECK(p.tensor.position(other) == p.tensor.position(a));
                CHECK(p.pipeline.position(other) == p.pipeline.position(a));
            }
        }
    }
}

TEST_CASE("the embedding group joins the first and the last stage") {
    for (const ParallelPlan& plan : small_plans()) {
        const Placement p = placement_of(plan);
        const std::int64_t stage = plan.tensor * plan.context * plan.data;
        CHECK(p.embedding.ranks == (plan.pipeline > 1 ? 2 : 1));
        for (std::int64_t a = 0; a < stage; ++a) {
            const std::int64_t last = p.embedding.member(a, p.embedding.ranks - 1);
            CHECK(p.pipeline.position(last) == plan.pipeline - 1);
            CHECK(p.data.position(last) == p.data.position(a));
            CHECK(p.tensor.position(last) == p.tensor.position(a));
            CHECK(p.embedding.first(last) == a);
        }
    }
}

TEST_CASE("each kind of group has a name of its own") {
    std::set<std::string_view> names{name_of(ParallelGroup::embedding)};
    for (const ParallelGroup kind : kinds) names.insert(name_of(kind));
    CHECK(names.size() == kinds.size() + 1);
    CHECK(name_of(ParallelGroup::replicate) == "replicate");
    CHECK(llama.of(ParallelGroup::embedding) == llama.embedding);
}
