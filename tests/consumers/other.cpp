// SPDX-License-Identifier: Apache-2.0
// The second translation unit: whatever is not inline is defined twice, and the linker says so.
#include <foretrain/foretrain.hpp>

const char* version_of_other_unit();
const char* version_of_other_unit() { return FORETRAIN_VERSION_STRING; }
