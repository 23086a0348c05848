// EXPECT: from[^|]*Bandwidth'[^|]* to [^|]*BidirectionalBandwidth'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Whoever quotes both directions has to say so.
void quote(BidirectionalBandwidth);
#ifdef FORETRAIN_CONTROL
void f() { quote(BidirectionalBandwidth{900_GB_per_s}); }
#else
void f() { quote(900_GB_per_s); }
#endif
