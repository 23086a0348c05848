// EXPECT: from[^|]*second_dimension_tag[^|]*flop_dimension_tag[^|]* to [^|]*flop_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// FLOPS, the plural, and FLOP/s, the rate.
void count(Flops);
#ifdef FORETRAIN_CONTROL
void f() { count(989_TFLOP_per_s * 1_s); }
#else
void f() { count(989_TFLOP_per_s); }
#endif
