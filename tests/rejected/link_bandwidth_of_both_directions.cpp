// EXPECT: from[^|]*BidirectionalBandwidth'[^|]* to [^|]*BasicBandwidth<double>'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/fabric.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

constexpr BidirectionalBandwidth nvlink{900_GB_per_s};
#ifdef FORETRAIN_CONTROL
Link wire{.bandwidth = nvlink.per_direction(), .latency = 1_us};
#else
Link wire{.bandwidth = nvlink, .latency = 1_us};
#endif
