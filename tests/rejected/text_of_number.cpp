// EXPECT: (use of deleted function|call to deleted member function)[^|]*append
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/text.hpp"

using namespace foretrain;

// How many digits of a double to show has to be said.
using Line = BasicText<47>;
#ifdef FORETRAIN_CONTROL
Line f(Line line) { return line.append_fixed(1.5, 1); }
#else
Line f(Line line) { return line.append(1.5); }
#endif
