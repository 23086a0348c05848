// EXPECT: from[^|]*'double'[^|]* to [^|]*Seconds'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/quantity.hpp"

foretrain::Seconds wait() {
#ifdef FORETRAIN_CONTROL
    return 1.5 * foretrain::second;
#else
    return 1.5;
#endif
}
