// EXPECT: (cannot convert|of type) '[^|]*Result<[^|]*to [^|]*'bool'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/result.hpp"

using namespace foretrain;

// A result converts to bool only where a condition is asked for.
#ifdef FORETRAIN_CONTROL
bool f(const Result<Seconds>& result) { return result.has_value(); }
#else
bool f(const Result<Seconds>& result) { return result; }
#endif
