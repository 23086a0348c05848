// EXPECT: from[^|]*bit_dimension_tag[^|]* to [^|]*byte_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// A 400 Gbit/s port carries 50 GB/s.
void set_port(Bandwidth);
#ifdef FORETRAIN_CONTROL
void f() { set_port(to_bytes(400_Gbit_per_s)); }
#else
void f() { set_port(400_Gbit_per_s); }
#endif
