// EXPECT: from[^|]*second_dimension_tag[^|]*gram_co2e_dimension_tag[^|]* to [^|]*gram_co2e_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Carbon follows energy, not power.
#ifdef FORETRAIN_CONTROL
GramsCo2e f(CarbonIntensity grid, Watts power, Seconds time) { return grid * (power * time); }
#else
GramsCo2e f(CarbonIntensity grid, Watts power, Seconds) { return grid * power; }
#endif
