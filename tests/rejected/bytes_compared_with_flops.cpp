// EXPECT: (operand types are|invalid operands to binary expression)[^|]*Flops'[^|]* and '[^|]*Bytes'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
bool f(Flops flops, Bytes bytes) { return flops < bytes * 295_FLOP_per_B; }
#else
bool f(Flops flops, Bytes bytes) { return flops < bytes; }
#endif
