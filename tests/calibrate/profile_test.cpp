// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/calibrate/profile.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

ProfileSection section(ProfileKind kind, std::string target, std::vector<std::pair<std::string, double>> values) {
    ProfileSection s;
    s.kind = kind;
    s.target = std::move(target);
    s.date = "2026-11-05";
    s.source = "my measurements";
    for (const auto& [name, value] : values) {
        CalibratedConstant c;
        c.name = name;
        c.value = value;
        s.constants.push_back(c);
    }
    return s;
}

} // namespace

TEST_CASE("a profile changes what it is for and says where the numbers come from") {
    Profile profile;
    profile.replace(section(ProfileKind::kernels, "h100-sxm", {{"kernel.matrix_efficiency", 0.7}}));
    profile.replace(section(ProfileKind::attention, "h100-sxm", {{"kernel.attention_forward", 0.4}}));
    profile.replace(section(ProfileKind::collectives, "dgx-h100",
                            {{"fabric.tier[0].efficiency", 0.5}, {"library.base_latency", 3e-5}}));
    profile.replace(section(ProfileKind::stack, "fsdp", {{"host_per_kernel", 4e-5}}));
    Cluster cluster = *catalog::make_system("dgx-h100", 16);
    SoftwareStack stack = catalog::fsdp;
    CHECK(apply_profile(profile, cluster, stack) == 3);
    CHECK(cluster.accelerator.kernel.matrix_efficiency == 0.7);
    CHECK(cluster.accelerator.kernel.attention_forward == 0.4);
    CHECK(cluster.accelerator.kernel.provenance.source == "my measurements");
    CHECK(cluster.accelerator.kernel.provenance.evidence == Evidence::fitted);
    CHECK(cluster.fabric.tier[0].efficiency == 0.5);
    CHECK(cluster.fabric.tier[0].provenance.as_of == "2026-11-05");
    CHECK(cluster.fabric.tier[1].provenance.source ==
          catalog::make_system("dgx-h100", 16)->fabric.tier[1].provenance.source);
    CHECK(raw(stack.library.base_latency) == 3e-5);
    CHECK(raw(stack.host_per_kernel) == 4e-5);
    CHECK(stack.kernels.matrix == catalog::fsdp.kernels.matrix); // what the profile does not name stays
}

TEST_CASE("a profile of other hardware changes nothing") {
    Profile profile;
    profile.replace(section(ProfileKind::kernels, "a100-sxm-80gb", {{"kernel.matrix_efficiency", 0.7}}));
    Cluster cluster = *catalog::make_system("dgx-h100", 16);
    const double before = cluster.accelerator.kernel.matrix_efficiency;
    SoftwareStack stack = catalog::fsdp;
    CHECK(apply_profile(profile, cluster, stack) == 0);
    CHECK(cluster.accelerator.kernel.matrix_efficiency == before);
}

TEST_CASE("a second calibration of the same thing replaces the first") {
    Profile profile;
    profile.replace(section(ProfileKind::stack, "fsdp", {{"straggler", 0.1}}));
    profile.replace(section(ProfileKind::stack, "generic", {{"straggler", 0.2}}));
    profile.replace(section(ProfileKind::stack, "fsdp", {{"straggler", 0.05}}));
    REQUIRE(profile.sections.size() == 2);
    CHECK(profile.find(ProfileKind::stack, "fsdp")->constants[0].value == 0.05);
    CHECK(profile.find(ProfileKind::kernels, "fsdp") == nullptr);
}

TEST_CASE("constants that the library does not have, or that are no numbers, are refused") {
    SoftwareStack stack = catalog::fsdp;
    Profile profile;
    profile.replace(section(ProfileKind::stack, "fsdp", {{"speed", 1}}));
    CHECK_THROWS_WITH_AS((void)apply_profile(profile, stack), "profile: stack of fsdp has no constant speed",
                         CalibrationError);
    profile.replace(section(ProfileKind::stack, "fsdp", {{"straggler", -1}}));
    CHECK_THROWS_WITH_AS((void)apply_profile(profile, stack), "profile: straggler of fsdp is out of range",
                         CalibrationError);
}
