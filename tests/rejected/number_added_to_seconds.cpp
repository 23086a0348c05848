// EXPECT: (operand types are|invalid operands to binary expression)[^|]*Seconds'[^|]* and '[^|]*double'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
Seconds f(Seconds time) { return time + 1_s; }
#else
Seconds f(Seconds time) { return time + 1.0; }
#endif
