// EXPECT: (joule_dimension_tag[^|]*is_implicitly_convertible|is_implicitly_convertible[^|]*joule_dimension_tag)
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/accelerator.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

Accelerator accelerator;
#ifdef FORETRAIN_CONTROL
void f() { accelerator.power = 700_W; }
#else
void f() { accelerator.power = 700_J; }
#endif
