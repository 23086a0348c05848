// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <foretrain/calibrate/collectives.hpp>
#include <foretrain/catalog/systems.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

std::vector<CollectiveMeasurement> timed(const Network& truth) {
    std::mt19937_64 random(8);
    std::normal_distribution<double> noise(0, 0.02);
    std::vector<CollectiveMeasurement> rows;
    for (const Collective collective : {Collective::all_reduce, Collective::all_gather, Collective::all_to_all})
        for (const std::int64_t ranks : {2, 4, 8, 32, 128})
            for (int power = 10; power <= 32; power += 2) {
                CollectiveMeasurement m{.collective = collective,
                                        .ranks = ranks,
                                        .nodes = ranks > 8 ? ranks / 8 : 1,
                                        .size = make<Bytes>(std::ldexp(1.0, power))};
                const double error = std::exp(noise(random));
                m.measured = {predict_collective(truth, m) * error, rows.size() % 3 == 0 ? "a" : "b", "planted"};
                rows.push_back(m);
            }
    return rows;
}

} // namespace

TEST_CASE("alpha, beta and gamma of a line come back") {
    std::vector<double> bytes, seconds;
    for (int power = 8; power <= 32; ++power) {
        bytes.push_back(std::ldexp(1.0, power));
        seconds.push_back(12e-6 + 3e-12 * bytes.back() + 5e-9 * std::sqrt(bytes.back()));
    }
    const AlphaBetaGamma line = fit_alpha_beta_gamma(bytes, seconds);
    CHECK(line.alpha == relative(12e-6).epsilon(1e-9));
    CHECK(line.beta == relative(3e-12).epsilon(1e-9));
    CHECK(line.gamma == relative(5e-9).epsilon(1e-9));
    CHECK(line.median_error < 1e-12);
    CHECK(line.rows == 25);
}

TEST_CASE("a constant that would be negative is left out") {
    // Convex in the square root of the size: no positive gamma.
    const AlphaBetaGamma line = fit_alpha_beta_gamma({1e3, 1e4, 1e5, 1e6, 1e7}, {10e-6, 10e-6, 10e-6, 11e-6, 30e-6});
    CHECK(line.gamma == 0);
    CHECK(line.alpha > 0);
    CHECK(line.beta > 0);
    CHECK_THROWS_AS((void)fit_alpha_beta_gamma({1, 2, 3}, {1, 2, 3}), CalibrationError);
    CHECK_THROWS_AS((void)fit_alpha_beta_gamma({1, 2, 3, 4}, {1, 2, 3, 0}), CalibrationError);
}

TEST_CASE("constants planted in synthetic collectives come back, and the predictions with them") {
    const Network base{catalog::make_system("dgx-h100", 8)->fabric, libraries::nccl};
    Network truth = base;
    truth.library.base_latency = make<Seconds>(9e-6);
    truth.fabric.tier[0].link.latency = make<Seconds>(1.6e-6);
    truth.fabric.tier[0].efficiency = 0.62;
    truth.fabric.tier[1].link.latency = make<Seconds>(20e-6);
    truth.fabric.tier[1].efficiency = 0.55;
    const auto fitted = calibrate(network_task(base, timed(truth)));
    const auto check = [&](std::string_view name, double value) {
        for (const CalibratedConstant& c : fitted.constants)
            if (c.name == name) {
                CAPTURE(name);
                CHECK(c.determination == Determination::fitted);
                CHECK(c.value == relative(value).epsilon(0.1));
            }
    };
    check("library.base_latency", 9e-6);
    check("fabric.tier[0].link.latency", 1.6e-6);
    check("fabric.tier[0].efficiency", 0.62);
    check("fabric.tier[1].link.latency", 20e-6);
    check("fabric.tier[1].efficiency", 0.55);
    CHECK(fitted.before.mean > 0.2);
    CHECK(fitted.after.mean < 0.025);
    // The fabric has two tiers: there is nothing to say of a third.
    for (const CalibratedConstant& c : fitted.constants) CHECK(c.name.find("tier[2]") == std::string::npos);
}

TEST_CASE("measurements inside a node say nothing of the network between nodes") {
    const Network base{catalog::make_system("dgx-h100", 8)->fabric, libraries::nccl};
    std::vector<CollectiveMeasurement> inside;
    for (const CollectiveMeasurement& m : timed(base))
        if (m.nodes == 1) inside.push_back(m);
    const auto fitted = calibrate(network_task(base, inside));
    for (const CalibratedConstant& c : fitted.constants)
        if (c.name.find("tier[1]") != std::string::npos) CHECK(c.determination == Determination::no_influence);
    CHECK(fitted.target.fabric.tier[1].efficiency == base.fabric.tier[1].efficiency);
}

TEST_CASE("a forced algorithm is predicted as that one") {
    const Network base{catalog::make_system("dgx-h100", 8)->fabric, libraries::nccl};
    CollectiveMeasurement m{.ranks = 8, .size = make<Bytes>(1e9)};
    const double chosen = raw(predict_collective(base, m));
    m.algorithm = Algorithm::ring;
    CHECK(raw(predict_collective(base, m)) >= chosen);
    m.algorithm = Algorithm::in_network;
    CHECK(raw(predict_collective(base, m)) >= chosen);
    // One rank on each of eight nodes is slower than eight on one.
    m.algorithm.reset();
    m.nodes = 8;
    CHECK(raw(predict_collective(base, m)) > chosen);
}
