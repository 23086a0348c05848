// EXPECT: (joule_dimension_tag[^|]*is_implicitly_convertible|is_implicitly_convertible[^|]*joule_dimension_tag)
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/accelerator.hpp"

using namespace foretrain;

// Joules for each FLOP, not FLOP for each joule.
KernelConstants kernel;
#ifdef FORETRAIN_CONTROL
void f() { kernel.sustained_energy = make<FlopEnergy>(7e-13); }
#else
void f() { kernel.sustained_energy = make<EnergyEfficiency>(1.4e12); }
#endif
