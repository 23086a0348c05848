// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <foretrain/calibrate/robust.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {
constexpr std::array all{RobustLoss::squares, RobustLoss::huber, RobustLoss::cauchy, RobustLoss::tukey};
double psi(RobustLoss loss, double u) { return u * loss_weight(loss, u); }
} // namespace

TEST_CASE("small residuals count fully under any loss, and either sign alike") {
    for (const RobustLoss loss : all) {
        CAPTURE(name_of(loss));
        CHECK(loss_weight(loss, 0) == relative(1));
        CHECK(loss_weight(loss, 0.01) == relative(1).epsilon(1e-4));
        for (const double u : {0.3, 1.0, 2.0, 7.0}) CHECK(loss_weight(loss, u) == relative(loss_weight(loss, -u)));
    }
}

TEST_CASE("weight, slope and value belong to the same loss") {
    for (const RobustLoss loss : all)
        for (const double u : {-6.0, -3.0, -1.0, 0.2, 1.0, 2.0, 4.0, 9.0}) {
            CAPTURE(name_of(loss));
            CAPTURE(u);
            const double h = 1e-6;
            const double slope = (psi(loss, u + h) - psi(loss, u - h)) / (2 * h);
            const double value = (loss_value(loss, u + h) - loss_value(loss, u - h)) / (2 * h);
            CHECK(std::abs(loss_slope(loss, u) - slope) < 1e-7);
            CHECK(std::abs(psi(loss, u) - value) < 1e-7);
        }
}

TEST_CASE("large residuals lose their pull: bounded, fading, gone") {
    CHECK(psi(RobustLoss::squares, 1e6) == relative(1e6));
    CHECK(psi(RobustLoss::huber, 1e6) == relative(psi(RobustLoss::huber, 10)));
    CHECK(psi(RobustLoss::cauchy, 1e6) < 1e-3 * psi(RobustLoss::cauchy, 2));
    CHECK(psi(RobustLoss::tukey, 5) == 0);
}

TEST_CASE("the tuning constants keep 95 per cent of the efficiency on normal residuals") {
    for (const RobustLoss loss : {RobustLoss::huber, RobustLoss::cauchy, RobustLoss::tukey}) {
        // Asymptotic efficiency: (E psi')^2 / E psi^2 under the normal density.
        double slope = 0, square = 0;
        const double step = 1e-3;
        for (double u = -10; u < 10; u += step) {
            const double density = std::exp(-0.5 * u * u) / std::sqrt(2 * 3.141592653589793) * step;
            slope += density * loss_slope(loss, u);
            square += density * psi(loss, u) * psi(loss, u);
        }
        CAPTURE(name_of(loss));
        CHECK(slope * slope / square == relative(0.95).epsilon(2e-3));
    }
}

TEST_CASE("the scale ignores a minority however wild") {
    std::vector<double> residuals{-1, 1, -1, 1, -1, 1, -1};
    const double clean = robust_scale(residuals);
    residuals.insert(residuals.end(), {1e9, -1e9});
    CHECK(robust_scale(residuals) == relative(clean));
    CHECK(clean == relative(1.4826));
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 2, 3}) == 2.5);
    CHECK(median({}) == 0);
}
