// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../catalog/data.hpp"
#include "../report/text.hpp"
#include "../foretrain.hpp"
using namespace std;
