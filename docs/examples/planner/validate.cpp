// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <stdexcept>

#include <foretrain/import/profile.hpp>
#include <foretrain/report/validate.hpp>
#include <foretrain/report/validate_output.hpp>

#include "arguments.hpp"
#include "commands.hpp"

namespace planner {

using namespace foretrain;

int validate(const std::string& path, const std::string& stack, const std::string& profile, const std::string& per_row,
             const Output& output) {
    const SoftwareStack* software = catalog::find_stack(stack);
    if (!stack.empty() && software == nullptr) {
        std::vector<std::string_view> names;
        for (const SoftwareStack* known : catalog::all_stacks) names.push_back(known->name);
        std::cerr << "foretrain validate: there is no stack " << stack
                  << "; they are listed by `foretrain list stacks`";
        if (const std::string_view close = nearest(stack, names); !close.empty())
            std::cerr << "; did you mean " << close << "?";
        std::cerr << '\n';
        return 2;
    }
    ValidatedTable table;
    try {
        Profile constants;
        if (!profile.empty()) constants = read_profile(profile);
        table = validate_table(path, {.profile = profile.empty() ? nullptr : &constants, .stack = software});
    } catch (const std::runtime_error& error) { // UnreadableTable, CalibrationError
        std::cerr << "foretrain validate: " << error.what() << '\n';
        return 2;
    }
    if (!per_row.empty())
        if (const int status = write(per_row, predictions_csv(table)); status != 0) return status;
    if (output.json)
        if (const auto done = write_json(output, validation_json(table).dump(2) + '\n')) return *done;
    std::cout << validation_text(table);
    return 0;
}

} // namespace planner
