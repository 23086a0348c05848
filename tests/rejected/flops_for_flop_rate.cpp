// EXPECT: from[^|]*flop_dimension_tag[^|]* to [^|]*second_dimension_tag[^|]*flop_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

void set_peak(FlopRate);
#ifdef FORETRAIN_CONTROL
void f() { set_peak(989_TFLOP_per_s); }
#else
void f() { set_peak(989_TFLOP); }
#endif
