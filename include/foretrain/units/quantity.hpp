// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dimensions.hpp"

// Typed quantities: every number with a dimension that crosses a public interface is one of these.
//
// `BasicSeconds<Real>` and friends are templates over the scalar, `Seconds` and friends are their `double` forms.
// A quantity is made by multiplying a number with a unit (`3.35e12 * byte / second`), by a literal
// (units/literals.hpp), or by `make<Seconds>(x)` where x is in base units. `raw(q)` gives the number in base units.

namespace foretrain::inline v0 {

namespace detail {
using second_rate_unit = quotient_unit<boost::units::unit<boost::units::dimensionless_type, unit_system>, second_unit>;
using flop_rate_unit = quotient_unit<flop_unit, second_unit>;
using byte_rate_unit = quotient_unit<byte_unit, second_unit>;
using bit_rate_unit = quotient_unit<bit_unit, second_unit>;
using watt_unit = quotient_unit<joule_unit, second_unit>;
} // namespace detail

/// A number with a unit; the representation is the unit's number in the library's one system.
template <class Unit, class Real>
using Quantity = boost::units::quantity<Unit, Real>;

// Base quantities.
template <class Real> using BasicSeconds = Quantity<detail::second_unit, Real>;
template <class Real> using BasicJoules = Quantity<detail::joule_unit, Real>;
template <class Real> using BasicBytes = Quantity<detail::byte_unit, Real>;
template <class Real> using BasicBits = Quantity<detail::bit_unit, Real>;
template <class Real> using BasicFlops = Quantity<detail::flop_unit, Real>;
template <class Real> using BasicTokens = Quantity<detail::token_unit, Real>;
template <class Real> using BasicSamples = Quantity<detail::sample_unit, Real>;
template <class Real> using BasicAccelerators = Quantity<detail::accelerator_unit, Real>;
template <class Real> using BasicUsd = Quantity<detail::us_dollar_unit, Real>;
template <class Real> using BasicGramsCo2e = Quantity<detail::gram_co2e_unit, Real>;
/// A count of a model's parameters.
template <class Real> using BasicParameters = Quantity<detail::parameter_unit, Real>;

// Derived quantities.
template <class Real> using BasicFrequency = Quantity<detail::second_rate_unit, Real>;
template <class Real> using BasicFlopRate = Quantity<detail::flop_rate_unit, Real>;
/// Bytes per second in one direction. Both directions together are a `BidirectionalBandwidth`, another type.
template <class Real> using BasicBandwidth = Quantity<detail::byte_rate_unit, Real>;
template <class Real> using BasicBitRate = Quantity<detail::bit_rate_unit, Real>;
template <class Real> using BasicWatts = Quantity<detail::watt_unit, Real>;
template <class Real>
using BasicIntensity = Quantity<detail::quotient_unit<detail::flop_unit, detail::byte_unit>, Real>;
template <class Real>
using BasicFlopEnergy = Quantity<detail::quotient_unit<detail::joule_unit, detail::flop_unit>, Real>;
/// Energy to move a byte, e.g. 50 pJ.
template <class Real>
using BasicByteEnergy = Quantity<detail::quotient_unit<detail::joule_unit, detail::byte_unit>, Real>;
/// Energy of a token, trained on.
template <class Real>
using BasicTokenEnergy = Quantity<detail::quotient_unit<detail::joule_unit, detail::token_unit>, Real>;
/// Energy of a sample, trained on.
template <class Real>
using BasicSampleEnergy = Quantity<detail::quotient_unit<detail::joule_unit, detail::sample_unit>, Real>;
template <class Real>
using BasicTokenRate = Quantity<detail::quotient_unit<detail::token_unit, detail::second_unit>, Real>;
template <class Real>
using BasicSampleRate = Quantity<detail::quotient_unit<detail::sample_unit, detail::second_unit>, Real>;
template <class Real>
using BasicFlopsPerToken = Quantity<detail::quotient_unit<detail::flop_unit, detail::token_unit>, Real>;
template <class Real>
using BasicBytesPerToken = Quantity<detail::quotient_unit<detail::byte_unit, detail::token_unit>, Real>;
template <class Real>
using BasicBytesPerSample = Quantity<detail::quotient_unit<detail::byte_unit, detail::sample_unit>, Real>;
template <class Real>
using BasicTokensPerSample = Quantity<detail::quotient_unit<detail::token_unit, detail::sample_unit>, Real>;
template <class Real>
using BasicAcceleratorTime = Quantity<detail::product_unit<detail::accelerator_unit, detail::second_unit>, Real>;
/// Price of one accelerator for a time, e.g. 2 USD per accelerator-hour.
template <class Real>
using BasicAcceleratorPrice = Quantity<
    detail::quotient_unit<detail::us_dollar_unit, detail::product_unit<detail::accelerator_unit, detail::second_unit>>,
    Real>;
/// Price of energy, e.g. 0.08 USD per kWh.
template <class Real>
using BasicEnergyPrice = Quantity<detail::quotient_unit<detail::us_dollar_unit, detail::joule_unit>, Real>;
/// Price of an accelerator bought, e.g. 30,000 USD each.
template <class Real>
using BasicPurchasePrice = Quantity<detail::quotient_unit<detail::us_dollar_unit, detail::accelerator_unit>, Real>;
/// Money for a time: wages, rents, budgets, e.g. 50,000 USD a week.
template <class Real>
using BasicMoneyRate = Quantity<detail::quotient_unit<detail::us_dollar_unit, detail::second_unit>, Real>;
/// Bytes kept for a time, e.g. 1 TB for a month.
template <class Real>
using BasicByteTime = Quantity<detail::product_unit<detail::byte_unit, detail::second_unit>, Real>;
/// Price of keeping bytes for a time, e.g. 0.02 USD per GB-month.
template <class Real>
using BasicStoragePrice = Quantity<
    detail::quotient_unit<detail::us_dollar_unit, detail::product_unit<detail::byte_unit, detail::second_unit>>, Real>;
/// Price of moving bytes, e.g. 0.09 USD per GB out of a cloud.
template <class Real>
using BasicTransferPrice = Quantity<detail::quotient_unit<detail::us_dollar_unit, detail::byte_unit>, Real>;
/// Price of processing tokens, e.g. 0.60 USD per million.
template <class Real>
using BasicTokenPrice = Quantity<detail::quotient_unit<detail::us_dollar_unit, detail::token_unit>, Real>;
/// Operations for each joule, e.g. 1.4 TFLOP/J; the same number as FLOP/s for each watt.
template <class Real>
using BasicEnergyEfficiency = Quantity<detail::quotient_unit<detail::flop_unit, detail::joule_unit>, Real>;
/// Cross-entropy of a model's predictions, in nats (not bits) a token.
template <class Real>
using BasicCrossEntropy = Quantity<detail::quotient_unit<detail::nat_unit, detail::token_unit>, Real>;
/// Tokens of training for each parameter of a model, e.g. the 20 of Chinchilla.
template <class Real>
using BasicTokensPerParameter = Quantity<detail::quotient_unit<detail::token_unit, detail::parameter_unit>, Real>;
/// Carbon intensity of electricity, e.g. 380 gCO2e per kWh.
template <class Real>
using BasicCarbonIntensity = Quantity<detail::quotient_unit<detail::gram_co2e_unit, detail::joule_unit>, Real>;

using Seconds = BasicSeconds<double>;
using Joules = BasicJoules<double>;
using Bytes = BasicBytes<double>;
using Bits = BasicBits<double>;
using Flops = BasicFlops<double>;
using Tokens = BasicTokens<double>;
using Samples = BasicSamples<double>;
using Accelerators = BasicAccelerators<double>;
using Usd = BasicUsd<double>;
using GramsCo2e = BasicGramsCo2e<double>;
using Parameters = BasicParameters<double>;
using Frequency = BasicFrequency<double>;
using FlopRate = BasicFlopRate<double>;
using Bandwidth = BasicBandwidth<double>;
using BitRate = BasicBitRate<double>;
using Watts = BasicWatts<double>;
using Intensity = BasicIntensity<double>;
using FlopEnergy = BasicFlopEnergy<double>;
using ByteEnergy = BasicByteEnergy<double>;
using TokenEnergy = BasicTokenEnergy<double>;
using SampleEnergy = BasicSampleEnergy<double>;
using TokenRate = BasicTokenRate<double>;
using SampleRate = BasicSampleRate<double>;
using FlopsPerToken = BasicFlopsPerToken<double>;
using BytesPerToken = BasicBytesPerToken<double>;
using BytesPerSample = BasicBytesPerSample<double>;
using TokensPerSample = BasicTokensPerSample<double>;
using AcceleratorTime = BasicAcceleratorTime<double>;
using AcceleratorPrice = BasicAcceleratorPrice<double>;
using EnergyPrice = BasicEnergyPrice<double>;
using PurchasePrice = BasicPurchasePrice<double>;
using MoneyRate = BasicMoneyRate<double>;
using ByteTime = BasicByteTime<double>;
using StoragePrice = BasicStoragePrice<double>;
using TransferPrice = BasicTransferPrice<double>;
using TokenPrice = BasicTokenPrice<double>;
using EnergyEfficiency = BasicEnergyEfficiency<double>;
using CarbonIntensity = BasicCarbonIntensity<double>;
using CrossEntropy = BasicCrossEntropy<double>;
using TokensPerParameter = BasicTokensPerParameter<double>;

/// The quantity of type `Q` whose number in base units (second, byte, FLOP, ...) is `value`.
template <class Q>
[[nodiscard]] constexpr Q make(typename Q::value_type value) noexcept {
    return Q::from_value(value);
}

/// The number of a quantity in base units.
template <class Unit, class Real>
[[nodiscard]] constexpr Real raw(const Quantity<Unit, Real>& quantity) noexcept {
    return quantity.value();
}

namespace detail {
/// A continuous number as another scalar: `double` to a dual number, or back (the derivatives are dropped).
template <class To, class From>
[[nodiscard]] constexpr To as_scalar(const From& number) noexcept {
    if constexpr (requires { static_cast<To>(number); }) return static_cast<To>(number);
    else return static_cast<To>(value_of(number)); // math/scalar.hpp, found by argument-dependent look-up
}
} // namespace detail

/// The same quantity over another scalar: from `double` to a dual number, or from a dual number to its value.
template <class Real, class Unit, class From>
[[nodiscard]] constexpr Quantity<Unit, Real> over_scalar(const Quantity<Unit, From>& quantity) noexcept {
    return Quantity<Unit, Real>::from_value(detail::as_scalar<Real>(quantity.value()));
}

/// Bandwidth of both directions of a link together, as vendors quote NVLink (900 GB/s is 450 GB/s each way).
/// No conversion to `Bandwidth` exists but `per_direction()`.
template <class Real>
class BasicBidirectionalBandwidth {
public:
    constexpr explicit BasicBidirectionalBandwidth(const BasicBandwidth<Real>& both_directions) noexcept
        : both_{both_directions} {}
    /// Half: what one direction carries.
    [[nodiscard]] constexpr BasicBandwidth<Real> per_direction() const noexcept { return both_ * Real(0.5); }

private:
    BasicBandwidth<Real> both_;
};
using BidirectionalBandwidth = BasicBidirectionalBandwidth<double>;

/// Bytes in a number of bits (8 bits a byte).
template <class Real>
[[nodiscard]] constexpr BasicBytes<Real> to_bytes(const BasicBits<Real>& bits) noexcept {
    return BasicBytes<Real>::from_value(bits.value() / Real(8));
}
/// Byte rate of a bit rate: NICs and switches are quoted in Gbit/s.
template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> to_bytes(const BasicBitRate<Real>& rate) noexcept {
    return BasicBandwidth<Real>::from_value(rate.value() / Real(8));
}
/// Bits in a number of bytes.
template <class Real>
[[nodiscard]] constexpr BasicBits<Real> to_bits(const BasicBytes<Real>& bytes) noexcept {
    return BasicBits<Real>::from_value(bytes.value() * Real(8));
}
/// Bit rate of a byte rate, to compare with what NICs are quoted in.
template <class Real>
[[nodiscard]] constexpr BasicBitRate<Real> to_bits(const BasicBandwidth<Real>& bandwidth) noexcept {
    return BasicBitRate<Real>::from_value(bandwidth.value() * Real(8));
}

// One of each base unit, to write `x * byte / second`.
inline constexpr Seconds second = Seconds::from_value(1.0);
inline constexpr Joules joule = Joules::from_value(1.0);
inline constexpr Bytes byte = Bytes::from_value(1.0);
inline constexpr Bits bit = Bits::from_value(1.0);
inline constexpr Flops flop = Flops::from_value(1.0);
inline constexpr Tokens token = Tokens::from_value(1.0);
inline constexpr Samples sample = Samples::from_value(1.0);
inline constexpr Accelerators one_accelerator = Accelerators::from_value(1.0);
inline constexpr Usd usd = Usd::from_value(1.0);
inline constexpr GramsCo2e gram_co2e = GramsCo2e::from_value(1.0);
inline constexpr Parameters one_parameter = Parameters::from_value(1.0);

} // namespace foretrain::inline v0
