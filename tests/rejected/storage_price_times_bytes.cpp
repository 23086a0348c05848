// EXPECT: from[^|]*second_dimension_tag[^|]* to [^|]*us_dollar_dimension_tag
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/units/literals.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// Bytes cost nothing until they are kept for a time: the price of storage is by the byte-month.
#ifdef FORETRAIN_CONTROL
Usd f(StoragePrice price, Bytes bytes, Seconds time) { return price * (bytes * time); }
#else
Usd f(StoragePrice price, Bytes bytes, Seconds) { return price * bytes; }
#endif
