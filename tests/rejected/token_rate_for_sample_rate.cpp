// EXPECT: (token_dimension_tag[^|]*is_implicitly_convertible|is_implicitly_convertible[^|]*token_dimension_tag)
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

SampleRate rate;
#ifdef FORETRAIN_CONTROL
void f() { rate = 8192_tokens_per_s / 8192_tokens_per_sample; }
#else
void f() { rate = 8192_tokens_per_s; }
#endif
