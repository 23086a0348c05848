// EXPECT: from[^|]*byte_dimension_tag[^|]* to [^|]*second_dimension_tag[^|]*byte_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// 80 GB is a capacity.
void set_bandwidth(Bandwidth);
#ifdef FORETRAIN_CONTROL
void f() { set_bandwidth(80_GB_per_s); }
#else
void f() { set_bandwidth(80_GB); }
#endif
