// SPDX-License-Identifier: Apache-2.0
// What every consumer builds: the library from two translation units, without its warnings flags or its language mode.
#include <foretrain/foretrain.hpp>

#include <cstdio>

const char* version_of_other_unit();

int main() {
    std::printf("foretrain %s\n", version_of_other_unit());
    return FORETRAIN_VERSION_MAJOR < 0 ? 1 : 0;
}
