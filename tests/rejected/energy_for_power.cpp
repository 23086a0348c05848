// EXPECT: from[^|]*joule_dimension_tag[^|]* to [^|]*second_dimension_tag[^|]*joule_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// kWh and kW.
void set_power(Watts);
#ifdef FORETRAIN_CONTROL
void f() { set_power(10_kW); }
#else
void f() { set_power(10_kWh); }
#endif
