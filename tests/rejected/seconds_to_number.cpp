// EXPECT: (cannot convert|of type) '[^|]*Seconds'[^|]* to [^|]*'double'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// The unit leaves only where raw() says so.
#ifdef FORETRAIN_CONTROL
double f(Seconds time) { return raw(time); }
#else
double f(Seconds time) { return time; }
#endif
