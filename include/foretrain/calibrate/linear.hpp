// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/QR>
#include <Eigen/SVD>

#include "error.hpp"

// Linear least squares: minimise sum w_i (y_i - (X b)_i)^2.
//
// Columns are scaled to length 1, then solved by QR with column pivoting; covariance s^2 (X^T W X)^-1 with
// s^2 = weighted residual sum of squares / (rows - rank). Source: Golub, Van Loan, "Matrix Computations", 4th ed.,
// chapter 5.

namespace foretrain::inline v0 {

/// What measurements say about parameters, from the derivatives of the residuals by them.
struct Identifiability {
    Eigen::Index rank = 0;        ///< independent combinations of parameters that the measurements determine
    double condition = 1;         ///< of the derivatives with columns of length 1; infinite if one does not matter
    std::vector<bool> determined; ///< a parameter that no undetermined combination involves
};

namespace detail {

/// Lengths of the columns.
[[nodiscard]] inline Eigen::VectorXd column_norms(const Eigen::MatrixXd& matrix) {
    return matrix.colwise().norm().transpose();
}

/// The columns at length 1; columns of zeros stay.
[[nodiscard]] inline Eigen::MatrixXd with_unit_columns(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& norms) {
    Eigen::MatrixXd result = matrix;
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
        if (norms[j] > 0) result.col(j) /= norms[j];
    return result;
}

inline void require_finite(const Eigen::MatrixXd& numbers, const char* what) {
    if (!numbers.allFinite()) throw CalibrationError(std::string{what} + " must be finite");
}

} // namespace detail

/// Singular values below `tolerance` of the largest mean that the measurements do not tell parameters apart.
[[nodiscard]] inline Identifiability identifiability(const Eigen::MatrixXd& jacobian, double tolerance = 1e-9) {
    const Eigen::Index columns = jacobian.cols();
    Identifiability result;
    result.determined.assign(static_cast<std::size_t>(columns), true);
    if (columns == 0) return result;
    const Eigen::MatrixXd scaled = detail::with_unit_columns(jacobian, detail::column_norms(jacobian));
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(scaled, Eigen::ComputeFullV);
    const Eigen::VectorXd& values = svd.singularValues();
    const double largest = values.size() > 0 ? values[0] : 0;
    const double least = values.size() == columns ? values[columns - 1] : 0;
    result.condition = least > 0 ? largest / least : std::numeric_limits<double>::infinity();
    for (Eigen::Index k = 0; k < columns; ++k) {
        if (k < values.size() && values[k] > tolerance * largest) {
            ++result.rank;
            continue;
        }
        for (Eigen::Index j = 0; j < columns; ++j)
            if (std::abs(svd.matrixV()(j, k)) > 0.1) result.determined[static_cast<std::size_t>(j)] = false;
    }
    return result;
}

namespace detail {

/// (J^T J)^-1, by QR; rows and columns of undetermined directions come out as the pseudo-inverse has them.
[[nodiscard]] inline Eigen::MatrixXd inverse_normal_matrix(const Eigen::MatrixXd& jacobian, double tolerance = 1e-9) {
    const Eigen::VectorXd norms = column_norms(jacobian);
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(with_unit_columns(jacobian, norms), Eigen::ComputeThinV);
    const Eigen::VectorXd& values = svd.singularValues();
    Eigen::MatrixXd half = svd.matrixV();
    for (Eigen::Index k = 0; k < half.cols(); ++k)
        half.col(k) *= values[k] > tolerance * values[0] && values[k] > 0 ? 1 / values[k] : 0;
    for (Eigen::Index j = 0; j < half.rows(); ++j) half.row(j) *= norms[j] > 0 ? 1 / norms[j] : 0;
    return half * half.transpose();
}

} // namespace detail

/// The parameters, what is left over, and how sure they are.
struct LinearFit {
    Eigen::VectorXd parameters;
    Eigen::MatrixXd covariance;  ///< zero if there are no degrees of freedom
    Eigen::VectorXd residuals;   ///< observed minus fitted, without weights
    double residual_squares = 0; ///< weighted sum
    double degrees_of_freedom = 0;
    Identifiability identifiability;
};

/// Solves X b = y; `weights` (none, or positive, one a row) are inverse variances. Undetermined parameters get the
/// solution in which pivoting sets the superfluous ones to zero. Throws `CalibrationError` for sizes that do not fit,
/// numbers that are not finite, negative weights, or fewer rows than columns.
[[nodiscard]] inline LinearFit solve_linear(const Eigen::MatrixXd& design, const Eigen::VectorXd& observed,
                                            const Eigen::VectorXd& weights = {}) {
    if (observed.size() != design.rows()) throw CalibrationError("one observation a row of the design is needed");
    if (weights.size() != 0 && weights.size() != design.rows())
        throw CalibrationError("one weight a row of the design is needed");
    if (design.rows() < design.cols())
        throw CalibrationError(std::to_string(design.rows()) + " observations for " + std::to_string(design.cols()) +
                               " parameters");
    detail::require_finite(design, "the design");
    detail::require_finite(observed, "observations");
    Eigen::VectorXd root = Eigen::VectorXd::Ones(design.rows());
    if (weights.size() != 0) {
        detail::require_finite(weights, "weights");
        if ((weights.array() < 0).any()) throw CalibrationError("weights must not be negative");
        root = weights.cwiseSqrt();
    }
    LinearFit fit;
    const Eigen::MatrixXd weighted = root.asDiagonal() * design;
    const Eigen::VectorXd norms = detail::column_norms(weighted);
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(detail::with_unit_columns(weighted, norms));
    qr.setThreshold(1e-12);
    fit.parameters = qr.solve(root.cwiseProduct(observed));
    for (Eigen::Index j = 0; j < norms.size(); ++j) fit.parameters[j] /= norms[j] > 0 ? norms[j] : 1;
    fit.residuals = observed - design * fit.parameters;
    fit.residual_squares = root.cwiseProduct(fit.residuals).squaredNorm();
    fit.identifiability = identifiability(weighted, 1e-12);
    fit.degrees_of_freedom = static_cast<double>(design.rows() - fit.identifiability.rank);
    fit.covariance = Eigen::MatrixXd::Zero(design.cols(), design.cols());
    if (fit.degrees_of_freedom > 0)
        fit.covariance =
            detail::inverse_normal_matrix(weighted, 1e-12) * (fit.residual_squares / fit.degrees_of_freedom);
    return fit;
}

} // namespace foretrain::inline v0
