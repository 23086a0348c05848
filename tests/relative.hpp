// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

/// Equal up to a relative error. `doctest::Approx` alone adds its epsilon as an absolute error too (its scale is 1),
/// which lets any two times of a few microseconds pass as equal.
inline doctest::Approx relative(double value) { return doctest::Approx(value).scale(1e-200); }
