// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#if defined(__GLIBCXX__)
#include <bits/stl_construct.h> // std::construct_at; all of <memory> costs every user 0.1 s
#else
#include <memory>
#endif

#include "quantity.hpp"
#include "text.hpp"

// What is wrong with an input: rule, field, value, what is allowed, and a hint.
//
// A check is one function template `check_rules(object, sink)` that tells a sink of every rule it tests. Two sinks
// exist: `AnyViolation` only answers whether something is wrong (the fast path of every estimate) and `Violations`
// records all of it. Range tests are written `lowest <= x && x <= highest`, which is false for NaN.

namespace foretrain::inline v0 {

/// One broken rule. All texts are string literals, so that a violation can be kept.
// NOLINTBEGIN(readability-redundant-member-init): g++ warns of designated initialisers that leave out the others
struct Violation {
    std::string_view rule{};        ///< its name: `range`, or that of a rule across fields such as `tiers_nest`
    std::string_view field{};       ///< path of the offending field, e.g. `fabric.tier[1].size`
    double value = 0;               ///< what the field holds, in base units
    std::string_view unit{};        ///< unit of `value`, `lowest` and `highest`; empty for pure numbers
    double lowest = 0;              ///< of a range
    double highest = 0;             ///< of a range
    std::string_view requirement{}; ///< what is allowed, in words, with `{}` for `related`; empty for a plain range
    double related = 0;             ///< the value of the other field that `requirement` speaks of
    std::string_view hint{};        ///< what to do about it, or what the field means; may be empty
};
// NOLINTEND(readability-redundant-member-init)

using ViolationText = BasicText<511>;

namespace detail {

/// The value; where it reads the same as the bound of the range that it misses, with the distance: `1 + 1e-7`.
constexpr void append_value(ViolationText& text, const Violation& violation) noexcept {
    ViolationText value;
    value.append_number(violation.value);
    text.append(value);
    if (!violation.requirement.empty()) return;
    if (violation.value > violation.highest && value == ViolationText{}.append_number(violation.highest))
        text.append(" + ").append_number(violation.value - violation.highest);
    if (violation.value < violation.lowest && value == ViolationText{}.append_number(violation.lowest))
        text.append(" - ").append_number(violation.lowest - violation.value);
}

/// What a range allows: `from 1 to 4`, or the one number.
constexpr void append_range(ViolationText& text, double lowest, double highest) noexcept {
    if (lowest == highest) text.append_number(lowest);
    else text.append("from ").append_number(lowest).append(" to ").append_number(highest);
}

} // namespace detail

/// One line: `FIELD = VALUE UNIT: must be ALLOWED [RULE]; hint: HINT`.
[[nodiscard]] constexpr ViolationText to_text(const Violation& violation) noexcept {
    ViolationText text;
    text.append(violation.field).append(" = ");
    detail::append_value(text, violation);
    if (!violation.unit.empty()) text.append(' ').append(violation.unit);
    text.append(": must be ");
    if (violation.requirement.empty()) {
        detail::append_range(text, violation.lowest, violation.highest);
        if (!violation.unit.empty()) text.append(' ').append(violation.unit);
    } else {
        const std::size_t hole = violation.requirement.find("{}");
        text.append(violation.requirement.substr(0, hole));
        if (hole != std::string_view::npos)
            text.append_number(violation.related).append(violation.requirement.substr(hole + 2));
    }
    text.append(" [").append(violation.rule).append(']');
    if (!violation.hint.empty()) text.append("; hint: ").append(violation.hint);
    return text;
}

/// A sink that only remembers whether any rule was broken.
class AnyViolation {
public:
    constexpr void add(const Violation&) noexcept { any_ = true; }
    [[nodiscard]] constexpr bool empty() const noexcept { return !any_; }

private:
    bool any_ = false;
};

/// Every broken rule of an input, in the order of the checks. The capacity exceeds the number of rules that exist
/// (a test counts them), so nothing is lost; a check of your own with more of them can ask `omitted()`.
class Violations {
public:
    static constexpr std::size_t capacity = 160;

    // A refusal has few violations: only those are written and copied, not the 20 kB of room for all that exist.
    constexpr Violations() noexcept : none_{} {
        if (std::is_constant_evaluated()) std::construct_at(std::addressof(list_)); // constants have no open ends
    }
    constexpr Violations(const Violations& other) noexcept : Violations{} { copy(other); }
    constexpr Violations& operator=(const Violations& other) noexcept {
        if (this != &other) copy(other);
        return *this;
    }
    constexpr ~Violations() noexcept = default;

    constexpr void add(const Violation& violation) noexcept {
        if (size_ < capacity) std::construct_at(list_.data() + size_++, violation);
        else ++omitted_;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    /// How many were not recorded because `capacity` was reached.
    [[nodiscard]] constexpr std::size_t omitted() const noexcept { return omitted_; }
    [[nodiscard]] constexpr const Violation* begin() const noexcept { return list_.data(); }
    [[nodiscard]] constexpr const Violation* end() const noexcept { return list_.data() + size_; }
    /// The violation number `index`, which must be below `size()`.
    [[nodiscard]] constexpr const Violation& operator[](std::size_t index) const noexcept { return list_[index]; }
    /// Whether a rule of this name was broken.
    [[nodiscard]] constexpr bool contains(std::string_view rule) const noexcept {
        for (const Violation& violation : *this)
            if (violation.rule == rule) return true;
        return false;
    }

private:
    constexpr void copy(const Violations& other) noexcept {
        for (size_ = 0; size_ < other.size_; ++size_) std::construct_at(list_.data() + size_, other.list_[size_]);
        omitted_ = other.omitted_;
    }

    // NOLINTBEGIN(readability-identifier-naming): private, though members of a union
    union {
        unsigned char none_;
        std::array<Violation, capacity> list_;
    };
    // NOLINTEND(readability-identifier-naming)
    std::size_t size_ = 0;
    std::size_t omitted_ = 0;
};

namespace detail {

/// A field's number as a plain double, in base units, for comparisons and messages: of a quantity or a bare number,
/// over double, float, an integer, a dual number or an AutoDiffScalar.
template <class Number>
[[nodiscard]] constexpr double plain(const Number& number) noexcept {
    if constexpr (requires { number.value(); }) return plain(number.value());
    else return as_scalar<double>(number);
}

/// lowest <= value <= highest; false for NaN. Bounds of integers are whole numbers below 2^53, compared as such.
template <class Number>
[[nodiscard, gnu::always_inline]] constexpr bool in_range(const Number& value, double lowest, double highest) noexcept {
    if constexpr (std::is_integral_v<Number>) {
        return static_cast<std::int64_t>(lowest) <= value && value <= static_cast<std::int64_t>(highest);
    } else {
        const double x = plain(value);
        return lowest <= x && x <= highest;
    }
}

/// Rule `range`: lowest <= value <= highest.
template <class Sink, class Number>
constexpr void require_range(Sink& sink, std::string_view field, const Number& value, double lowest, double highest,
                             std::string_view unit = {}, std::string_view hint = {}) noexcept {
    if (!in_range(value, lowest, highest))
        sink.add(Violation{"range", field, plain(value), unit, lowest, highest, {}, 0, hint});
}

/// A cross-field rule: `holds`, else `field` must be `requirement`.
template <class Sink, class Number>
constexpr void require(Sink& sink, bool holds, std::string_view rule, std::string_view field, const Number& value,
                       std::string_view requirement, double related, std::string_view hint) noexcept {
    if (!holds) sink.add(Violation{rule, field, plain(value), {}, 0, 0, requirement, related, hint});
}

} // namespace detail

} // namespace foretrain::inline v0
