// EXPECT: (operand types are|invalid operands to binary expression)[^|]*Seconds'[^|]* and '[^|]*double'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
bool f(Seconds time) { return time == 0_s; }
#else
bool f(Seconds time) { return time == 0.0; }
#endif
