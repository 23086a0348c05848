// EXPECT: from[^|]*static_rational<-1[^|]* to [^|]*static_rational<1
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// A rate of failures is not the time between them.
void set_mean_time(Seconds);
#ifdef FORETRAIN_CONTROL
void f(Frequency failures) { set_mean_time(1.0 / failures); }
#else
void f(Frequency failures) { set_mean_time(failures); }
#endif
