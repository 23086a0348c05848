// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/run/recovery.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

static_assert(no_spare_left(0, 3.0) == 1.0);

TEST_CASE("Erlang's loss formula by its published values") {
    CHECK(no_spare_left(1, 1.0) == relative(0.5));
    CHECK(no_spare_left(2, 1.0) == relative(0.2));
    CHECK(no_spare_left(5, 3.0) == relative(0.110054).epsilon(1e-5));
    CHECK(no_spare_left(10, 5.0) == relative(0.018385).epsilon(1e-4));
}

TEST_CASE("more spares and faster repair: less waiting, without spares every failed node waits a repair") {
    const auto wait = [](std::int64_t nodes, double hours, double share) {
        const Recovery recovery{.spares =
                                    Spares{.nodes = nodes, .repair = make<Seconds>(3600 * hours), .share = share}};
        return spare_wait(recovery, make<Frequency>(1.0 / 10'800.0));
    };
    CHECK(wait(0, 24.0, 1.0).probability == 1.0);
    CHECK(raw(wait(0, 24.0, 1.0).expected()) == relative(24.0 * 3600));
    CHECK(wait(0, 24.0, 0.25).probability == 0.25);
    double last = 1e9;
    for (std::int64_t nodes = 0; nodes < 30; ++nodes) {
        CHECK(raw(wait(nodes, 24.0, 1.0).expected()) < last);
        last = raw(wait(nodes, 24.0, 1.0).expected());
        CHECK(wait(nodes, 12.0, 1.0).probability <= wait(nodes, 24.0, 1.0).probability);
    }
    CHECK(last < 1.0);
    CHECK(raw(spare_wait(Recovery{}, 1_per_hour).expected()) == 0.0); // a healthy node is always at hand
}

TEST_CASE("every field of a recovery has a range, and planned interruptions leave time to train") {
    const auto bad = make<Seconds>(-1.0);
    Violations violations;
    check_rules(Recovery{.detection = bad,
                         .restart = bad,
                         .warm_up = bad,
                         .spares = Spares{.nodes = -1, .repair = bad, .share = 2.0},
                         .stragglers = Stragglers{.mtbf = 0_accelerator_hours, .slowdown = -1.0, .detection = bad},
                         .planned = Planned{.interval = 0_s, .duration = bad}},
                violations);
    CHECK(violations.size() == 11);
    CHECK(violations.contains("planned_leaves_time"));
    Violations all_day;
    check_rules(Recovery{.restart = 1_hours, .planned = Planned{.interval = 10_hours, .duration = 9_hours}}, all_day);
    CHECK(all_day.contains("planned_leaves_time"));
    Violations none;
    check_rules(Recovery{.restart = 1_min, .planned = Planned{.interval = 24_hours, .duration = 1_hours}}, none);
    CHECK(none.empty());
}
