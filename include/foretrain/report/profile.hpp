// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "../calibrate/profile.hpp"
#include "../version.hpp"
#include "json.hpp"
#include "table.hpp"

// Profiles out: as JSON, as C++ to paste into a program or the catalogue, and as text for a terminal.

namespace foretrain::inline v0 {

/// Raised whenever a key changes its name or its meaning; a reader refuses what it does not know.
inline constexpr int profile_schema = 1;

namespace detail {

[[nodiscard]] inline Json statistics_json(const ErrorStatistics& s) {
    return {{"rows", s.rows}, {"mean", s.mean}, {"median", s.median}, {"p90", s.p90}, {"bias", s.bias}};
}

/// The shortest decimal that a compiler reads back as the same double, with a point or an exponent.
[[nodiscard]] inline std::string cpp_number(double value) {
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    std::string number(text.data(), end);
    if (number.find_first_of(".en") == std::string::npos) number += ".0";
    return number;
}

/// A string literal.
[[nodiscard]] inline std::string cpp_text(std::string_view text) {
    std::string literal = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') literal += '\\';
        literal += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return literal + '"';
}

/// What the catalogue calls the object of a name: h100-sxm is h100_sxm.
[[nodiscard]] inline std::string cpp_identifier(std::string_view name) {
    std::string identifier;
    for (const char c : name) {
        const bool usable = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        identifier += usable ? c : '_';
    }
    return identifier == "generic" ? "generic_stack" : identifier;
}

[[nodiscard]] inline std::string share_text(double share) {
    Text text;
    text.append_fixed(100 * share, 1).append('%');
    return std::string{text.view()};
}

/// Three significant digits and more where the number is an integer part.
[[nodiscard]] inline std::string four_digits(double value) {
    std::array<char, 32> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4);
    return {text.data(), end};
}

} // namespace detail

/// The document that `read_profile` reads back to the same bits.
[[nodiscard]] inline Json profile_json(const Profile& profile) {
    Json sections = Json::array();
    for (const ProfileSection& s : profile.sections) {
        Json constants = Json::array();
        for (const CalibratedConstant& c : s.constants)
            constants.push_back({{"name", c.name},
                                 {"unit", c.unit},
                                 {"value", c.value},
                                 {"before", c.before},
                                 {"low_95", c.low},
                                 {"high_95", c.high},
                                 {"refit_low", c.refit_low},
                                 {"refit_high", c.refit_high},
                                 {"determination", name_of(c.determination)}});
        sections.push_back(
            {{"kind", name_of(s.kind)},
             {"target", s.target},
             {"provenance",
              {{"source", s.source}, {"date", s.date}, {"files", s.files}, {"measurements", s.measurements}}},
             {"constants", std::move(constants)},
             {"relative_error",
              {{"before", detail::statistics_json(s.before)},
               {"after", detail::statistics_json(s.after)},
               {"held_out_by", s.held_out_by},
               {"held_out", detail::statistics_json(s.held_out)}}},
             {"warnings", s.warnings}});
    }
    return {{"foretrain", FORETRAIN_VERSION_STRING},
            {"document", "profile"},
            {"schema", profile_schema},
            {"sections", std::move(sections)}};
}

/// A constexpr object (of a network: functions) called `name` that starts from the catalogue's and has the fitted
/// constants. It needs <foretrain/foretrain.hpp> and stands at namespace scope.
[[nodiscard]] inline std::string profile_cpp(const ProfileSection& s, const std::string& name) {
    const std::string base = "foretrain::catalog::" + detail::cpp_identifier(s.target);
    const std::string provenance =
        "{" + detail::cpp_text(s.source) + ", " + detail::cpp_text(s.date) + ", foretrain::Evidence::fitted};\n";
    const auto assignments = [&](std::string_view prefix) {
        std::string text;
        for (const CalibratedConstant& c : s.constants) {
            if (c.determination != Determination::fitted && c.determination != Determination::at_bound) continue;
            if (c.name.rfind("library.", 0) == 0 && prefix == "c.") continue;
            if (c.name.rfind("fabric.", 0) == 0 && prefix == "l.") continue;
            const std::string number = detail::cpp_number(c.value);
            const std::string member = prefix == "l." ? c.name.substr(8) : c.name;
            text += "    " + std::string{prefix} + member + " = " +
                    (c.unit == "s" ? "foretrain::make<foretrain::Seconds>(" + number + ")" : number) + ";";
            if (c.determination == Determination::at_bound) text += " // at its bound";
            else
                text += " // 95%: " + detail::four_digits(c.low) + " to " + detail::four_digits(c.high) +
                        (c.unit.empty() ? "" : " " + c.unit);
            text += "\n";
        }
        return text;
    };
    std::string text =
        "// " + std::string{name_of(s.kind)} + " of " + s.target + ", fitted to " + std::to_string(s.measurements) +
        " measurements on " + s.date + ": median error " + detail::share_text(s.after.median) + " in sample" +
        (s.held_out.rows > 0 ? ", " + detail::share_text(s.held_out.median) + " held out by " + s.held_out_by
                             : std::string{}) +
        ".\n";
    if (s.kind == ProfileKind::collectives) {
        text += "inline constexpr foretrain::CommunicationLibrary " + name + "_library = [] {\n" +
                "    foretrain::CommunicationLibrary l = foretrain::libraries::nccl;\n" + assignments("l.") +
                "    l.provenance = " + provenance + "    return l;\n}();\n";
        text += "[[nodiscard]] constexpr foretrain::Cluster " + name + "(std::int64_t accelerators) noexcept {\n" +
                "    foretrain::Cluster c = " + base + "(accelerators);\n" + assignments("c.") +
                "    c.fabric.tier[0].provenance = " + provenance + "    return c;\n}\n";
        return text;
    }
    const bool stack = s.kind == ProfileKind::stack;
    text += "inline constexpr foretrain::" + std::string{stack ? "SoftwareStack " : "Accelerator "} + name +
            " = [] {\n    foretrain::" + (stack ? "SoftwareStack" : "Accelerator") + " x = " + base + ";\n" +
            assignments("x.") + "    x." + (stack ? "" : "kernel.") + "provenance = " + provenance +
            "    return x;\n}();\n";
    return text;
}

/// The constants with their intervals, the errors before and after, and the warnings.
[[nodiscard]] inline std::string profile_text(const ProfileSection& s) {
    std::string text = std::string{name_of(s.kind)} + " of " + s.target + ": " +
                       grouped(static_cast<std::int64_t>(s.measurements)) + " measurements\n\n";
    TextTable constants("lrrll");
    constants.add({"constant", "before", "fitted", "95% interval", "without a group"});
    const auto range = [](double low, double high) {
        return detail::four_digits(low) + " to " + detail::four_digits(high);
    };
    for (const CalibratedConstant& c : s.constants) {
        const std::string unit = c.unit.empty() ? "" : " " + c.unit;
        const bool fitted = c.determination == Determination::fitted;
        constants.add({c.name, detail::four_digits(c.before) + unit, detail::four_digits(c.value) + unit,
                       fitted ? range(c.low, c.high) : std::string{name_of(c.determination)},
                       s.held_out.rows > 0 ? range(c.refit_low, c.refit_high) : std::string{"-"}});
    }
    text += constants.text() + '\n';
    TextTable errors("lrrrrr");
    errors.add({"relative error", "rows", "mean", "median", "p90", "bias"});
    const auto signed_percent = [](double share) { return (share >= 0 ? "+" : "") + detail::share_text(share); };
    for (const auto& [name, e] :
         {std::pair<std::string, const ErrorStatistics*>{"before", &s.before}, {"after, in sample", &s.after}})
        errors.add({name, grouped(static_cast<std::int64_t>(e->rows)), detail::share_text(e->mean),
                    detail::share_text(e->median), detail::share_text(e->p90), signed_percent(e->bias)});
    if (s.held_out.rows > 0)
        errors.add({"held out by " + s.held_out_by, grouped(static_cast<std::int64_t>(s.held_out.rows)),
                    detail::share_text(s.held_out.mean), detail::share_text(s.held_out.median), "-", "-"});
    text += errors.text();
    if (!s.warnings.empty()) text += '\n';
    for (const std::string& warning : s.warnings) text += "warning: " + warning + '\n';
    return text;
}

} // namespace foretrain::inline v0
