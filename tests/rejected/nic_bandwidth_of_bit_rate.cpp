// EXPECT: (bit_dimension_tag[^|]*is_implicitly_convertible|is_implicitly_convertible[^|]*bit_dimension_tag)
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/node.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

Node node;
#ifdef FORETRAIN_CONTROL
void f() { node.nic_bandwidth = to_bytes(400_Gbit_per_s); }
#else
void f() { node.nic_bandwidth = 400_Gbit_per_s; }
#endif
