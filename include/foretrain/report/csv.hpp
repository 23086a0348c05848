// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

// Tables as CSV: a header row whose names end in their units (`time_s`), fields quoted as RFC 4180 has it, lines that
// end in a line feed, numbers in the shortest form that reads back as the same number, nothing for what is not known.

namespace foretrain::inline v0 {

namespace detail {

/// A field of a CSV file: in quotes if it has a comma, a quote, a line break or spaces at its ends.
[[nodiscard]] inline std::string csv_field(std::string_view text) {
    const bool spaces = !text.empty() && (text.front() == ' ' || text.back() == ' ');
    if (!spaces && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

/// The shortest decimal form that reads back as the same number; nothing of what is no finite number.
template <std::floating_point Real>
[[nodiscard]] std::string shortest(Real number) {
    if (!std::isfinite(number)) return {};
    char digits[40];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    return error == std::errc{} ? std::string(digits, end) : std::string{};
}

[[nodiscard]] inline std::string csv_cell(std::string_view text) { return csv_field(text); }
[[nodiscard]] inline std::string csv_cell(const char* text) { return csv_field(text); }
[[nodiscard]] inline std::string csv_cell(const std::string& text) { return csv_field(text); }
[[nodiscard]] inline std::string csv_cell(std::same_as<bool> auto yes) { return yes ? "true" : "false"; }
template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
[[nodiscard]] std::string csv_cell(Integer number) {
    return std::to_string(number);
}
template <std::floating_point Real>
[[nodiscard]] std::string csv_cell(Real number) {
    return shortest(number);
}
template <class Value>
[[nodiscard]] std::string csv_cell(const std::optional<Value>& value) {
    return value ? csv_cell(*value) : std::string{};
}

} // namespace detail

/// A table that is written as CSV. Fields that a row leaves out at its end are unknown; it has none beyond the header.
class CsvTable {
public:
    /// The names of the columns, each with its unit unless it is a text or a pure number.
    explicit CsvTable(std::initializer_list<std::string_view> columns) {
        for (const std::string_view column : columns) field(detail::csv_field(column));
        columns_ = at_;
        end_line();
    }
    /// One row: texts, whole numbers, numbers, truth values, or optionals of these.
    template <class... Cells>
    void add(const Cells&... cells) {
        (field(detail::csv_cell(cells)), ...);
        end_line();
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void field(const std::string& escaped) {
        if (columns_ > 0 && at_ == columns_) return;
        if (at_++ > 0) text_ += ',';
        text_ += escaped;
    }
    void end_line() {
        while (at_ < columns_) field({});
        at_ = 0;
        text_ += '\n';
    }

    std::string text_;
    std::size_t columns_ = 0, at_ = 0;
};

} // namespace foretrain::inline v0
