// SPDX-License-Identifier: Apache-2.0
#pragma once

// A boost clock is no library, and boost:: in a comment is none either.
#include <boost/units/quantity.hpp>
using Q = boost::units::quantity<int>;
