// EXPECT: (cannot convert|conversion from) 'int' to '[^|]*NumberFormat'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/number_format.hpp"

using namespace foretrain;

#ifdef FORETRAIN_CONTROL
Bytes element = size_of(NumberFormat::bf16);
#else
Bytes element = size_of(2);
#endif
