// EXPECT: from[^|]*joule_dimension_tag[^|]* to [^|]*accelerator_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

void rent(AcceleratorPrice);
#ifdef FORETRAIN_CONTROL
void f() { rent(2.5_usd_per_accelerator_hour); }
#else
void f() { rent(0.08_usd_per_kWh); }
#endif
