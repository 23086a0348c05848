// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/table.hpp>

#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <algorithm>

using namespace foretrain;

TEST_CASE("width counts characters, not bytes") {
    CHECK(display_width("") == 0);
    CHECK(display_width("abc") == 3);
    CHECK(display_width("a·×█") == 4);
    CHECK(padded("×", 3) == "×  ");
    CHECK(padded("×", 3, true) == "  ×");
    CHECK(padded("long", 2) == "long");
}

TEST_CASE("integers are grouped by thousands") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(16384) == "16,384");
    CHECK(grouped(1234567890) == "1,234,567,890");
    CHECK(grouped(-1000) == "-1,000");
    CHECK(grouped(-999) == "-999");
}

TEST_CASE("a bar is as long as its share") {
    const TextStyle unicode{}, ascii{.ascii = true};
    CHECK(bar(0.0, 10, unicode).empty());
    CHECK(bar(0.5, 4, unicode) == "██");
    CHECK(bar(1.0, 4, unicode) == "████");
    CHECK(bar(0.625, 4, unicode) == "██▌");
    CHECK(bar(0.5, 10, ascii) == "#####");
    // What is out of range is drawn in range.
    CHECK(bar(7.0, 4, unicode) == "████");
    CHECK(bar(-1.0, 4, unicode).empty());
    CHECK(bar(std::numeric_limits<double>::quiet_NaN(), 4, unicode).empty());
    for (int i = 0; i <= 100; ++i) CHECK(display_width(bar(i / 100.0, 13, unicode)) <= 13);
}

TEST_CASE("bars of a waterfall begin where the one before ended") {
    const TextStyle unicode{}, ascii{.ascii = true};
    CHECK(bar(0.5, 8, unicode, 0.0) == "████");
    CHECK(bar(0.5, 8, unicode, 0.5) == "    ████");
    CHECK(bar(0.25, 8, ascii, 0.5) == "    ##");
    // A bar takes the whole of the column it begins in, and never leaves the scale.
    CHECK(bar(0.25, 8, unicode, 0.5625) == "    ██▌");
    for (int i = 0; i < 20; ++i) CHECK(display_width(bar(0.05, 11, unicode, i * 0.05)) <= 11);
    CHECK(display_width(bar(0.5, 8, unicode, 0.9)) == 8);
}

TEST_CASE("paragraphs wrap at words and keep their indent") {
    CHECK(wrapped("", "one two three", 0, 8) == "one two\nthree\n");
    CHECK(wrapped("  x  ", "one two three", 5, 12) == "  x  one two\n     three\n");
    CHECK(wrapped("", "overlong", 2, 3) == "overlong\n");
    CHECK(wrapped("", "", 2, 3) == "\n");
    CHECK(wrapped("", "a  b", 0, 10) == "a b\n");
}

TEST_CASE("columns line up") {
    TextTable table("lr", 1);
    table.add({"name", "count"});
    table.add({"×", "1,000"});
    table.add({"longer name"});
    table.add({});
    CHECK(table.text() == " name         count\n ×            1,000\n longer name\n\n");
    CHECK(table.width() == 19);
    CHECK(table.text(10) == " name  ...\n ×     ...\n longer...\n\n");
    // Words of the last column go on under it; numbers to the right of theirs, and long words, are cut.
    TextTable words{"ll", 1};
    words.add({"a", "one two three four five six"});
    words.add({"b", "×××××××××××××××××××××××××"});
    words.add({"c"});
    CHECK(words.text(20) == " a  one two three\n    four five six\n b  ×××××××××××××...\n c\n");
    CHECK(words.text(19) == " a  one two thre...\n b  ××××××××××××...\n c\n");
    CHECK(words.text(31) == words.text());
    TextTable numbers{"lr"};
    numbers.add({"a", "1 234 567 890 123"});
    CHECK(numbers.text(19) == "a  1 234 567 890...\n");
    CHECK(TextTable{"l"}.text().empty());
}

TEST_CASE("a text that is too long ends in dots") {
    CHECK(shortened("abcdefgh", 6) == "abc...");
    CHECK(shortened("××××××××", 6) == "×××...");
}

TEST_CASE("a last cell that is too long wraps, or is cut where each row is to keep its line") {
    TextTable table("ll");
    table.add({"name", "several words that need more room than there is"});
    const std::string wrapped_text = table.text(30), cut_text = table.text(30, LongCell::cut);
    CHECK(wrapped_text.find("room") != std::string::npos);
    CHECK(std::count(wrapped_text.begin(), wrapped_text.end(), '\n') > 1);
    CHECK(std::count(cut_text.begin(), cut_text.end(), '\n') == 1);
    CHECK(cut_text.find("...\n") != std::string::npos);
}
