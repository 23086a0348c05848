// EXPECT: from[^|]*second_dimension_tag[^|]*byte_dimension_tag[^|]* to [^|]*byte_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/accelerator.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
MemoryTier memory{.capacity = 80_GB, .bandwidth = 3.35_TB_per_s};
#else
MemoryTier memory{.capacity = 3.35_TB_per_s, .bandwidth = 3.35_TB_per_s};
#endif
