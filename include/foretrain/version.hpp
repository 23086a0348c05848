// SPDX-License-Identifier: Apache-2.0
#pragma once

// The library's version, and the one compiler mode it refuses.
//
// Version macros are the only source of the version; CMake reads them from here.

#define FORETRAIN_VERSION_MAJOR 0
#define FORETRAIN_VERSION_MINOR 1
#define FORETRAIN_VERSION_PATCH 0
#define FORETRAIN_VERSION_STRING "0.1.0"

// -ffinite-math-only makes comparisons with NaN unreliable, so that refusals of bad input would silently
// turn into garbage. -ffast-math with -fno-finite-math-only is fine.
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ && !defined(FORETRAIN_ALLOW_FINITE_MATH)
#error                                                                                                                 \
    "foretrain: -ffast-math/-ffinite-math-only breaks the checks of input (add -fno-finite-math-only, or define FORETRAIN_ALLOW_FINITE_MATH if every input is known to be finite)"
#endif
