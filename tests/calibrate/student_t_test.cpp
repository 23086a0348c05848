// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/calibrate/student_t.hpp>

#include "../relative.hpp"

using namespace foretrain;

TEST_CASE("intervals agree with printed tables of Student's t") {
    CHECK(student_t_interval(0.95, 1) == relative(12.7062).epsilon(1e-5));
    CHECK(student_t_interval(0.95, 2) == relative(4.30265).epsilon(1e-5));
    CHECK(student_t_interval(0.95, 10) == relative(2.22814).epsilon(1e-5));
    CHECK(student_t_interval(0.99, 30) == relative(2.74999).epsilon(1e-5));
    CHECK(student_t_interval(0.90, 5) == relative(2.01505).epsilon(1e-5));
    CHECK(student_t_interval(0.95, 1e6) == relative(1.95996).epsilon(1e-5)); // the normal distribution
}

TEST_CASE("one degree of freedom is the Cauchy distribution") {
    for (const double t : {0.1, 1.0, 3.0, 50.0})
        CHECK(student_t_probability(t, 1) == relative(0.5 + std::atan(t) / 3.141592653589793).epsilon(1e-12));
    CHECK(student_t_probability(0, 7) == relative(0.5).epsilon(1e-12));
    CHECK(student_t_probability(-2, 7) == relative(1 - student_t_probability(2, 7)).epsilon(1e-12));
}

TEST_CASE("an interval that cannot be is refused") {
    CHECK_THROWS_WITH_AS((void)student_t_interval(1.0, 5), "confidence must lie between 0 and 1", CalibrationError);
    CHECK_THROWS_AS((void)student_t_interval(0.0, 5), CalibrationError);
    CHECK_THROWS_AS((void)student_t_interval(0.95, 0), CalibrationError);
}
