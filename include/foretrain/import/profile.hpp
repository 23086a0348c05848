// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "../calibrate/profile.hpp"
#include "../report/profile.hpp"

// Profiles in: the JSON that report/profile.hpp writes, checked key by key.

namespace foretrain::inline v0 {

namespace detail {

/// Reads keys of an object; says which one is wrong, and where.
class ProfileReader {
public:
    ProfileReader(const Json& object, std::string where) : object_{object}, where_{std::move(where)} {
        if (!object_.is_object()) fail("is not an object");
    }

    [[nodiscard]] const Json& at(const char* key) const {
        const auto found = object_.find(key);
        if (found == object_.end()) fail(std::string{"has no "} + key);
        return *found;
    }
    [[nodiscard]] ProfileReader object(const char* key) const { return {at(key), where_ + "." + key}; }
    [[nodiscard]] const Json& list(const char* key) const {
        if (!at(key).is_array()) fail(std::string{key} + " is not a list");
        return at(key);
    }
    [[nodiscard]] std::string text(const char* key) const {
        if (!at(key).is_string()) fail(std::string{key} + " is not a text");
        return at(key).get<std::string>();
    }
    [[nodiscard]] std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> result;
        for (const Json& entry : list(key)) {
            if (!entry.is_string()) fail(std::string{key} + " is not a list of texts");
            result.push_back(entry.get<std::string>());
        }
        return result;
    }
    [[nodiscard]] double number(const char* key) const {
        if (!at(key).is_number()) fail(std::string{key} + " is not a number");
        return at(key).get<double>();
    }
    [[nodiscard]] std::size_t count(const char* key) const {
        if (!at(key).is_number_unsigned()) fail(std::string{key} + " is not a count");
        return at(key).get<std::size_t>();
    }
    [[noreturn]] void fail(const std::string& what) const { throw CalibrationError(where_ + " " + what); }

private:
    const Json& object_;
    std::string where_;
};

[[nodiscard]] inline ErrorStatistics statistics_from(const ProfileReader& read) {
    ErrorStatistics s;
    s.rows = read.count("rows");
    s.mean = read.number("mean");
    s.median = read.number("median");
    s.p90 = read.number("p90");
    s.bias = read.number("bias");
    return s;
}

[[nodiscard]] inline CalibratedConstant constant_from(const ProfileReader& read) {
    CalibratedConstant c;
    c.name = read.text("name");
    c.unit = read.text("unit");
    c.value = read.number("value");
    c.before = read.number("before");
    c.low = read.number("low_95");
    c.high = read.number("high_95");
    c.refit_low = read.number("refit_low");
    c.refit_high = read.number("refit_high");
    const std::string how = read.text("determination");
    for (const Determination d :
         {Determination::fitted, Determination::at_bound, Determination::no_influence, Determination::undetermined})
        if (name_of(d) == how) {
            c.determination = d;
            return c;
        }
    read.fail("determination is not understood: " + how);
}

} // namespace detail

/// The profile in a text. Throws `CalibrationError` for anything that is not a profile of this schema; keys that are
/// not known are ignored.
[[nodiscard]] inline Profile parse_profile(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) throw CalibrationError("profile is not JSON");
    const detail::ProfileReader document(json, "profile");
    if (document.text("document") != "profile") document.fail("is another kind of document");
    if (const std::size_t schema = document.count("schema"); schema != static_cast<std::size_t>(profile_schema))
        document.fail("has schema " + std::to_string(schema) + "; this version reads " +
                      std::to_string(profile_schema));
    Profile profile;
    for (const Json& entry : document.list("sections")) {
        const detail::ProfileReader read(entry, "profile section " + std::to_string(profile.sections.size() + 1));
        ProfileSection s;
        const std::string kind = read.text("kind");
        bool known = false;
        for (const ProfileKind k : all_profile_kinds)
            if (name_of(k) == kind) {
                s.kind = k;
                known = true;
            }
        if (!known) read.fail("kind is not understood: " + kind);
        s.target = read.text("target");
        const detail::ProfileReader provenance = read.object("provenance");
        s.source = provenance.text("source");
        s.date = provenance.text("date");
        s.files = provenance.texts("files");
        s.measurements = provenance.count("measurements");
        for (const Json& constant : read.list("constants"))
            s.constants.push_back(detail::constant_from({constant, "profile constant of " + s.target}));
        const detail::ProfileReader errors = read.object("relative_error");
        s.before = detail::statistics_from(errors.object("before"));
        s.after = detail::statistics_from(errors.object("after"));
        s.held_out_by = errors.text("held_out_by");
        s.held_out = detail::statistics_from(errors.object("held_out"));
        s.warnings = read.texts("warnings");
        profile.sections.push_back(std::move(s));
    }
    return profile;
}

/// The profile in a file. Throws `CalibrationError` with the file's name.
[[nodiscard]] inline Profile read_profile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw CalibrationError(path + ": cannot be opened");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    try {
        return parse_profile(text);
    } catch (const CalibrationError& error) {
        throw CalibrationError(path + ": " + error.what());
    }
}

} // namespace foretrain::inline v0
