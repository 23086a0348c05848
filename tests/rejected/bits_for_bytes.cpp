// EXPECT: from[^|]*bit_dimension_tag[^|]* to [^|]*byte_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Eight times too many.
void allocate(Bytes);
#ifdef FORETRAIN_CONTROL
void f() { allocate(to_bytes(8_Gbit)); }
#else
void f() { allocate(8_Gbit); }
#endif
