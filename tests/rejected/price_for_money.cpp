// EXPECT: from[^|]*accelerator_dimension_tag[^|]*us_dollar_dimension_tag[^|]* to [^|]*us_dollar_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// A price per hour is not yet a bill.
void pay(Usd);
#ifdef FORETRAIN_CONTROL
void f(AcceleratorTime time) { pay(2.5_usd_per_accelerator_hour * time); }
#else
void f(AcceleratorTime) { pay(2.5_usd_per_accelerator_hour); }
#endif
