// EXPECT: (cannot convert 'foretrain::v0::Seconds'|no known conversion from 'Seconds')[^|]* to
// '[^|]*(double|value_type) SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// make takes base units, not another quantity.
#ifdef FORETRAIN_CONTROL
Seconds time = make<Seconds>(1.5);
#else
Seconds time = make<Seconds>(1.5_hours);
#endif
