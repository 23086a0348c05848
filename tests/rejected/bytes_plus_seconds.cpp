// EXPECT: (operand types are|invalid operands to binary expression)[^|]*Bytes'[^|]* and '[^|]*Seconds'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
Bytes f(Bytes bytes, Seconds time, Bandwidth rate) { return bytes + rate * time; }
#else
Bytes f(Bytes bytes, Seconds time, Bandwidth) { return bytes + time; }
#endif
