// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"

// Options that may be repeated as NAME=VALUE, and ranges of factors: LOW..HIGH.

namespace planner {

/// Two factors.
struct Factors {
    double low = 1, high = 1;
};
/// LOW..HIGH, both above 0, the lower first.
[[nodiscard]] inline std::optional<Factors> parse_factors(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) return std::nullopt;
    const std::optional<double> low = parse_number(text.substr(0, dots)), high = parse_number(text.substr(dots + 2));
    if (!low || !high || !(0.01 <= *low && *low <= *high && *high <= 100.0)) return std::nullopt;
    return Factors{*low, *high};
}

/// Every NAME=VALUE of an option, with the index of the name; a name that is not known is refused.
inline void for_each_named(Reader& read, const std::string& option, const std::vector<std::string_view>& names,
                           const std::function<void(std::size_t, std::string_view, std::string_view)>& each) {
    if (!read.given(option)) return;
    std::vector<bool> seen(names.size(), false);
    std::string_view rest = read.required(option, "");
    while (!rest.empty()) {
        const std::string_view item = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(item.size() + 1 < rest.size() ? item.size() + 1 : rest.size());
        const std::size_t equals = item.find('=');
        const std::string_view name = item.substr(0, equals);
        std::size_t index = 0;
        while (index < names.size() && names[index] != name) ++index;
        if (index < names.size() && seen[index]) {
            read.refuse(option, item, "one for each NAME", "an earlier one says something else");
            continue;
        }
        if (index < names.size()) {
            seen[index] = true;
            each(index, equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1), item);
            continue;
        }
        std::string all = "NAME=VALUE with NAME one of ";
        for (std::size_t i = 0; i < names.size(); ++i) all.append(i > 0 ? ", " : "").append(names[i]);
        const std::string_view close = nearest(name, names);
        read.refuse(option, item, all, close.empty() ? std::string{} : "did you mean " + std::string{close} + "?");
    }
}

} // namespace planner
