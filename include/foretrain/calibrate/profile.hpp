// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../hardware/cluster.hpp"
#include "constant.hpp"
#include "error.hpp"
#include "outcome.hpp"

// Fitted constants as a document that outlives the program which fitted them, and how it changes the library's data.
//
// A profile has sections: the kernels or the attention of an accelerator, the network of a system, a software stack.
// Reading and writing are import/profile.hpp and report/profile.hpp.

namespace foretrain::inline v0 {

/// What a section's constants belong to.
enum class ProfileKind : unsigned char { kernels, attention, collectives, stack };
inline constexpr std::array all_profile_kinds{ProfileKind::kernels, ProfileKind::attention, ProfileKind::collectives,
                                              ProfileKind::stack};

[[nodiscard]] constexpr std::string_view name_of(ProfileKind kind) noexcept {
    switch (kind) {
    case ProfileKind::kernels: return "kernels";
    case ProfileKind::attention: return "attention";
    case ProfileKind::collectives: return "collectives";
    case ProfileKind::stack: return "stack";
    }
    return "kernels";
}

/// One calibration and where it came from.
struct ProfileSection {
    ProfileKind kind = ProfileKind::kernels;
    std::string target;             ///< accelerator, system or stack of the catalogue that it starts from
    std::string date;               ///< ISO date of the calibration
    std::string source;             ///< one line, shown with every estimate that uses the profile
    std::vector<std::string> files; ///< measurements
    std::size_t measurements = 0;
    std::vector<CalibratedConstant> constants;
    ErrorStatistics before{}, after{};
    std::string held_out_by;    ///< `source`, `accelerator`, or `nothing`
    ErrorStatistics held_out{}; ///< `rows`, `mean` and `median` only
    std::vector<std::string> warnings;
};

struct Profile {
    std::vector<ProfileSection> sections;

    /// The section of a kind for a target, or null.
    [[nodiscard]] const ProfileSection* find(ProfileKind kind, std::string_view target) const {
        for (const ProfileSection& section : sections)
            if (section.kind == kind && section.target == target) return &section;
        return nullptr;
    }

    /// Adds a section in the place of one of the same kind and target.
    void replace(ProfileSection section) {
        for (ProfileSection& known : sections)
            if (known.kind == section.kind && known.target == section.target) {
                known = std::move(section);
                return;
            }
        sections.push_back(std::move(section));
    }
};

/// The section that a `Calibration` makes.
template <class Outcome>
[[nodiscard]] ProfileSection make_section(ProfileKind kind, std::string target, std::string date, std::string source,
                                          std::vector<std::string> files, const Outcome& calibration) {
    ProfileSection section;
    section.kind = kind;
    section.target = std::move(target);
    section.date = std::move(date);
    section.source = std::move(source);
    section.files = std::move(files);
    section.measurements = calibration.after.rows;
    section.constants = calibration.constants;
    section.before = calibration.before;
    section.after = calibration.after;
    section.held_out_by = std::string{name_of(calibration.held_out_by)};
    if (calibration.held_out) {
        section.held_out.rows = calibration.held_out->rows;
        section.held_out.mean = calibration.held_out->held_out;
        section.held_out.median = calibration.held_out->held_out_median;
    }
    section.warnings = calibration.warnings;
    return section;
}

namespace detail {

/// Sets the constants of a section that `list` knows; all must be known and within the list's ranges.
template <class List, class Target>
void set_constants(const ProfileSection& section, const List& list, Target& target) {
    for (const CalibratedConstant& c : section.constants) {
        const auto* constant = find_constant(list, c.name);
        if (constant == nullptr)
            throw CalibrationError("profile: " + std::string{name_of(section.kind)} + " of " + section.target +
                                   " has no constant " + c.name);
        if (!(c.value >= 0) || !(c.value <= 1e6))
            throw CalibrationError("profile: " + c.name + " of " + section.target + " is out of range");
        constant->set(target, c.value);
    }
}

} // namespace detail

/// Puts the kernel and attention constants fitted for this accelerator into it; returns whether there were any. What
/// changed keeps a view of the section's source, so the profile must outlive the accelerator. Throws
/// `CalibrationError` for constants that the library does not know.
inline bool apply_profile(const Profile& profile, Accelerator& accelerator) {
    bool changed = false;
    for (const ProfileSection& section : profile.sections) {
        if (section.target != accelerator.name) continue;
        if (section.kind == ProfileKind::kernels) detail::set_constants(section, product_constants, accelerator);
        else if (section.kind == ProfileKind::attention)
            detail::set_constants(section, attention_constants, accelerator);
        else continue;
        accelerator.kernel.provenance = {section.source, section.date, Evidence::fitted};
        changed = true;
    }
    return changed;
}

/// The same for a software stack.
inline bool apply_profile(const Profile& profile, SoftwareStack& stack) {
    const ProfileSection* section = profile.find(ProfileKind::stack, stack.name);
    if (section == nullptr) return false;
    detail::set_constants(*section, stack_constants, stack);
    stack.provenance = {section->source, section->date, Evidence::fitted};
    return true;
}

/// The same for a cluster and the software that runs on it: kernels of its accelerator, collectives of its fabric and
/// its communication library, the stack. Returns the number of sections that applied.
inline int apply_profile(const Profile& profile, Cluster& cluster, SoftwareStack& stack) {
    int applied = apply_profile(profile, cluster.accelerator) ? 1 : 0;
    applied += apply_profile(profile, stack) ? 1 : 0;
    if (const ProfileSection* section = profile.find(ProfileKind::collectives, cluster.name)) {
        Network network{cluster.fabric, stack.library};
        detail::set_constants(*section, network_constants, network);
        const Provenance fitted{section->source, section->date, Evidence::fitted};
        for (std::size_t k = 0; k < network.fabric.tier.size(); ++k) {
            const FabricTier& before = cluster.fabric.tier[k];
            FabricTier& tier = network.fabric.tier[k];
            if (!(before.efficiency == tier.efficiency) || !(before.link.latency == tier.link.latency))
                tier.provenance = fitted;
        }
        network.library.provenance = fitted;
        cluster.fabric = network.fabric;
        stack.library = network.library;
        ++applied;
    }
    return applied;
}

} // namespace foretrain::inline v0
