// EXPECT: from[^|]*'int'[^|]* to [^|]*Bytes'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Bytes, gigabytes, gibibytes? An integer does not say.
#ifdef FORETRAIN_CONTROL
Bytes capacity = 80_GB;
#else
Bytes capacity = 80;
#endif
