// EXPECT: from[^|]*bit_dimension_tag[^|]* to [^|]*byte_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/fabric.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
Link port{.bandwidth = to_bytes(400_Gbit_per_s), .latency = 5_us};
#else
Link port{.bandwidth = 400_Gbit_per_s, .latency = 5_us};
#endif
