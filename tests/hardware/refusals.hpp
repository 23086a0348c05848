// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/units/violation.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <ostream>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

// What the checks of a configuration must accept and refuse, field by field: the same table at compile and run time.

namespace refusals {

using foretrain::Violation;
using Message = foretrain::ViolationText;

/// A numeric field, its range and how its message ends after `FIELD = VALUE`.
template <class Object>
struct Field {
    std::string_view name;
    void (*set)(Object&, double);
    double lowest;
    double highest;
    bool integer;
    std::string_view unit;
    std::string_view message;
};

/// A sink that keeps what a rule says of a field.
struct Find {
    std::string_view rule;
    std::string_view field;
    int found = 0;
    Message message{};

    constexpr void add(const Violation& violation) noexcept {
        if (violation.rule != rule || violation.field != field) return;
        ++found;
        message = to_text(violation);
    }
};

/// What a rule says of a field of `object`; empty if it says nothing (or, wrongly, more than once).
template <class Object>
constexpr Message message_of(const Object& object, std::string_view rule, std::string_view field) {
    Find find{rule, field};
    check_rules(object, find);
    return find.found == 1 ? find.message : Message{};
}

template <class Object>
constexpr Message message_of(Object object, const Field<Object>& field, double value) {
    field.set(object, value);
    return message_of(object, "range", field.name);
}

template <class Object>
constexpr Message expected(const Field<Object>& field, std::string_view value) {
    Message text;
    text.append(field.name).append(" = ").append(value);
    if (!field.unit.empty()) text.append(' ').append(field.unit);
    return text.append(": must be ").append(field.message);
}

/// Values outside of a field's range and how they read: just outside, far outside, and no numbers.
struct Outside {
    double value;
    Message text;
};
template <class Object>
constexpr std::array<Outside, 6> outside(const Field<Object>& field) {
    const auto read = [](double value) {
        Message text;
        text.append_number(value);
        return Outside{value, text};
    };
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double step = field.integer ? 1.0 : field.lowest > 0 ? field.lowest * 0.01 : 0.001;
    const Outside below = read(field.lowest - step);
    const Outside above = read(field.integer ? field.highest + 1 : field.highest * 1.01);
    if (field.integer) return {below, above, read(-1), read(-1e15), read(1e15), read(-7)};
    return {below, above, read(-1), read(std::numeric_limits<double>::quiet_NaN()), read(infinity), read(-infinity)};
}

template <class Object>
constexpr bool refused(const Object& object, const Field<Object>& field) {
    for (const Outside& bad : outside(field))
        if (message_of(object, field, bad.value) != expected(field, bad.text)) return false;
    return message_of(object, field, field.lowest).empty() && message_of(object, field, field.highest).empty();
}

/// Whether all fields are refused outside of their range: one constant expression each, because clang counts its steps.
template <const auto& object, const auto& fields>
constexpr bool all_refused = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return (std::bool_constant<refused(object, fields[Index])>::value && ...);
}(std::make_index_sequence<fields.size()>{});

/// The same, naming what fails.
template <class Object, std::size_t Count>
void check_all_refused(const Object& object, const std::array<Field<Object>, Count>& fields) {
    for (const Field<Object>& field : fields) {
        for (const Outside& bad : outside(field))
            CHECK(message_of(object, field, bad.value) == expected(field, bad.text));
        CHECK(message_of(object, field, field.lowest).empty());
        CHECK(message_of(object, field, field.highest).empty());
    }
}

template <class Object>
constexpr bool accepted(const Object& object) {
    foretrain::AnyViolation any;
    check_rules(object, any);
    return any.empty();
}

} // namespace refusals
