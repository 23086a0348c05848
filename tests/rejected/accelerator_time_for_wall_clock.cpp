// EXPECT: from[^|]*accelerator_dimension_tag[^|]* to [^|]*
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

void wait(Seconds);
#ifdef FORETRAIN_CONTROL
void f(AcceleratorTime time) { wait(time / 16384_accelerators); }
#else
void f(AcceleratorTime time) { wait(time); }
#endif
