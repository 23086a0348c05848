// EXPECT: from[^|]*second_dimension_tag[^|]*joule_dimension_tag[^|]* to [^|]*joule_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

void bill(Joules);
#ifdef FORETRAIN_CONTROL
void f() { bill(10_kW * 1_hours); }
#else
void f() { bill(10_kW); }
#endif
