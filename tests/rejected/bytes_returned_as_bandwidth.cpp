// EXPECT: from[^|]*byte_dimension_tag[^|]* to [^|]*second_dimension_tag[^|]*byte_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
Bandwidth f(Bytes bytes, Seconds time) { return bytes / time; }
#else
Bandwidth f(Bytes bytes, Seconds) { return bytes; }
#endif
