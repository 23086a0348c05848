// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/profile.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// Built from the members: the test of the pasted text below must not go through what it tests.
ProfileSection example() {
    ProfileSection s;
    s.kind = ProfileKind::kernels;
    s.target = "h100-sxm";
    s.date = "2026-11-05";
    s.source = "foretrain calibrate kernels of \"mine\".csv";
    s.measurements = 120;
    s.constants = {{"kernel.matrix_efficiency", "", 0.9, 0.8125, 0.8, 0.825, 0.8, 0.82, Determination::fitted},
                   {"kernel.fixed_time", "s", 2e-6, 3.25e-6, 3e-6, 3.5e-6, 3e-6, 4e-6, Determination::fitted},
                   {"kernel.memory_efficiency", "", 0.7, 1, 1, 1, 1, 1, Determination::at_bound},
                   {"kernel.inner_dimension_half", "", 90, 90, 90, 90, 90, 90, Determination::undetermined}};
    s.before = {120, 0.2, 0.15, 0.4, -0.1};
    s.after = {120, 0.06, 0.05, 0.12, 0.001};
    s.held_out_by = "source";
    s.held_out.rows = 120;
    s.held_out.mean = 0.08;
    s.held_out.median = 0.07;
    s.warnings = {"mind the gap"};
    return s;
}

// What `profile_cpp` prints for the example, pasted: that it compiles is the test.
// kernels of h100-sxm, fitted to 120 measurements on 2026-11-05: median error 5.0% in sample, 7.0% held out by source.
inline constexpr foretrain::Accelerator my_h100 = [] {
    foretrain::Accelerator x = foretrain::catalog::h100_sxm;
    x.kernel.matrix_efficiency = 0.8125;                                 // 95%: 0.8 to 0.825
    x.kernel.fixed_time = foretrain::make<foretrain::Seconds>(3.25e-06); // 95%: 3e-06 to 3.5e-06 s
    x.kernel.memory_efficiency = 1.0;                                    // at its bound
    x.kernel.provenance = {"foretrain calibrate kernels of \"mine\".csv", "2026-11-05", foretrain::Evidence::fitted};
    return x;
}();
constexpr const char* pasted =
    R"(// kernels of h100-sxm, fitted to 120 measurements on 2026-11-05: median error 5.0% in sample, 7.0% held out by source.
inline constexpr foretrain::Accelerator my_h100 = [] {
    foretrain::Accelerator x = foretrain::catalog::h100_sxm;
    x.kernel.matrix_efficiency = 0.8125; // 95%: 0.8 to 0.825
    x.kernel.fixed_time = foretrain::make<foretrain::Seconds>(3.25e-06); // 95%: 3e-06 to 3.5e-06 s
    x.kernel.memory_efficiency = 1.0; // at its bound
    x.kernel.provenance = {"foretrain calibrate kernels of \"mine\".csv", "2026-11-05", foretrain::Evidence::fitted};
    return x;
}();
)";

} // namespace

TEST_CASE("the C++ entry is what was pasted above, and is what the profile makes of the catalogue") {
    CHECK(profile_cpp(example(), "my_h100") == pasted);
    static_assert(my_h100.kernel.matrix_efficiency == 0.8125);
    static_assert(my_h100.kernel.provenance.evidence == Evidence::fitted);
    Accelerator applied = catalog::h100_sxm;
    Profile profile;
    ProfileSection section = example();
    section.constants.pop_back(); // the undetermined one keeps the catalogue's value in both ways
    profile.replace(section);
    REQUIRE(apply_profile(profile, applied));
    CHECK(applied.kernel.matrix_efficiency == my_h100.kernel.matrix_efficiency);
    CHECK(raw(applied.kernel.fixed_time) == raw(my_h100.kernel.fixed_time));
    CHECK(applied.kernel.memory_efficiency == my_h100.kernel.memory_efficiency);
    CHECK(applied.kernel.inner_dimension_half == my_h100.kernel.inner_dimension_half);
    CHECK(applied.kernel.provenance.source == my_h100.kernel.provenance.source);
}

TEST_CASE("networks become a library and a cluster, stacks a stack") {
    ProfileSection s = example();
    s.kind = ProfileKind::collectives;
    s.target = "dgx-h100";
    s.constants = {{"library.base_latency", "s", 5e-6, 6e-6, 5e-6, 7e-6, 6e-6, 6e-6, Determination::fitted},
                   {"fabric.tier[1].efficiency", "", 0.9, 0.75, 0.7, 0.8, 0.7, 0.8, Determination::fitted}};
    const std::string network = profile_cpp(s, "mine");
    CHECK(network.find("foretrain::CommunicationLibrary mine_library") != std::string::npos);
    CHECK(network.find("    l.base_latency = foretrain::make<foretrain::Seconds>(6e-06);") != std::string::npos);
    CHECK(network.find("constexpr foretrain::Cluster mine(std::int64_t accelerators)") != std::string::npos);
    CHECK(network.find("    c.fabric.tier[1].efficiency = 0.75;") != std::string::npos);
    CHECK(network.find("l.fabric") == std::string::npos);
    s.kind = ProfileKind::stack;
    s.target = "generic";
    s.constants = {{"kernels.matrix", "", 1, 0.5, 0.4, 0.6, 0.5, 0.5, Determination::fitted}};
    const std::string stack = profile_cpp(s, "mine");
    CHECK(stack.find("foretrain::SoftwareStack x = foretrain::catalog::generic_stack;") != std::string::npos);
    CHECK(stack.find("    x.kernels.matrix = 0.5;") != std::string::npos);
    CHECK(stack.find("    x.provenance = ") != std::string::npos);
}

TEST_CASE("the text has intervals, what was not determined, errors of both kinds and warnings") {
    const std::string text = profile_text(example());
    for (const char* part :
         {"kernels of h100-sxm: 120 measurements", "0.8 to 0.825", "3.25e-06 s", "at its bound", "undetermined",
          "after, in sample", "5.0%", "held out by source", "8.0%", "warning: mind the gap"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("the document has its kind, its schema and every number") {
    const Json json = profile_json(Profile{{example()}});
    CHECK(json["document"] == "profile");
    CHECK(json["schema"] == profile_schema);
    CHECK(json["sections"][0]["kind"] == "kernels");
    CHECK(json["sections"][0]["constants"][1]["value"] == 3.25e-6);
    CHECK(json["sections"][0]["constants"][3]["determination"] == "undetermined");
    CHECK(json["sections"][0]["provenance"]["measurements"] == 120);
    CHECK(json["sections"][0]["relative_error"]["held_out"]["median"] == 0.07);
}
