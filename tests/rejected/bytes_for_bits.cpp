// EXPECT: from[^|]*byte_dimension_tag[^|]* to [^|]*bit_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Eight times too few.
void send(Bits);
#ifdef FORETRAIN_CONTROL
void f(Bytes bytes) { send(to_bits(bytes)); }
#else
void f(Bytes bytes) { send(bytes); }
#endif
