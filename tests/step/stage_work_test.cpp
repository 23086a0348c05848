// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/step/stage_work.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using detail::overlapped;

TEST_CASE("what hides fits under compute, is allowed to hide, and adds up with what shows") {
    for (const double overlap : {0.0, 0.3, 1.0})
        for (const Seconds& window : {0_s, 1_ms, 5_ms, 1_s}) {
            const detail::Overlapped<double> sent = overlapped(10_ms, window, overlap, 0.2);
            CHECK(raw(sent.hidden + sent.exposed) == relative(0.010));
            CHECK(sent.hidden <= window);
            CHECK(raw(sent.hidden) <= 0.010 * overlap * (1 + 1e-15));
            CHECK(raw(sent.cost) == relative(0.2 * raw(sent.hidden)));
            // One of the two limits binds.
            CHECK((sent.hidden == window || raw(sent.hidden) == relative(0.010 * overlap)));
        }
}

TEST_CASE("more overlap and more room never show more") {
    Seconds last = 1_s;
    for (const double overlap : {0.0, 0.25, 0.5, 1.0}) {
        const Seconds exposed = overlapped(10_ms, 8_ms, overlap, 0.0).exposed;
        CHECK(exposed <= last);
        last = exposed;
    }
    last = 1_s;
    for (const Seconds& window : {0_s, 2_ms, 4_ms, 20_ms}) {
        const Seconds exposed = overlapped(10_ms, window, 0.8, 0.0).exposed;
        CHECK(exposed <= last);
        last = exposed;
    }
    CHECK(raw(last) == relative(0.002));
}

TEST_CASE("a layer shows what each group leaves and what hiding costs") {
    detail::LayerOverlap<double> layer;
    layer.tensor = {1_ms, 2_ms, 0.1_ms};
    layer.expert = {3_ms, 4_ms, 0.2_ms};
    layer.data = {5_ms, 6_ms, 0.3_ms};
    CHECK(raw(layer.exchange_cost()) == relative(0.0003));
    CHECK(raw(layer.exchange()) == relative(0.0063));
    CHECK(raw(layer.exposed_and_cost()) == relative(0.0126));
}

TEST_CASE("a stage takes its passes and its wait for the host") {
    detail::Stage<double> stage;
    stage.work = {2_ms, 4_ms};
    CHECK(stage.total() == stage.work.total());
    stage.waited = 3_ms;
    CHECK(raw(stage.total()) == relative(0.009));
}

TEST_CASE("the derivative belongs to the limit that binds") {
    using Number = Dual<double, 2>;
    const auto exposed = [](double window) {
        return raw(overlapped(make<BasicSeconds<Number>>(variable<2>(0.010, 0)),
                              make<BasicSeconds<Number>>(Number(window)), variable<2>(0.5, 1), Number(0.0))
                       .exposed);
    };
    CHECK(exposed(1.0).gradient[0] == relative(0.5)); // half of every further second hides
    CHECK(exposed(1.0).gradient[1] == relative(-0.010));
    CHECK(exposed(0.001).gradient[0] == relative(1.0)); // no room is left
    CHECK(exposed(0.001).gradient[1] == 0.0);
}
