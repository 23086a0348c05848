// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/units/base_dimension.hpp>
#include <boost/units/base_unit.hpp>
#include <boost/units/derived_dimension.hpp>
#include <boost/units/dimensionless_type.hpp>
#include <boost/units/homogeneous_system.hpp>
#include <boost/units/quantity.hpp>

#include "../version.hpp"

// The dimensions the library speaks and its one homogeneous system of units.
//
// Base units: second, joule, byte, FLOP, token, sample, accelerator, US dollar, gram of CO2 equivalent,
// parameter of a model, nat of information.
// Boost's own byte is a scaled bit and Boost has no unit for the others, so all are defined here. A bit is kept
// apart from a byte on purpose: link rates are quoted in bits, buffers in bytes, and mixing them is an
// eightfold mistake. The numbers are ordinals Boost.Units sorts by; they only need to be unique in a program.

namespace foretrain::inline v0::detail {

#define FORETRAIN_BASE_UNIT(name, ordinal)                                                                             \
    struct name##_dimension_tag : boost::units::base_dimension<name##_dimension_tag, ordinal> {};                      \
    struct name##_base_unit                                                                                            \
        : boost::units::base_unit<name##_base_unit, name##_dimension_tag::dimension_type, ordinal> {}

FORETRAIN_BASE_UNIT(second, 73101);
FORETRAIN_BASE_UNIT(joule, 73102);
FORETRAIN_BASE_UNIT(byte, 73103);
FORETRAIN_BASE_UNIT(bit, 73104);
FORETRAIN_BASE_UNIT(flop, 73105);
FORETRAIN_BASE_UNIT(token, 73106);
FORETRAIN_BASE_UNIT(sample, 73107);
FORETRAIN_BASE_UNIT(accelerator, 73108);
FORETRAIN_BASE_UNIT(us_dollar, 73109);
FORETRAIN_BASE_UNIT(gram_co2e, 73110);
FORETRAIN_BASE_UNIT(parameter, 73111);
FORETRAIN_BASE_UNIT(nat, 73112);

#undef FORETRAIN_BASE_UNIT

/// What Boost.Units' make_system makes of base units in ascending order, which it does for ten of them at most.
template <class... BaseUnits>
struct SortedList {
    using type = boost::units::dimensionless_type;
};
template <class First, class... Rest>
struct SortedList<First, Rest...> {
    using type = boost::units::list<First, typename SortedList<Rest...>::type>;
};
using unit_system = boost::units::homogeneous_system<SortedList<
    second_base_unit, joule_base_unit, byte_base_unit, bit_base_unit, flop_base_unit, token_base_unit, sample_base_unit,
    accelerator_base_unit, us_dollar_base_unit, gram_co2e_base_unit, parameter_base_unit, nat_base_unit>::type>;

template <class Tag>
using unit_of = boost::units::unit<typename Tag::dimension_type, unit_system>;

using second_unit = unit_of<second_dimension_tag>;
using joule_unit = unit_of<joule_dimension_tag>;
using byte_unit = unit_of<byte_dimension_tag>;
using bit_unit = unit_of<bit_dimension_tag>;
using flop_unit = unit_of<flop_dimension_tag>;
using token_unit = unit_of<token_dimension_tag>;
using sample_unit = unit_of<sample_dimension_tag>;
using accelerator_unit = unit_of<accelerator_dimension_tag>;
using us_dollar_unit = unit_of<us_dollar_dimension_tag>;
using gram_co2e_unit = unit_of<gram_co2e_dimension_tag>;
using parameter_unit = unit_of<parameter_dimension_tag>;
using nat_unit = unit_of<nat_dimension_tag>;

template <class A, class B>
using quotient_unit = typename boost::units::divide_typeof_helper<A, B>::type;
template <class A, class B>
using product_unit = typename boost::units::multiply_typeof_helper<A, B>::type;

} // namespace foretrain::inline v0::detail
