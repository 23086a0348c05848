// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#if defined(__cpp_exceptions)
#include <exception>
#endif

#include "violation.hpp"

// Either a value or everything that is wrong with the input.
//
// `try_estimate_*` return a `Result` and never throw. `estimate_*` return the value or throw `InvalidConfiguration`,
// which carries all violations; in a constant expression that is a compile error. Without exceptions
// (-fno-exceptions) only the former exist.

namespace foretrain::inline v0 {

/// A value or the violations that prevented it. Asking for the one that is not there is a bug of the caller: it ends
/// the program at once (and does not compile in a constant expression) rather than hand out garbage.
template <class Value>
class Result {
public:
    using value_type = Value;

    constexpr Result(const Value& value) noexcept : value_{value}, has_value_{true} {}
    constexpr Result(const Violations& violations) noexcept : violations_{violations}, has_value_{false} {}
    /// The value that `make()` returns, or the violations: made in its place, without a copy.
    template <class Make>
    [[nodiscard]] static constexpr Result made_by(const Make& make) noexcept {
        if constexpr (std::is_same_v<decltype(make()), Violations>) return Result{OfViolations{}, make};
        else return Result{OfValue{}, make};
    }
    constexpr Result(const Result& other) noexcept : nothing_{}, has_value_{other.has_value_} { copy(other); }
    constexpr Result& operator=(const Result& other) noexcept {
        if (this != &other) {
            destroy();
            has_value_ = other.has_value_;
            copy(other);
        }
        return *this;
    }
    constexpr ~Result() noexcept
        requires(std::is_trivially_destructible_v<Value>)
    = default;
    constexpr ~Result() noexcept { destroy(); }

    [[nodiscard]] constexpr bool has_value() const noexcept { return has_value_; }
    constexpr explicit operator bool() const noexcept { return has_value_; }

    /// The value; only when `has_value()`. By value from a temporary, so that nothing dangles.
    [[nodiscard]] constexpr const Value& value() const& noexcept {
        expect(has_value_);
        return value_;
    }
    [[nodiscard]] constexpr Value value() && noexcept {
        expect(has_value_);
        return value_;
    }
    [[nodiscard]] constexpr const Value& operator*() const& noexcept { return value(); }
    [[nodiscard]] constexpr Value operator*() && noexcept { return static_cast<Result&&>(*this).value(); }
    [[nodiscard]] constexpr const Value* operator->() const noexcept { return std::addressof(value()); }

    /// What is wrong; only when not `has_value()`. By value from a temporary, so that a `for` over it is safe.
    [[nodiscard]] constexpr const Violations& violations() const& noexcept {
        expect(!has_value_);
        return violations_;
    }
    [[nodiscard]] constexpr Violations violations() && noexcept {
        expect(!has_value_);
        return violations_;
    }

private:
    struct OfValue {};
    struct OfViolations {};
    template <class Make>
    constexpr Result(OfValue, const Make& make) noexcept : value_{make()}, has_value_{true} {}
    template <class Make>
    constexpr Result(OfViolations, const Make& make) noexcept : violations_{make()}, has_value_{false} {}
    static constexpr void expect(bool holds) noexcept {
        if (!holds) __builtin_trap();
    }
    constexpr void copy(const Result& other) noexcept {
        if (other.has_value_) std::construct_at(std::addressof(value_), other.value_);
        else std::construct_at(std::addressof(violations_), other.violations_);
    }
    constexpr void destroy() noexcept {
        if (has_value_) std::destroy_at(std::addressof(value_));
        else std::destroy_at(std::addressof(violations_));
    }

    // NOLINTBEGIN(readability-identifier-naming): private, though members of a union
    union {
        char nothing_;
        Value value_;
        Violations violations_;
    };
    // NOLINTEND(readability-identifier-naming)
    bool has_value_;
};

#if defined(__cpp_exceptions)

/// Thrown by `estimate_*` on input that breaks a rule. `violations()` has all of them; `what()` one a line, and says
/// how many are left out where the text would get too long.
class InvalidConfiguration : public std::exception {
public:
    explicit InvalidConfiguration(const Violations& violations) noexcept : violations_{violations} {
        text_.append("invalid configuration:");
        std::size_t left = violations_.size() + violations_.omitted();
        for (const Violation& violation : violations_) {
            const ViolationText line = to_text(violation);
            if (text_.size() + line.size() + room_for_rest > decltype(text_)::capacity) break;
            text_.append("\n  ").append(line);
            --left;
        }
        if (left > 0) text_.append("\n  ... and ").append(left).append(" more");
    }
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] const Violations& violations() const noexcept { return violations_; }

private:
    static constexpr std::size_t room_for_rest = 40; // a line break with indent, twice, and "... and N more"
    Violations violations_;
    BasicText<4095> text_;
};

namespace detail {
/// The value, or an exception with the violations. Not reachable in a constant expression on bad input: the
/// compiler then points at the `throw` and at the call that led here.
template <class Value>
constexpr Value value_or_throw(const Result<Value>& result) {
    if (!result.has_value()) throw InvalidConfiguration(result.violations());
    return result.value();
}
} // namespace detail

#endif

} // namespace foretrain::inline v0
