// EXPECT: from[^|]*BidirectionalBandwidth'[^|]* to [^|]*Bandwidth'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// NVLink's 900 GB/s are 450 GB/s each way.
void set_link(Bandwidth);
constexpr BidirectionalBandwidth nvlink{900_GB_per_s};
#ifdef FORETRAIN_CONTROL
void f() { set_link(nvlink.per_direction()); }
#else
void f() { set_link(nvlink); }
#endif
