// EXPECT: (operand types are|invalid operands to binary expression)[^|]*Usd'[^|]* and '[^|]*GramsCo2e'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
Usd f(Usd bill, GramsCo2e) { return bill + 1_usd; }
#else
Usd f(Usd bill, GramsCo2e carbon) { return bill + carbon; }
#endif
