// EXPECT: from[^|]*sample_dimension_tag[^|]* to [^|]*token_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// A sample has thousands of tokens.
void train(Tokens);
#ifdef FORETRAIN_CONTROL
void f() { train(2048_samples * 8192_tokens_per_sample); }
#else
void f() { train(2048_samples); }
#endif
