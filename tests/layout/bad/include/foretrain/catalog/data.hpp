// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../calibrate/fit.hpp"
namespace catalog { using namespace std; }
