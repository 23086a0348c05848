// EXPECT: from[^|]*[^|]* to [^|]*accelerator_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// One hour on 16,384 accelerators is 16,384 accelerator-hours.
void rent(AcceleratorTime);
#ifdef FORETRAIN_CONTROL
void f() { rent(16384_accelerators * 1_hours); }
#else
void f() { rent(1_hours); }
#endif
