// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>

#include <foretrain/import/profile.hpp>

#include "../relative.hpp"
#include "temporary_file.hpp"

using namespace foretrain;

namespace {

Profile example() {
    std::mt19937_64 random(99);
    std::uniform_real_distribution<double> any(1e-12, 1.0);
    Profile profile;
    for (const ProfileKind kind : all_profile_kinds) {
        ProfileSection s;
        s.kind = kind;
        s.target = "target of " + std::string{name_of(kind)};
        s.date = "2026-11-05";
        s.source = "a \"quoted\" source";
        s.files = {"one.csv", "two.csv"};
        s.measurements = 1234;
        for (const Determination how : {Determination::fitted, Determination::at_bound, Determination::no_influence,
                                        Determination::undetermined}) {
            CalibratedConstant c;
            c.name = "constant " + std::string{name_of(how)};
            c.unit = "s";
            for (double* number : {&c.before, &c.value, &c.low, &c.high, &c.refit_low, &c.refit_high})
                *number = std::pow(any(random), 3) * 1e-6; // all digits in use
            c.determination = how;
            s.constants.push_back(c);
        }
        for (ErrorStatistics* e : {&s.before, &s.after, &s.held_out}) {
            e->rows = 17;
            for (double* number : {&e->mean, &e->median, &e->p90, &e->bias}) *number = any(random);
        }
        s.held_out_by = "source";
        s.warnings = {"mind the gap"};
        profile.sections.push_back(s);
    }
    return profile;
}

void check_same(const ErrorStatistics& a, const ErrorStatistics& b) {
    CHECK(a.rows == b.rows);
    CHECK(a.mean == b.mean);
    CHECK(a.median == b.median);
    CHECK(a.p90 == b.p90);
    CHECK(a.bias == b.bias);
}

} // namespace

TEST_CASE("a profile comes back to the bit") {
    const Profile written = example();
    const TemporaryFile file(profile_json(written).dump(2));
    const Profile read = read_profile(file.path());
    REQUIRE(read.sections.size() == written.sections.size());
    for (std::size_t i = 0; i < read.sections.size(); ++i) {
        const ProfileSection &a = read.sections[i], &b = written.sections[i];
        CHECK(a.kind == b.kind);
        CHECK(a.target == b.target);
        CHECK(a.date == b.date);
        CHECK(a.source == b.source);
        CHECK(a.files == b.files);
        CHECK(a.measurements == b.measurements);
        CHECK(a.held_out_by == b.held_out_by);
        CHECK(a.warnings == b.warnings);
        check_same(a.before, b.before);
        check_same(a.after, b.after);
        check_same(a.held_out, b.held_out);
        REQUIRE(a.constants.size() == b.constants.size());
        for (std::size_t j = 0; j < a.constants.size(); ++j) {
            const CalibratedConstant &c = a.constants[j], &d = b.constants[j];
            CHECK(c.name == d.name);
            CHECK(c.unit == d.unit);
            CHECK(c.before == d.before);
            CHECK(c.value == d.value);
            CHECK(c.low == d.low);
            CHECK(c.high == d.high);
            CHECK(c.refit_low == d.refit_low);
            CHECK(c.refit_high == d.refit_high);
            CHECK(c.determination == d.determination);
        }
    }
}

TEST_CASE("a text that is no profile is refused, and says where") {
    const auto refused = [](const std::string& text, const std::string& why) {
        CHECK_THROWS_WITH_AS((void)parse_profile(text), why.c_str(), CalibrationError);
    };
    refused("{", "profile is not JSON");
    refused("[]", "profile is not an object");
    refused("{}", "profile has no document");
    refused(R"({"document": "report", "schema": 1, "sections": []})", "profile is another kind of document");
    refused(R"({"document": "profile", "schema": 99, "sections": []})", "profile has schema 99; this version reads 1");
    refused(R"({"document": "profile", "schema": 1, "sections": {}})", "profile sections is not a list");
    const auto broken = [&](const char* pointer, const Json& value, const std::string& why) {
        Json json = profile_json(example());
        json[Json::json_pointer(pointer)] = value;
        refused(json.dump(), why);
    };
    broken("/sections/1/kind", "weather", "profile section 2 kind is not understood: weather");
    broken("/sections/0/provenance/files", Json::array({1}),
           "profile section 1.provenance files is not a list of texts");
    broken("/sections/0/constants/0/value", "fast", "profile constant of target of kernels value is not a number");
    broken("/sections/0/constants/0/value", nullptr,
           "profile constant of target of kernels value is not a number"); // what JSON makes of NaN
    broken("/sections/0/constants/0/determination", "guessed",
           "profile constant of target of kernels determination is not understood: guessed");
    broken("/sections/0/relative_error/after/rows", -1, "profile section 1.relative_error.after rows is not a count");
}

TEST_CASE("a file that is not there or not a profile is named") {
    CHECK_THROWS_WITH_AS((void)read_profile("nowhere.json"), "nowhere.json: cannot be opened", CalibrationError);
    const TemporaryFile file("{}");
    CHECK_THROWS_WITH_AS((void)read_profile(file.path()), (file.path() + ": profile has no document").c_str(),
                         CalibrationError);
}
