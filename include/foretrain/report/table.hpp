// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Text for a terminal: columns that line up, bars, wrapped paragraphs.
//
// Widths count code points of UTF-8, which is right for the characters used here (no wide or combining ones).

namespace foretrain::inline v0 {

/// How reports are set.
struct TextStyle {
    std::size_t width = 100; ///< columns of the terminal
    bool ascii = false;      ///< no character beyond ASCII
};

/// Columns a text takes in a terminal.
[[nodiscard]] inline std::size_t display_width(std::string_view text) noexcept {
    std::size_t columns = 0;
    for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    return columns;
}

/// The text with spaces after (or, to the right, before) it up to `width` columns.
[[nodiscard]] inline std::string padded(std::string_view text, std::size_t width, bool to_the_right = false) {
    const std::size_t taken = display_width(text);
    const std::string spaces(width > taken ? width - taken : 0, ' ');
    return to_the_right ? spaces + std::string{text} : std::string{text} + spaces;
}

/// The first columns of a text that is too long, and "..."; `width` columns in all.
[[nodiscard]] inline std::string shortened(std::string_view text, std::size_t width) {
    std::size_t bytes = 0;
    for (std::size_t columns = 0; bytes < text.size(); ++bytes) {
        columns += (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
        if (columns > width - 3) break;
    }
    return std::string{text.substr(0, bytes)} + "...";
}

/// An integer with a comma at the thousands: 16,384.
[[nodiscard]] inline std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

/// A bar of `share` (0 to 1, beyond is cut) of `width` columns, to an eighth of a column, after `before` of them.
[[nodiscard]] inline std::string bar(double share, std::size_t width, const TextStyle& style, double before = 0) {
    const auto clipped = [](double x) { return x >= 0 ? std::min(x, 1.0) : 0.0; }; // NaN: nothing
    // A bar can end within a column but not begin there: it takes the whole of its first.
    const auto columns = static_cast<std::size_t>(clipped(before) * static_cast<double>(width));
    const double end = clipped(before + clipped(share)) * static_cast<double>(8 * width) + 0.5;
    const std::size_t eighths = static_cast<std::size_t>(end) - std::min(8 * columns, static_cast<std::size_t>(end));
    if (columns > 0)
        return std::string(columns, ' ') +
               bar(static_cast<double>(eighths) / static_cast<double>(8 * width), width, style);
    if (style.ascii) return std::string((eighths + 4) / 8, '#');
    constexpr std::string_view parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    std::string result;
    for (std::size_t i = 0; i < eighths / 8; ++i) result += "█";
    return result += parts[eighths % 8];
}

/// Words on lines of at most `width` columns, each after `indent` spaces but the first, which follows `first` text.
[[nodiscard]] inline std::string wrapped(std::string_view first, std::string_view text, std::size_t indent,
                                         std::size_t width) {
    std::string result{first};
    std::size_t column = display_width(first);
    bool fresh = true; // nothing on this line yet
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) continue;
        const std::size_t length = display_width(word);
        if (!fresh && column + 1 + length > width) {
            result += '\n';
            result.append(indent, ' ');
            column = indent;
            fresh = true;
        }
        if (!fresh) {
            result += ' ';
            ++column;
        }
        result += word;
        column += length;
        fresh = false;
    }
    return result += '\n';
}

/// What becomes of a last cell that is too long: its words go on under their column, or the line is cut.
enum class LongCell : unsigned char { wrapped, cut };

/// Rows of cells; each column as wide as its widest cell, two spaces between.
class TextTable {
public:
    /// One letter a column: `l` left, `r` right. Further columns are left.
    explicit TextTable(std::string_view alignment, std::size_t indent = 0) : alignment_{alignment}, indent_{indent} {}

    void add(std::vector<std::string> row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i == widths_.size()) widths_.push_back(0);
            widths_[i] = std::max(widths_[i], display_width(row[i]));
        }
        rows_.push_back(std::move(row));
    }
    /// Columns the longest line may take.
    [[nodiscard]] std::size_t width() const noexcept {
        std::size_t columns = indent_;
        for (const std::size_t width : widths_) columns += width + 2;
        return widths_.empty() ? columns : columns - 2;
    }

    /// The rows as lines of at most `width` columns (0: no limit). What is cut ends in "...": as `long_cell` says, and
    /// what cannot go on under its column.
    [[nodiscard]] std::string text(std::size_t width = 0, LongCell long_cell = LongCell::wrapped) const {
        constexpr std::size_t fewest = 16; // columns that a few words take
        const auto to_the_right = [&](std::size_t i) { return i < alignment_.size() && alignment_[i] == 'r'; };
        std::string result;
        for (const std::vector<std::string>& row : rows_) {
            std::string line(indent_, ' ');
            std::size_t last = indent_; // where the last cell begins
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (i > 0) line += "  ";
                last = i + 1 < row.size() ? last + widths_[i] + 2 : last;
                line += padded(row[i], widths_[i], to_the_right(i));
            }
            line.erase(line.find_last_not_of(' ') + 1);
            if (width <= 3 || display_width(line) <= width) {
                result += line + '\n';
                continue;
            }
            const bool wraps = long_cell == LongCell::wrapped && last + fewest <= width;
            if (wraps && !to_the_right(row.size() - 1))
                line = wrapped(line.substr(0, line.rfind(row.back())), row.back(), last, width);
            else line += '\n';
            for (std::size_t from = 0; from < line.size();) { // words alone can be too long
                const std::size_t end = line.find('\n', from);
                const std::string part = line.substr(from, end - from);
                result += (display_width(part) > width ? shortened(part, width) : part) + '\n';
                from = end + 1;
            }
        }
        return result;
    }

private:
    std::string alignment_;
    std::size_t indent_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> widths_;
};

} // namespace foretrain::inline v0
