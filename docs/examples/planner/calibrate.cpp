// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include <foretrain/calibrate/collectives.hpp>
#include <foretrain/calibrate/kernels.hpp>
#include <foretrain/calibrate/steps.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/import/measured_tables.hpp>
#include <foretrain/import/profile.hpp>
#include <foretrain/report/profile.hpp>

#include "commands.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// The day, for the record.
[[nodiscard]] std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[16] = "";
    std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
    return text;
}

/// Rows that were left out, by reason.
struct Notes {
    std::map<std::string, std::int64_t> left_out;

    /// The commonest reasons.
    [[nodiscard]] std::string text() const {
        std::vector<std::pair<std::int64_t, std::string>> reasons;
        for (const auto& [reason, count] : left_out) reasons.emplace_back(-count, reason);
        std::sort(reasons.begin(), reasons.end());
        constexpr std::size_t most = 8;
        TextTable table("rl");
        for (std::size_t i = 0; i < std::min(most, reasons.size()); ++i)
            table.add({grouped(-reasons[i].first), reasons[i].second});
        if (reasons.size() > most) table.add({"", "and " + std::to_string(reasons.size() - most) + " more reasons"});
        return reasons.empty() ? std::string{} : "rows left out\n" + table.text();
    }
};

/// The rows of all files.
template <class Row>
[[nodiscard]] std::vector<Row> read_all(const std::vector<std::string>& files, Notes& notes,
                                        MeasuredTable<Row> (*read)(const std::string&)) {
    std::vector<Row> rows;
    for (const std::string& file : files) {
        MeasuredTable<Row> table = read(file);
        for (const auto& [reason, count] : table.left_out) notes.left_out[reason] += count;
        for (Row& row : table.rows) rows.push_back(std::move(row));
    }
    if (rows.empty()) throw CalibrationError("no row can be used\n" + notes.text());
    return rows;
}

/// Rows measured on `target`, by what their hardware resolves to; `hardware` selects by the table's own words instead.
/// Rows of a single hardware that the catalogue does not know are taken to be of the target.
template <class Row>
[[nodiscard]] std::vector<Row> select(const std::vector<Row>& rows, const std::string& target,
                                      const std::string& hardware, std::string (*resolve)(std::string_view),
                                      Notes& notes) {
    std::set<std::string> names;
    std::vector<Row> chosen;
    for (const Row& row : rows) {
        const std::string& name = row.measured.accelerator;
        names.insert(name);
        const bool wanted = hardware.empty() ? resolve(name) == target : name.find(hardware) != std::string::npos;
        if (wanted) chosen.push_back(row);
    }
    if (chosen.empty() && hardware.empty() && names.size() == 1 && resolve(*names.begin()).empty()) return rows;
    if (chosen.empty()) {
        std::string found;
        for (const std::string& name : names) found += (found.empty() ? "" : ", ") + name;
        throw CalibrationError("no row was measured on " + (hardware.empty() ? target : hardware) +
                               "; the tables have: " + found +
                               "\nhint: --hardware TEXT takes the rows whose hardware "
                               "contains TEXT");
    }
    if (chosen.size() < rows.size())
        notes.left_out["other hardware"] += static_cast<std::int64_t>(rows.size() - chosen.size());
    return chosen;
}

/// Rows in 16 bits, in which the constants are defined; with `all`, in any format that the accelerator has.
[[nodiscard]] std::vector<KernelMeasurement> in_formats(const std::vector<KernelMeasurement>& rows,
                                                        const Accelerator& accelerator, bool all, Notes& notes) {
    std::vector<KernelMeasurement> chosen;
    for (const KernelMeasurement& row : rows) {
        const bool sixteen = row.operands == NumberFormat::bf16 || row.operands == NumberFormat::fp16;
        if (!all && !sixteen) ++notes.left_out["formats other than bf16 and fp16 (--all-formats takes them)"];
        else if (!(raw(accelerator.matrix.of(row.operands)) > 0)) ++notes.left_out["formats it does not have"];
        else chosen.push_back(row);
    }
    if (chosen.empty()) throw CalibrationError("no row is in a format that can be used\n" + notes.text());
    return chosen;
}

template <class List, class Name>
[[nodiscard]] std::string unknown(std::string_view what, const std::string& given, const List& list, Name name) {
    std::vector<std::string_view> names;
    for (const auto& entry : list) names.push_back(name(entry));
    std::string text = "there is no " + std::string{what} + " " + given + "; they are listed by `foretrain list " +
                       std::string{what} + "s`";
    if (const std::string_view close = nearest(given, names); !close.empty())
        text += "; did you mean " + std::string{close} + "?";
    return text;
}

[[nodiscard]] std::string needs(std::string_view kind, std::string_view option, std::string_view what) {
    return std::string{kind} + " needs --" + std::string{option} + " NAME: " + std::string{what};
}

[[nodiscard]] Accelerator accelerator_named(const CalibrateOptions& given) {
    if (given.accelerator.empty())
        throw CalibrationError(needs(given.kind, "accelerator", "the one the table was measured on"));
    for (const Accelerator& accelerator : catalog::all_accelerators)
        if (accelerator.name == given.accelerator) return accelerator;
    throw CalibrationError(
        unknown("accelerator", given.accelerator, catalog::all_accelerators, [](const auto& a) { return a.name; }));
}

[[nodiscard]] ProfileSection calibrate_kernels(const CalibrateOptions& given, const CalibrationOptions& options,
                                               const std::string& date, bool attention, Notes& notes) {
    const Accelerator base = accelerator_named(given);
    const auto all = read_all(given.files, notes, attention ? read_attention_table : read_product_table);
    const auto rows = in_formats(select(all, given.accelerator, given.hardware, catalogue_accelerator, notes), base,
                                 given.all_formats, notes);
    std::vector<Constant<Accelerator>> constants(product_constants.begin(), product_constants.end());
    if (attention) constants.assign(attention_constants.begin(), attention_constants.end());
    const auto fitted = foretrain::calibrate(kernel_task(base, rows, constants), options);
    return make_section(attention ? ProfileKind::attention : ProfileKind::kernels, given.accelerator, date, "",
                        given.files, fitted);
}

/// One line a group, algorithm and collective: alpha, 1/beta, gamma.
[[nodiscard]] std::string alpha_beta_gamma_text(const std::vector<CollectiveMeasurement>& rows) {
    std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> lines;
    std::map<std::string, std::vector<std::string>> titles;
    for (const CollectiveMeasurement& m : rows) {
        const std::vector<std::string> title{m.measured.accelerator, std::string{name_of(m.collective)},
                                             m.algorithm ? std::string{name_of(*m.algorithm)} : "chosen",
                                             std::to_string(m.nodes), std::to_string(m.ranks)};
        std::string key = m.measured.source;
        for (const std::string& part : title) key += '\n' + part;
        titles[key] = title;
        lines[key].first.push_back(raw(m.size));
        lines[key].second.push_back(raw(m.measured.time));
    }
    TextTable table("lllrrrrrr");
    table.add({"hardware", "collective", "algorithm", "nodes", "ranks", "alpha us", "1/beta GB/s", "gamma ns/sqrt(B)",
               "median error"});
    for (const auto& [key, line] : lines) {
        if (line.first.size() < 4) continue;
        const AlphaBetaGamma fit = fit_alpha_beta_gamma(line.first, line.second);
        std::vector<std::string> cells = titles[key];
        cells.push_back(foretrain::detail::four_digits(1e6 * fit.alpha));
        cells.push_back(fit.beta > 0 ? foretrain::detail::four_digits(1e-9 / fit.beta) : "-");
        cells.push_back(foretrain::detail::four_digits(1e9 * fit.gamma));
        cells.push_back(foretrain::detail::share_text(fit.median_error));
        table.add(cells);
    }
    return "t = alpha + gamma sqrt(S) + beta S\n" + table.text() + '\n';
}

[[nodiscard]] ProfileSection calibrate_collectives(const CalibrateOptions& given, const CalibrationOptions& options,
                                                   const std::string& date, Notes& notes, std::string& lines) {
    if (given.system.empty()) throw CalibrationError(needs(given.kind, "system", "the one the table was measured on"));
    if (catalog::find_system(given.system) == nullptr)
        throw CalibrationError(
            unknown("system", given.system, catalog::all_systems, [](const auto& s) { return s.name; }));
    const auto rows = select(read_all(given.files, notes, read_collective_table), given.system, given.hardware,
                             catalogue_system, notes);
    lines = alpha_beta_gamma_text(rows);
    const Cluster cluster = *catalog::make_system(given.system, 1);
    const auto fitted = foretrain::calibrate(network_task({cluster.fabric, libraries::nccl}, rows), options);
    return make_section(ProfileKind::collectives, given.system, date, "", given.files, fitted);
}

[[nodiscard]] ProfileSection calibrate_stack(const CalibrateOptions& given, const CalibrationOptions& options,
                                             const std::string& date, Notes& notes) {
    const std::string name = given.base_stack.empty() ? std::string{catalog::generic_stack.name} : given.base_stack;
    const SoftwareStack* base = catalog::find_stack(name);
    if (base == nullptr)
        throw CalibrationError(unknown("stack", name, catalog::all_stacks, [](const auto* s) { return s->name; }));
    std::vector<StepMeasurement> all = read_all(given.files, notes, read_step_table), rows;
    if (!given.hardware.empty()) all = select(all, "", given.hardware, catalogue_system, notes);
    // Steps whose source is known to have run this software; a table of other or unknown software is all of it.
    for (const StepMeasurement& step : all)
        if (step.plan.stack.name == name) rows.push_back(step);
    if (rows.empty()) rows = all;
    else if (rows.size() < all.size())
        notes.left_out["other software"] += static_cast<std::int64_t>(all.size() - rows.size());
    return make_section(ProfileKind::stack, name, date, "", given.files,
                        foretrain::calibrate(stack_task(*base, rows), options));
}

} // namespace

int calibrate(const CalibrateOptions& given, const Output& output) {
    try {
        CalibrationOptions options;
        const std::array losses{RobustLoss::squares, RobustLoss::huber, RobustLoss::cauchy, RobustLoss::tukey};
        const auto loss =
            std::find_if(losses.begin(), losses.end(), [&](RobustLoss l) { return name_of(l) == given.loss; });
        if (loss == losses.end()) throw CalibrationError("--loss must be squares, huber, cauchy or tukey");
        options.fit.loss = *loss;
        if (given.hold_out == "source") options.hold_out = HoldOut::source;
        else if (given.hold_out == "accelerator") options.hold_out = HoldOut::accelerator;
        else if (given.hold_out == "nothing") options.hold_out = HoldOut::nothing;
        else throw CalibrationError("--hold-out must be source, accelerator or nothing");
        const std::string date = given.date.empty() ? today() : given.date;

        Notes notes;
        std::string lines;
        ProfileSection section;
        if (given.kind == "kernels") section = calibrate_kernels(given, options, date, false, notes);
        else if (given.kind == "attention") section = calibrate_kernels(given, options, date, true, notes);
        else if (given.kind == "collectives") section = calibrate_collectives(given, options, date, notes, lines);
        else if (given.kind == "stack") section = calibrate_stack(given, options, date, notes);
        else throw CalibrationError(given.kind + " is not kernels, attention, collectives or stack");
        section.source = "foretrain calibrate " + given.kind + " of";
        for (const std::string& file : given.files)
            section.source += " " + std::filesystem::path(file).filename().string();

        if (!given.profile.empty()) {
            // Other sections of a profile that is there stay: kernels, collectives and stack come one after the other.
            Profile profile;
            if (std::filesystem::exists(given.profile)) profile = read_profile(given.profile);
            profile.replace(section);
            if (const int status = write(given.profile, profile_json(profile).dump(2) + '\n'); status != 0)
                return status;
        }
        if (given.cpp) {
            const std::string name =
                given.name.empty() ? "my_" + foretrain::detail::cpp_identifier(section.target) : given.name;
            std::cout << profile_cpp(section, name);
            return 0;
        }
        if (output.json)
            if (const auto done = write_json(output, profile_json(Profile{{section}}).dump(2) + '\n')) return *done;
        std::cout << lines << profile_text(section);
        if (!notes.left_out.empty()) std::cout << '\n' << notes.text();
        return 0;
    } catch (const CalibrationError& error) {
        std::cerr << "foretrain calibrate: " << error.what() << '\n';
        return 2;
    }
}

} // namespace planner
