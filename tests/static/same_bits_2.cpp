// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "same_bits.hpp"

constinit const same_bits::File same_bits::file_2 =
    same_bits::file<2>(std::make_index_sequence<same_bits::chunks_a_file>{});
