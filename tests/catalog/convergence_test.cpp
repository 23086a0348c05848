// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/convergence.hpp>

#include <cmath>
#include <string_view>

#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr bool sound() {
    for (const BenchmarkConvergence& entry : catalog::all_convergence) {
        AnyViolation any;
        check_rules(entry.convergence, any);
        if (!any.empty() || entry.points < 1 || !(entry.spread > 0)) return false;
        if (!(raw(entry.smallest_batch) >= 1 && entry.smallest_batch <= entry.largest_batch)) return false;
        if (entry.provenance.source.empty() || entry.provenance.as_of.empty()) return false;
        // A target is not reached in a step.
        if (!(steps_to_target(entry, entry.largest_batch) > 5)) return false;
        int same = 0;
        for (const BenchmarkConvergence& other : catalog::all_convergence) {
            if (other.name == entry.name) ++same;
            for (const std::string_view alias : other.aliases)
                if (alias == entry.name) return false;
        }
        if (same != 1) return false;
    }
    return true;
}

} // namespace

static_assert(sound());
// Every fit has a name and every name a fit.
static_assert(catalog::detail::fitted_convergence.size() == catalog::all_convergence.size());
static_assert(catalog::find_convergence("gpt3") != nullptr);
static_assert(catalog::find_convergence("frobnicate") == nullptr);
// GPT-3's reference: 6 runs at 1536 sequences end after 585,728 of them or fewer (rcps_gpt3.json).
static_assert(catalog::find_convergence("gpt3")->samples_to_target(1536_samples) < 620_k_samples);

TEST_CASE("names and aliases lead to one reference, by round where they must") {
    const auto named = [](std::string_view name, std::string_view round = {}) {
        const BenchmarkConvergence* found = catalog::find_convergence(name, round);
        return found == nullptr ? std::string_view{} : found->name;
    };
    CHECK(named("ssd", "v1.1.0") == "ssd_resnet34");
    CHECK(named("ssd", "v0.6") == "ssd_resnet34");
    CHECK(named("ssd", "v2.0.0") == "retinanet");
    CHECK(named("ssd") == "retinanet");
    CHECK(named("gnn", "v4.0") == "rgat");
    CHECK(named("sd", "v3.1.0") == "stable_diffusion");
    CHECK(named("llama3.1-405b") == "llama31_405b");
    CHECK(named("bert", "v5.1.0") == "bert");
    CHECK(named("") == "");
}

TEST_CASE("the constants give published reference points") {
    struct Reference {
        std::string_view benchmark, round;
        double batch, samples; // olympic means of mlperf_logging/rcp_checker
    };
    for (const Reference& r : {Reference{"bert", "5.1", 4096, 2843989}, Reference{"resnet", "4.0", 32768, 71745352},
                               Reference{"gpt3", "4.1", 6144, 688128}, Reference{"llama31_405b", "5.0", 2304, 380160},
                               Reference{"rgat", "5.0", 16384, 81465917}, Reference{"rnnt", "3.1", 2048, 15736832},
                               Reference{"ssd", "4.1", 512, 5851505}}) {
        const BenchmarkConvergence* found = catalog::find_convergence(r.benchmark, r.round);
        REQUIRE(found != nullptr);
        const double error = raw(found->samples_to_target(r.batch * sample)) / r.samples - 1.0;
        CAPTURE(r.benchmark);
        CHECK(std::abs(error) < 0.12);
    }
}
