// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/dimensions.hpp>

#include <doctest/doctest.h>

#include <boost/units/make_system.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace {

using namespace foretrain::detail;

template <class Unit> using Number = boost::units::quantity<Unit, double>;

template <class A, class B>
concept Addable = requires(Number<A> a, Number<B> b) { a + b; };
template <class A, class B>
concept Comparable = requires(Number<A> a, Number<B> b) { a < b; };

template <class... Units>
struct List {
    static constexpr std::size_t size = sizeof...(Units);
    /// How many ordered pairs can be added or compared: only each unit with itself, if all are distinct.
    static constexpr std::size_t addable_pairs() { return (pairs_of<Units>() + ...); }

private:
    template <class A>
    static constexpr std::size_t pairs_of() {
        return (
            (Addable<A, Units> || Comparable<A, Units> || std::is_convertible_v<Number<A>, Number<Units>> ? 1u : 0u) +
            ...);
    }
};

using BaseUnits = List<second_unit, joule_unit, byte_unit, bit_unit, flop_unit, token_unit, sample_unit,
                       accelerator_unit, us_dollar_unit, gram_co2e_unit, parameter_unit, nat_unit>;

static_assert(BaseUnits::addable_pairs() == BaseUnits::size);
// Our list of base units is in the order Boost would put it in.
static_assert(std::is_same_v<boost::units::homogeneous_system<SortedList<second_base_unit, joule_base_unit>::type>,
                             boost::units::make_system<joule_base_unit, second_base_unit>::type>);
static_assert(Addable<second_unit, second_unit>);
static_assert(!Addable<byte_unit, bit_unit>);

using Ratio = quotient_unit<byte_unit, byte_unit>;
static_assert(std::is_same_v<product_unit<quotient_unit<byte_unit, second_unit>, second_unit>, byte_unit>);
static_assert(std::is_same_v<product_unit<second_unit, joule_unit>, product_unit<joule_unit, second_unit>>);
static_assert(std::is_convertible_v<Number<Ratio>, double>, "a ratio of equals is a plain number");
static_assert(!std::is_convertible_v<Number<byte_unit>, double>);
static_assert(!std::is_convertible_v<double, Number<byte_unit>>);

constexpr double quotient_times_divisor(double bytes, double seconds) {
    const auto b = Number<byte_unit>::from_value(bytes);
    const auto s = Number<second_unit>::from_value(seconds);
    const Number<byte_unit> back = b / s * s;
    return back.value();
}
static_assert(quotient_times_divisor(80.0, 4.0) == 80.0);

} // namespace

TEST_CASE("no base unit adds to, compares with or converts to another") {
    CHECK(BaseUnits::size == 12);
    CHECK(BaseUnits::addable_pairs() == BaseUnits::size);
}

TEST_CASE("a rate times its time gives back what it is a rate of") {
    CHECK(quotient_times_divisor(80.0, 4.0) == 80.0);
    CHECK(quotient_times_divisor(3.0, 0.5) == 3.0);
}
