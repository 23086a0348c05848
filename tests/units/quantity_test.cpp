// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/quantity.hpp>

#include <doctest/doctest.h>

#include <type_traits>

#include <foretrain/math/dual.hpp>

using namespace foretrain;

namespace {

using Gradient = Dual<double, 2>;

// What a product or quotient of two quantities is.
template <class A, class B> using Product = decltype(std::declval<A>() * std::declval<B>());
template <class A, class B> using Ratio = decltype(std::declval<A>() / std::declval<B>());

template <class Real>
constexpr bool algebra() {
    static_assert(std::is_same_v<Ratio<BasicBytes<Real>, BasicSeconds<Real>>, BasicBandwidth<Real>>);
    static_assert(std::is_same_v<Ratio<BasicBits<Real>, BasicSeconds<Real>>, BasicBitRate<Real>>);
    static_assert(std::is_same_v<Ratio<BasicFlops<Real>, BasicSeconds<Real>>, BasicFlopRate<Real>>);
    static_assert(std::is_same_v<Ratio<BasicJoules<Real>, BasicSeconds<Real>>, BasicWatts<Real>>);
    static_assert(std::is_same_v<Ratio<BasicFlops<Real>, BasicBytes<Real>>, BasicIntensity<Real>>);
    static_assert(std::is_same_v<Ratio<BasicTokens<Real>, BasicSeconds<Real>>, BasicTokenRate<Real>>);
    static_assert(std::is_same_v<Ratio<BasicSamples<Real>, BasicSeconds<Real>>, BasicSampleRate<Real>>);
    static_assert(std::is_same_v<Product<BasicFlopsPerToken<Real>, BasicTokens<Real>>, BasicFlops<Real>>);
    static_assert(std::is_same_v<Product<BasicBytesPerToken<Real>, BasicTokens<Real>>, BasicBytes<Real>>);
    static_assert(std::is_same_v<Product<BasicTokensPerSample<Real>, BasicSamples<Real>>, BasicTokens<Real>>);
    static_assert(std::is_same_v<Ratio<BasicTokens<Real>, BasicParameters<Real>>, BasicTokensPerParameter<Real>>);
    static_assert(!std::is_convertible_v<BasicParameters<Real>, Real>, "a count of parameters is not a pure number");
    static_assert(std::is_same_v<Product<BasicAccelerators<Real>, BasicSeconds<Real>>, BasicAcceleratorTime<Real>>);
    static_assert(std::is_same_v<Product<BasicAcceleratorPrice<Real>, BasicAcceleratorTime<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Product<BasicEnergyPrice<Real>, BasicJoules<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Product<BasicPurchasePrice<Real>, BasicAccelerators<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Ratio<BasicPurchasePrice<Real>, BasicSeconds<Real>>, BasicAcceleratorPrice<Real>>);
    static_assert(std::is_same_v<Product<BasicMoneyRate<Real>, BasicSeconds<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Product<BasicEnergyPrice<Real>, BasicWatts<Real>>, BasicMoneyRate<Real>>);
    static_assert(std::is_same_v<Product<BasicBytes<Real>, BasicSeconds<Real>>, BasicByteTime<Real>>);
    static_assert(std::is_same_v<Product<BasicStoragePrice<Real>, BasicByteTime<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Product<BasicTransferPrice<Real>, BasicBytes<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Product<BasicTokenPrice<Real>, BasicTokens<Real>>, BasicUsd<Real>>);
    static_assert(std::is_same_v<Product<BasicBytesPerSample<Real>, BasicSampleRate<Real>>, BasicBandwidth<Real>>);
    static_assert(std::is_same_v<Product<BasicCarbonIntensity<Real>, BasicJoules<Real>>, BasicGramsCo2e<Real>>);
    static_assert(std::is_same_v<Product<BasicFlopEnergy<Real>, BasicFlopRate<Real>>, BasicWatts<Real>>);
    static_assert(std::is_same_v<Product<BasicByteEnergy<Real>, BasicBandwidth<Real>>, BasicWatts<Real>>);
    static_assert(std::is_same_v<Ratio<BasicJoules<Real>, BasicTokens<Real>>, BasicTokenEnergy<Real>>);
    static_assert(std::is_same_v<Ratio<BasicJoules<Real>, BasicSamples<Real>>, BasicSampleEnergy<Real>>);
    static_assert(std::is_same_v<Product<BasicEnergyEfficiency<Real>, BasicWatts<Real>>, BasicFlopRate<Real>>);
    static_assert(std::is_convertible_v<Product<BasicFrequency<Real>, BasicSeconds<Real>>, Real>);
    static_assert(std::is_convertible_v<Ratio<BasicBytes<Real>, BasicBytes<Real>>, Real>);

    const auto bytes = make<BasicBytes<Real>>(Real(80.0));
    const auto bandwidth = make<BasicBandwidth<Real>>(Real(16.0));
    const BasicSeconds<Real> time = bytes / bandwidth;
    const auto ridge = make<BasicFlopRate<Real>>(Real(12.0)) / make<BasicBandwidth<Real>>(Real(4.0));
    const Real ratio = bytes / make<BasicBytes<Real>>(Real(160.0));
    return raw(time) == Real(5.0) && raw(ridge) == Real(3.0) && ratio == Real(0.5) && time + time > time &&
           -time < time && raw(time - time) == Real(0.0) &&
           raw(to_bytes(make<BasicBits<Real>>(Real(16.0)))) == Real(2.0) &&
           raw(to_bytes(make<BasicBitRate<Real>>(Real(400e9)))) == Real(50e9) &&
           raw(to_bits(make<BasicBytes<Real>>(Real(2.0)))) == Real(16.0) &&
           raw(to_bits(make<BasicBandwidth<Real>>(Real(50e9)))) == Real(400e9) &&
           raw(BasicBidirectionalBandwidth<Real>{bandwidth}.per_direction()) == Real(8.0);
}
static_assert(algebra<double>());
static_assert(algebra<float>());
static_assert(algebra<Gradient>());

static_assert(!std::is_convertible_v<double, Seconds> && !std::is_constructible_v<Seconds, double>);
static_assert(!std::is_convertible_v<Seconds, double>);
static_assert(!std::is_convertible_v<BidirectionalBandwidth, Bandwidth>);
static_assert(!std::is_convertible_v<Bandwidth, BidirectionalBandwidth>);
static_assert(sizeof(Seconds) == sizeof(double) && std::is_trivially_destructible_v<Seconds>);
static_assert(raw(BasicSeconds<double>{}) == 0.0, "a quantity that is not set is zero, not garbage");

constexpr auto gradient_of_time() {
    // time = bytes / bandwidth, by (bytes, bandwidth)
    const auto bytes = make<BasicBytes<Gradient>>(Gradient{80.0, {1.0, 0.0}});
    const auto bandwidth = make<BasicBandwidth<Gradient>>(Gradient{16.0, {0.0, 1.0}});
    const BasicSeconds<Gradient> time = bytes / bandwidth;
    return raw(time);
}
static_assert(gradient_of_time().value == 5.0);

} // namespace

TEST_CASE("products and quotients of quantities, over each scalar") {
    CHECK(algebra<double>());
    CHECK(algebra<float>());
    CHECK(algebra<Gradient>());
}

TEST_CASE("derivatives travel through quantities") {
    const Gradient time = gradient_of_time();
    CHECK(time.value == 5.0);
    CHECK(time.gradient[0] == 1.0 / 16.0);
    CHECK(time.gradient[1] == -5.0 / 16.0);
}

TEST_CASE("over_scalar keeps the value, to a dual number and back") {
    const Seconds time = make<Seconds>(0.1);
    CHECK(raw(over_scalar<float>(time)) == 0.1f);
    const BasicSeconds<Gradient> dual = over_scalar<Gradient>(time);
    CHECK(raw(dual).value == 0.1);
    CHECK(raw(dual).gradient[0] == 0.0);
    CHECK(over_scalar<double>(dual) == time);
    CHECK(raw(over_scalar<float>(dual)) == 0.1f);
    static_assert(raw(over_scalar<double>(make<BasicSeconds<Gradient>>(Gradient{2.0, {1.0, 1.0}}))) == 2.0);
}

TEST_CASE("the unit constants are one of each base unit") {
    const Bandwidth bandwidth = 3.35e12 * byte / second;
    CHECK(raw(bandwidth) == 3.35e12);
    const Intensity intensity = 2.0 * flop / byte;
    CHECK(raw(intensity) == 2.0);
    const Watts power = 700.0 * joule / second;
    CHECK(raw(power) == 700.0);
    const AcceleratorTime time = 8.0 * one_accelerator * (3600.0 * second);
    CHECK(raw(time) == 28800.0);
    const TokensPerSample length = 8192.0 * token / sample;
    CHECK(raw(length) == 8192.0);
    const BitRate rate = 8.0 * bit / second;
    CHECK(raw(to_bytes(rate)) == 1.0);
    CHECK(raw(3.0 * usd) == 3.0);
    CHECK(raw(3.0 * gram_co2e) == 3.0);
}

TEST_CASE("NVLink quoted at 900 GB/s carries 450 GB/s each way") {
    const BidirectionalBandwidth quoted{make<Bandwidth>(900e9)};
    CHECK(raw(quoted.per_direction()) == 450e9);
}
