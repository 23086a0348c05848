// EXPECT: (cannot convert '[^|]*Bandwidth'[^|]* to 'double'|assigning to 'double' from incompatible type 'Bandwidth')
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/fabric.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

FabricTier tier;
#ifdef FORETRAIN_CONTROL
void f() { tier.oversubscription = 400_GB_per_s / 100_GB_per_s; }
#else
void f() { tier.oversubscription = 400_GB_per_s; }
#endif
