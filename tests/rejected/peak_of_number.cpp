// EXPECT: from[^|]*'double'[^|]* to [^|]*BasicFlopRate<double>'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/accelerator.hpp"
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

#ifdef FORETRAIN_CONTROL
MatrixPeaks peaks{.bf16 = 989_TFLOP_per_s};
#else
MatrixPeaks peaks{.bf16 = 989e12};
#endif
