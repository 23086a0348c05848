// EXPECT: from[^|]*static_rational<-1[^|]* to [^|]*static_rational<1
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Bytes over bandwidth is a time; bandwidth over bytes is not.
#ifdef FORETRAIN_CONTROL
Seconds f(Bytes bytes, Bandwidth rate) { return bytes / rate; }
#else
Seconds f(Bytes bytes, Bandwidth rate) { return rate / bytes; }
#endif
