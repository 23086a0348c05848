// EXPECT: from[^|]*parameter_dimension_tag[^|]* to [^|]*token_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Twenty tokens a parameter, not twenty parameters.
void train(Tokens);
#ifdef FORETRAIN_CONTROL
void f() { train(70_B_parameters * 20_tokens_per_parameter); }
#else
void f() { train(70_B_parameters); }
#endif
