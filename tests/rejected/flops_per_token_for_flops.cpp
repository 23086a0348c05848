// EXPECT: from[^|]*token_dimension_tag[^|]* to [^|]*dimensionless_type
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
Flops f(FlopsPerToken work, Tokens tokens) { return work * tokens; }
#else
Flops f(FlopsPerToken work, Tokens) { return work; }
#endif
