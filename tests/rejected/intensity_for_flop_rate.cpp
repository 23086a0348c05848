// EXPECT: from[^|]*byte_dimension_tag[^|]* to [^|]*second_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// The ridge point is operations for each byte.
#ifdef FORETRAIN_CONTROL
FlopRate f(Intensity intensity, Bandwidth rate) { return intensity * rate; }
#else
FlopRate f(Intensity intensity, Bandwidth) { return intensity; }
#endif
