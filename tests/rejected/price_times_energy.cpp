// EXPECT: from[^|]*accelerator_dimension_tag[^|]* to [^|]*us_dollar_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// The price of an accelerator times energy is no money.
#ifdef FORETRAIN_CONTROL
Usd f(AcceleratorPrice price, AcceleratorTime time, Joules) { return price * time; }
#else
Usd f(AcceleratorPrice price, AcceleratorTime, Joules energy) { return price * energy; }
#endif
