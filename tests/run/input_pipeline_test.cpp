// SPDX-License-Identifier: Apache-2.0
#include <foretrain/run/input_pipeline.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// ImageNet: 1.28 million pictures of 115 kB on average; 8 nodes that read 20 GB/s from a parallel file system.
constexpr InputPipeline images{.sample_size = 115_kB_per_sample,
                               .storage = 20_GB_per_s,
                               .node_network = 10_GB_per_s,
                               .core_decodes = 150_samples_per_s,
                               .cores = 96,
                               .nodes = 8,
                               .prefetch = 2,
                               .variation = 0,
                               .cache = 0_B,
                               .data_set = 147_GB};
constexpr Samples batch = 8192_samples;

constexpr InputPipeline with(double variation, std::int64_t prefetch) {
    InputPipeline input = images;
    input.variation = variation;
    input.prefetch = prefetch;
    return input;
}
constexpr InputPipeline unlimited() {
    InputPipeline input = images;
    input.storage = input.node_network = make<Bandwidth>(1e18);
    input.core_decodes = make<SampleRate>(1e12);
    return input;
}

constexpr InputStall stall = estimate_input(images, batch, 100_ms, true);
static_assert(stall.slowest() == InputStage::decoding && stall.batch_time() < 72_ms);
static_assert(stall.total() == 0_s, "a steady loader that keeps up costs nothing");
static_assert(input_stall(images, batch, 50_ms, true).deficit > 21_ms);

double seconds_of(const InputPipeline& input, Seconds step) {
    return raw(input_stall(input, batch, step, true).total());
}

/// The mean wait of a step, event by event: batch n is begun when batch n - k has been taken, and takes a time of mean
/// `mean` and the given variation.
double simulated(double mean, double variation, double step, std::size_t prefetch) {
    std::mt19937_64 generator(42);
    std::gamma_distribution<double> time(1.0 / (variation * variation), mean * variation * variation);
    const std::size_t steps = 100'000;
    std::vector<double> taken(steps, 0.0);
    double ready = 0, waited = 0;
    for (std::size_t n = 0; n < steps; ++n) {
        const double room = n >= prefetch ? taken[n - prefetch] : 0.0;
        const double needed = time(generator);
        ready = std::max(ready, room) + needed;
        const double wanted = n > 0 ? taken[n - 1] + step : 0.0;
        taken[n] = std::max(wanted, ready);
        waited += taken[n] - wanted;
    }
    return waited / static_cast<double>(steps);
}

} // namespace

TEST_CASE("each stage takes what it moves over what it carries, and the slowest sets the pace") {
    const InputStall s = input_stall(images, batch, 1_ms, true);
    CHECK(raw(s.time[0]) == relative(8192 * 115e3 / 20e9));
    CHECK(raw(s.time[1]) == relative(8192 * 115e3 / 80e9));
    CHECK(raw(s.time[2]) == relative(8192 / (150.0 * 96 * 8)));
    CHECK(s.slowest() == InputStage::decoding);
    CHECK(raw(s.total()) == relative(raw(s.time[2]) - 1e-3));
    InputPipeline slow = images;
    slow.storage = 1_GB_per_s;
    CHECK(input_stall(slow, batch, 1_ms, true).slowest() == InputStage::storage);
    slow = images;
    slow.node_network = 500_MB_per_s;
    CHECK(input_stall(slow, batch, 1_ms, true).slowest() == InputStage::network);
}

TEST_CASE("nothing stalls behind unlimited bandwidth and cores, or before an endless step") {
    for (const double variation : {0.0, 0.5, 3.0}) {
        InputPipeline input = unlimited();
        input.variation = variation;
        CHECK(seconds_of(input, 1_ms) < 1e-11);
        CHECK(seconds_of(with(variation, 4), 1000_s) == 0.0);
    }
}

TEST_CASE("deficit and jitter sum to the stall, which grows with load and variation and shrinks with prefetching") {
    double before = 1e9;
    for (double bandwidth = 1e9; bandwidth < 1e12; bandwidth *= 1.1) {
        InputPipeline input = with(0.4, 3);
        input.storage = make<Bandwidth>(bandwidth);
        const InputStall s = input_stall(input, batch, 75_ms, true);
        CHECK(s.total() == s.deficit + s.jitter);
        CHECK(raw(s.total()) <= before);
        before = raw(s.total());
    }
    before = -1;
    for (double variation = 0; variation < 3; variation += 0.05) {
        CHECK(seconds_of(with(variation, 3), 75_ms) >= before);
        before = seconds_of(with(variation, 3), 75_ms);
    }
    before = 1e9;
    for (std::int64_t prefetch = 0; prefetch < 50; ++prefetch) {
        CHECK(seconds_of(with(0.5, prefetch), 75_ms) <= before);
        before = seconds_of(with(0.5, prefetch), 75_ms);
    }
    before = 1e9;
    for (double step = 0.01; step < 0.3; step *= 1.02) {
        const double now = seconds_of(with(0.5, 2), make<Seconds>(step));
        CHECK(now <= before);
        CHECK(now + step >= raw(stall.batch_time())); // no step is shorter than the loader's pace
        before = now;
    }
}

TEST_CASE("prefetching hides variation but no deficit") {
    const InputStall deep = input_stall(with(0.5, 1'000'000), batch, 50_ms, true);
    CHECK(raw(deep.jitter) == 0.0);
    CHECK(raw(deep.deficit) == relative(raw(deep.batch_time()) - 0.05));
    CHECK(raw(input_stall(with(0.5, 1'000'000), batch, 80_ms, true).total()) == 0.0);
    CHECK(raw(input_stall(with(0.5, 1), batch, 80_ms, true).total()) > 0.005);
}

TEST_CASE("without prefetching the step waits for the whole batch") {
    for (const double variation : {0.0, 1.0}) {
        CHECK(seconds_of(with(variation, 0), 50_ms) == relative(raw(stall.batch_time())));
        CHECK(seconds_of(with(variation, 0), 1_s) == relative(raw(stall.batch_time())));
    }
}

TEST_CASE("jitter is that of an event-by-event simulation") {
    for (const double variation : {0.1, 0.3, 0.6})
        for (const std::int64_t prefetch : {1, 2, 4, 8})
            for (const double mean : {0.6, 0.8, 0.9, 1.0, 1.1, 1.3}) {
                CAPTURE(variation);
                CAPTURE(prefetch);
                CAPTURE(mean);
                const double model =
                    std::max(0.0, mean - 1.0) +
                    raw(detail::stall_by_jitter(make<Seconds>(mean), make<Seconds>(1.0), variation, prefetch));
                const double truth = simulated(mean, variation, 1.0, static_cast<std::size_t>(prefetch));
                CHECK(model == doctest::Approx(truth).scale(1e-9).epsilon(0.12 + 0.012 / std::max(truth, 1e-9)));
            }
}

TEST_CASE("what is in the memory of the hosts is not read again") {
    InputPipeline input = images;
    input.core_decodes = 1e6 * sample / second;
    input.storage = 5_GB_per_s;
    input.cache = 36.75_GB; // a quarter of the data set
    CHECK(cached_share(input, true) == 0.0);
    CHECK(cached_share(input, false) == relative(0.25));
    const Seconds first = input_stall(input, batch, 10_ms, true).batch_time();
    CHECK(raw(input_stall(input, batch, 10_ms, false).batch_time()) == relative(0.75 * raw(first)));
    input.shuffle = Shuffle::within_node; // a shard of an eighth fits whole
    CHECK(cached_share(input, false) == 1.0);
    CHECK(raw(input_stall(input, batch, 10_ms, false).total()) == 0.0);
    CHECK(raw(input_stall(input, batch, 10_ms, true).total()) == relative(raw(first) - 0.01));
    // Over ten epochs only the first stalls.
    CHECK(raw(mean_input_stall(input, batch, 10_ms, 10.0)) == relative((raw(first) - 0.01) / 10));
    CHECK(raw(mean_input_stall(input, batch, 10_ms, 0.5)) == relative(raw(first) - 0.01));
    CHECK(raw(mean_input_stall(input, batch, 10_ms, 1e12)) < 1e-12);
}

TEST_CASE("what removes the deficit is exact: enough of it is enough, a little less is not") {
    InputPipeline input = images;
    input.storage = 1_GB_per_s;
    input.node_network = 200_MB_per_s;
    input.cores = 20;
    const Seconds step = 80_ms;
    const InputNeeds needs = input_needs(input, batch, step, true);
    REQUIRE(needs.cores.has_value());
    CHECK_FALSE(needs.cache.has_value()); // more memory would not help cores
    InputPipeline cured = input;
    cured.storage = needs.storage;
    cured.node_network = needs.node_network;
    cured.cores = *needs.cores;
    CHECK(raw(input_stall(cured, batch, step, true).deficit) < 1e-15);
    for (int which = 0; which < 3; ++which) {
        InputPipeline less = cured;
        if (which == 0) less.storage *= 0.999;
        if (which == 1) less.node_network *= 0.999;
        if (which == 2) less.cores -= 1;
        CHECK(raw(input_stall(less, batch, step, true).deficit) > 1e-5);
    }
}

TEST_CASE("a cache that holds what storage and network cannot bring removes the deficit of later epochs") {
    for (const Shuffle shuffle : {Shuffle::across_nodes, Shuffle::within_node}) {
        InputPipeline input = images;
        input.storage = 5_GB_per_s;
        input.shuffle = shuffle;
        const InputNeeds needs = input_needs(input, batch, 80_ms, false);
        REQUIRE(needs.cache.has_value());
        input.cache = *needs.cache;
        CHECK(raw(input_stall(input, batch, 80_ms, false).deficit) < 1e-15);
        input.cache *= 0.99;
        CHECK(raw(input_stall(input, batch, 80_ms, false).deficit) > 1e-5);
    }
    CHECK(*input_needs(images, batch, 80_ms, false).cache == 0_B); // the storage is enough
}

TEST_CASE("the prefetch that steadies the step is the least that does, and there is none that adds cores") {
    const InputPipeline input = with(0.5, 0);
    const InputNeeds needs = input_needs(input, batch, 72_ms, true);
    REQUIRE(needs.prefetch.has_value());
    CHECK(*needs.prefetch > 5);
    CHECK(raw(input_stall(with(0.5, *needs.prefetch), batch, 72_ms, true).jitter) <= 0.01 * 0.072);
    CHECK(raw(input_stall(with(0.5, *needs.prefetch - 1), batch, 72_ms, true).jitter) > 0.01 * 0.072);
    CHECK(*input_needs(with(0, 0), batch, 90_ms, true).prefetch == 1); // two buffers
    CHECK(*input_needs(input, batch, 1000_s, true).prefetch == 0);
    InputPipeline hopeless = input;
    hopeless.core_decodes = make<SampleRate>(1e-6);
    CHECK_FALSE(input_needs(hopeless, batch, 90_ms, true).cores.has_value());
}

TEST_CASE("pipelines that cannot be are refused, every field at once") {
    const auto wrong = [](const InputPipeline& input) {
        const auto refused = try_estimate_input(input, batch, 1_s, true);
        return refused ? std::size_t{0} : refused.violations().size();
    };
    CHECK(wrong(images) == 0);
    CHECK(wrong(InputPipeline{}) == 7); // prefetch, variation and cache may be zero
    InputPipeline bad = images;
    bad.variation = std::numeric_limits<double>::quiet_NaN();
    bad.cache = make<Bytes>(-1.0);
    bad.nodes = 0;
    CHECK(wrong(bad) == 3);
    CHECK_FALSE(try_estimate_input(images, 0_samples, 1_s, true).has_value());
    CHECK_FALSE(try_estimate_input(images, batch, 0_s, true).has_value());
    CHECK_THROWS_AS((void)estimate_input(bad, batch, 1_s, true), InvalidConfiguration);
}

TEST_CASE("results at the corners of the allowed ranges are finite and not negative") {
    for (const double size : {1.0, 1e13})
        for (const double bandwidth : {1.0, 1e18})
            for (const double decodes : {1e-6, 1e12})
                for (const double variation : {0.0, 10.0})
                    for (const std::int64_t prefetch : {0, 1, 1'000'000})
                        for (const double step : {1e-9, 1e9}) {
                            const InputPipeline input{.sample_size = make<BytesPerSample>(size),
                                                      .storage = make<Bandwidth>(bandwidth),
                                                      .node_network = make<Bandwidth>(bandwidth),
                                                      .core_decodes = make<SampleRate>(decodes),
                                                      .cores = 1,
                                                      .nodes = 1,
                                                      .prefetch = prefetch,
                                                      .variation = variation,
                                                      .cache = 0_B,
                                                      .data_set = 1_TB};
                            for (const double samples : {1.0, 1e12}) {
                                const auto s = input_stall(input, make<Samples>(samples), make<Seconds>(step), true);
                                CHECK(raw(s.total()) >= 0);
                                CHECK(raw(s.total()) <= std::numeric_limits<double>::max());
                            }
                        }
}

TEST_CASE("the stall has the derivatives of a deficit, and float agrees") {
    using Number = Dual<double, 1>;
    const BasicInputPipeline<Number> input{.sample_size = over_scalar<Number>(115_kB_per_sample),
                                           .storage = make<BasicBandwidth<Number>>(variable<1>(1e9, 0)),
                                           .node_network = over_scalar<Number>(10_GB_per_s),
                                           .core_decodes = over_scalar<Number>(150_samples_per_s),
                                           .cores = 96,
                                           .nodes = 8,
                                           .prefetch = 2,
                                           .variation = Number(0.0),
                                           .cache = over_scalar<Number>(0_B),
                                           .data_set = over_scalar<Number>(147_GB)};
    const auto s = input_stall(input, over_scalar<Number>(batch), over_scalar<Number>(100_ms), true);
    CHECK(raw(s.total()).value == relative(8192 * 115e3 / 1e9 - 0.1));
    CHECK(raw(s.total()).gradient[0] == relative(-8192 * 115e3 / 1e18));
    const BasicInputPipeline<float> single{.sample_size = over_scalar<float>(115_kB_per_sample),
                                           .storage = over_scalar<float>(20_GB_per_s),
                                           .node_network = over_scalar<float>(10_GB_per_s),
                                           .core_decodes = over_scalar<float>(150_samples_per_s),
                                           .cores = 96,
                                           .nodes = 8,
                                           .prefetch = 2,
                                           .variation = 0.5f,
                                           .cache = over_scalar<float>(0_B),
                                           .data_set = over_scalar<float>(147_GB)};
    const auto f = input_stall(single, over_scalar<float>(batch), over_scalar<float>(75_ms), true);
    CHECK(static_cast<double>(raw(f.total())) == doctest::Approx(seconds_of(with(0.5, 2), 75_ms)).epsilon(1e-4));
}

TEST_CASE("a data set holds at least one sample") {
    InputPipeline input = images;
    input.data_set = 115_kB;
    CHECK(try_estimate_input(input, batch, 100_ms, true));
    input.data_set = 114_kB;
    const auto refused = try_estimate_input(input, batch, 100_ms, true);
    REQUIRE_FALSE(refused);
    CHECK(refused.violations().contains("data_set_holds_a_sample"));
}
