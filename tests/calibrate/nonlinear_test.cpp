// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <foretrain/calibrate/nonlinear.hpp>

#include "../relative.hpp"
#include "strd.hpp"

using namespace foretrain;

namespace {

constexpr std::size_t most = 9; // parameters of a problem

ResidualFunction residuals_of(const strd::Problem& problem) {
    return [&problem](const Eigen::VectorXd& b, Eigen::VectorXd& r) {
        for (std::size_t i = 0; i < problem.x.size(); ++i)
            r[static_cast<Eigen::Index>(i)] = strd::model(problem.name, b, problem.x[i]) - problem.y[i];
    };
}
JacobianFunction exact_jacobian_of(const strd::Problem& problem) {
    return [&problem](const Eigen::VectorXd& b, Eigen::MatrixXd& jacobian) {
        std::array<Dual<double, most>, most> dual{};
        for (Eigen::Index j = 0; j < b.size(); ++j) {
            const auto at = static_cast<std::size_t>(j);
            dual[at].value = b[j];
            dual[at].gradient[at] = 1;
        }
        jacobian.resize(static_cast<Eigen::Index>(problem.x.size()), b.size());
        for (std::size_t i = 0; i < problem.x.size(); ++i) {
            const auto y = strd::model(problem.name, dual, problem.x[i]);
            for (Eigen::Index j = 0; j < b.size(); ++j)
                jacobian(static_cast<Eigen::Index>(i), j) = y.gradient[static_cast<std::size_t>(j)];
        }
    };
}
Eigen::VectorXd vector_of(const std::vector<double>& v) {
    return Eigen::Map<const Eigen::VectorXd>(v.data(), static_cast<Eigen::Index>(v.size()));
}
/// Correct digits of the worst parameter, as NIST counts them.
double digits(const Eigen::VectorXd& found, const std::vector<double>& certified) {
    double least = 20;
    for (std::size_t j = 0; j < certified.size(); ++j)
        least = std::min(least, -std::log10(std::abs(found[static_cast<Eigen::Index>(j)] / certified[j] - 1) + 1e-20));
    return least;
}

} // namespace

TEST_CASE("NIST reference problems come out to six digits from both starting points") {
    for (const strd::Problem& problem : strd::problems) {
        CAPTURE(problem.name);
        const auto count = static_cast<Eigen::Index>(problem.x.size());
        for (const std::vector<double>& start : {problem.far_start, problem.near_start}) {
            CAPTURE(start[0]);
            const NonlinearFit exact =
                solve_nonlinear(residuals_of(problem), exact_jacobian_of(problem), vector_of(start), count);
            CHECK(exact.converged);
            CHECK(digits(exact.parameters, problem.certified) >= 6);
            const NonlinearFit numerical = solve_nonlinear(residuals_of(problem), vector_of(start), count);
            CHECK(numerical.converged);
            CHECK(digits(numerical.parameters, problem.certified) >= 6);
            CHECK(exact.iterations < 1000);
            // The exact fit of Lanczos1 leaves nothing but the rounding of its data.
            if (problem.name != "Lanczos1")
                CHECK(exact.residual_squares == relative(problem.certified_squares).epsilon(1e-8));
        }
    }
}

TEST_CASE("certified standard errors come out too") {
    // Misra1a and Thurber, as NIST certifies them.
    const auto check = [](const std::string& name, const std::vector<double>& errors) {
        for (const strd::Problem& problem : strd::problems) {
            if (problem.name != name) continue;
            const NonlinearFit fit =
                solve_nonlinear(residuals_of(problem), exact_jacobian_of(problem), vector_of(problem.near_start),
                                static_cast<Eigen::Index>(problem.x.size()));
            for (std::size_t j = 0; j < errors.size(); ++j) {
                const auto at = static_cast<Eigen::Index>(j);
                CHECK(std::sqrt(fit.covariance(at, at)) == relative(errors[j]).epsilon(1e-5));
            }
        }
    };
    check("Misra1a", {2.7070075241, 7.2668688436e-06});
    check("DanWood", {1.8281973860e-02, 5.1726610913e-02});
    check("BoxBOD", {1.2354515176e+01, 1.0455993237e-01});
}

TEST_CASE("the solution does not depend on the units of parameters") {
    const strd::Problem& problem = strd::problems[0];
    const auto count = static_cast<Eigen::Index>(problem.x.size());
    const NonlinearFit plain = solve_nonlinear(residuals_of(problem), vector_of(problem.far_start), count);
    const double unit = 1e12;
    const ResidualFunction rescaled = [&](const Eigen::VectorXd& b, Eigen::VectorXd& r) {
        residuals_of(problem)(Eigen::Vector2d(b[0] * unit, b[1]), r);
    };
    const NonlinearFit other =
        solve_nonlinear(rescaled, vector_of({problem.far_start[0] / unit, problem.far_start[1]}), count);
    CHECK(other.parameters[0] * unit == relative(plain.parameters[0]).epsilon(1e-7));
    CHECK(other.parameters[1] == relative(plain.parameters[1]).epsilon(1e-7));
}

TEST_CASE("a parameter without influence stays where it started and is told of") {
    const ResidualFunction residuals = [](const Eigen::VectorXd& b, Eigen::VectorXd& r) {
        for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = b[0] * static_cast<double>(i + 1) - 3.0;
    };
    const NonlinearFit fit = solve_nonlinear(residuals, vector_of({1, 42}), 6);
    CHECK(fit.converged);
    CHECK(fit.parameters[1] == 42);
    CHECK(fit.identifiability.rank == 1);
    CHECK(fit.identifiability.determined == std::vector<bool>{true, false});
    CHECK(fit.degrees_of_freedom == 5);
}

TEST_CASE("steps into places where the model is not defined are taken back") {
    const ResidualFunction residuals = [](const Eigen::VectorXd& b, Eigen::VectorXd& r) {
        for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = std::log(b[0]) - 0.1 + 0.01 * static_cast<double>(i % 2);
    };
    const NonlinearFit fit = solve_nonlinear(residuals, vector_of({20}), 4);
    CHECK(fit.converged);
    CHECK(fit.parameters[0] == relative(std::exp(0.095)).epsilon(1e-6));
}

TEST_CASE("what cannot be solved is refused") {
    const ResidualFunction nonsense = [](const Eigen::VectorXd&, Eigen::VectorXd& r) { r.setConstant(NAN); };
    CHECK_THROWS_WITH_AS((void)solve_nonlinear(nonsense, vector_of({1}), 3), "residuals at the start must be finite",
                         CalibrationError);
    CHECK_THROWS_WITH_AS((void)solve_nonlinear(nonsense, vector_of({1, 2}), 1), "1 measurements for 2 parameters",
                         CalibrationError);
}
