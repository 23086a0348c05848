// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "published_steps.hpp"

// Finding names and numbers in the words of tables, whatever their case, dashes and spaces.

namespace foretrain::inline v0::detail {

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// ASCII letters in lower case; everything else as it is.
[[nodiscard]] inline std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// Only letters and digits, in lower case: "TPU v5p" and "TPUv5p" are the same name.
[[nodiscard]] inline std::string letters_of(std::string_view text) {
    std::string letters;
    for (const char c : lower_case(text))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
    return letters;
}

/// Whether a text begins with another.
[[nodiscard]] inline bool starts_with(std::string_view text, std::string_view beginning) {
    return text.substr(0, beginning.size()) == beginning;
}

/// The unsigned decimal number that begins at `at`; nothing if none does.
[[nodiscard]] inline std::optional<double> number_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
    while (end > at && text[end - 1] == '.') --end;
    return number_of(text.substr(at, end - at));
}

/// The number after a word that stands alone: 32 in "GAS 32", "GAS=32", "(GAS): 32".
[[nodiscard]] inline std::optional<double> number_after(std::string_view text, std::string_view word) {
    const auto inside = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        if (at > 0 && inside(text[at - 1])) continue;
        std::size_t next = at + word.size();
        while (next < text.size() && contains(" =:)", text.substr(next, 1))) ++next;
        if (const std::optional<double> number = number_at(text, next)) return number;
    }
    return std::nullopt;
}

/// The number before a word: 3 in "3 dense layers"; digits and the word may be a space or a dash apart.
[[nodiscard]] inline std::optional<double> number_before(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        std::size_t end = at;
        while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '-')) --end;
        std::size_t begin = end;
        while (begin > 0 && ((text[begin - 1] >= '0' && text[begin - 1] <= '9') || text[begin - 1] == '.')) --begin;
        if (const std::optional<double> number = number_of(text.substr(begin, end - begin))) return number;
    }
    return std::nullopt;
}

} // namespace foretrain::inline v0::detail
