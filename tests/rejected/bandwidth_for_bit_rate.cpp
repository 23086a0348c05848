// EXPECT: from[^|]*byte_dimension_tag[^|]* to [^|]*bit_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

void set_port(BitRate);
#ifdef FORETRAIN_CONTROL
void f() { set_port(to_bits(50_GB_per_s)); }
#else
void f() { set_port(50_GB_per_s); }
#endif
