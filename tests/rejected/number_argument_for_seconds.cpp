// EXPECT: from[^|]*'double'[^|]* to [^|]*Seconds'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// A bare number says no unit: seconds, milliseconds, hours?
void wait(Seconds);
#ifdef FORETRAIN_CONTROL
void f() { wait(1.5_s); }
#else
void f() { wait(1.5); }
#endif
