// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/report/report.hpp>
#include <foretrain/units/quantity.hpp>
#include <foretrain/units/violation.hpp>

// Options as the user typed them, and what is wrong with them: everything is collected, then reported at once.

namespace planner {

/// Values of options by name (without the dashes); absent: not given.
using Options = std::map<std::string, std::string>;

/// A number with an optional suffix: 15.6T, 2M, 16k, 1e9.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// A size: "80 GiB", "80 GB".
[[nodiscard]] std::optional<foretrain::Bytes> parse_bytes(std::string_view text);
/// A rate of a network: "400 Gbit/s", "50 GB/s".
[[nodiscard]] std::optional<foretrain::Bandwidth> parse_bandwidth(std::string_view text);
/// A time: "10 us", "5 ms", "1 s".
[[nodiscard]] std::optional<foretrain::Seconds> parse_seconds(std::string_view text);

/// The candidate nearest to `name` by edit distance, or nothing if none is near.
[[nodiscard]] std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

/// Reads options, notes what was assumed and everything that is wrong.
class Reader {
public:
    explicit Reader(const Options& options) : options_{options} {}

    [[nodiscard]] bool given(const std::string& option) const { return options_.count(option) > 0; }
    /// The text of an option that must be given; empty if it is not.
    std::string_view required(const std::string& option, std::string_view hint);
    /// An integer that must be given.
    std::int64_t required_integer(const std::string& option, std::string_view hint);
    /// An integer, or `otherwise`, noted as an assumption unless `why` is empty.
    std::int64_t integer(const std::string& option, std::int64_t otherwise, std::string_view why);
    /// A number, or `otherwise`, noted as an assumption.
    double number(const std::string& option, double otherwise, std::string_view why);
    /// A number, or nothing.
    std::optional<double> number(const std::string& option);
    std::optional<foretrain::Bytes> bytes(const std::string& option);
    std::optional<foretrain::Bandwidth> bandwidth(const std::string& option);
    /// The index in `names` of an option's value; `otherwise` if absent, noted as an assumption unless `why` is empty.
    std::size_t choice(const std::string& option, const std::vector<std::string_view>& names, std::size_t otherwise,
                       std::string_view why);
    /// The index in `names` of a name that must be given.
    std::optional<std::size_t> name(const std::string& option, const std::vector<std::string_view>& names,
                                    std::string_view where);

    void assume(std::string what, std::string value, std::string_view why);
    /// `--option = value: must be requirement; hint: ...`
    void refuse(const std::string& option, std::string_view value, std::string_view requirement,
                std::string_view hint = {});
    /// Refuses those of the options that are given, unless the condition holds without which they have no effect.
    void refuse_unless(bool condition, std::initializer_list<const char*> options, std::string_view requirement,
                       std::string_view hint = {});
    /// Violations of the library's rules, but for fields whose option is refused already.
    void refuse(const foretrain::Violations& violations);
    /// Arguments that no option takes.
    void refuse_unknown(const std::vector<std::string>& arguments, const std::vector<std::string_view>& known);

    [[nodiscard]] bool ok() const { return problems_.empty(); }
    [[nodiscard]] bool refused(const std::string& option) const { return refused_.count(option) > 0; }
    [[nodiscard]] const std::vector<foretrain::Assumption>& assumed() const { return assumed_; }
    /// Prints all problems to the error stream; the exit status of bad input.
    int report(std::string_view command) const;

private:
    template <class Value, class Parse>
    std::optional<Value> parsed(const std::string& option, Parse parse, std::string_view requirement,
                                std::string_view hint);

    const Options& options_;
    std::vector<foretrain::Assumption> assumed_;
    std::vector<std::string> problems_;
    std::set<std::string> refused_;
};

} // namespace planner
