// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iostream>
#include <cmath>
#include <Eigen/Core>
#include <nlohmann/json.hpp>
