// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/compare.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "options.hpp"
#include "run.hpp"

// Two jobs: each the options beside A and B, and its own, which go before them. A and B are such options in quotes, or
// the name of a file that has them, on any number of lines; what follows a # there is a remark.

namespace planner {

using namespace foretrain;

namespace {

/// The words of a text; quotes hold together what has spaces.
[[nodiscard]] std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
            else word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            inside = true;
        } else if (c == '#' && !inside) {
            while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
        } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            if (inside) words.push_back(word);
            word.clear();
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside) words.push_back(word);
    return words;
}

/// The option of this name, with its dashes; none if there is none.
[[nodiscard]] const OptionText* option_of(std::string_view name) {
    const auto among = [&](const auto& list) -> const OptionText* {
        for (const OptionText& option : list)
            if (option.name == name) return &option;
        return nullptr;
    };
    if (const auto* option = among(configuration_options)) return option;
    if (const auto* option = among(budget_options)) return option;
    if (const auto* option = among(cost_options)) return option;
    if (const auto* option = among(conditions_options)) return option;
    if (const auto* option = among(input_options)) return option;
    return among(reliability_options);
}

/// A job as the user wrote it.
struct Written {
    Options options;
    std::string own; ///< its own options, on one line
    std::vector<std::string> unknown;
};

/// The options of a job; nothing, and a message, if it is a file that cannot be read.
[[nodiscard]] std::optional<Written> read_job(const std::string& text, const Options& common) {
    Written job{common, {}, {}};
    std::string written = text;
    if (text.find_first_not_of(" \t") != std::string::npos && text[text.find_first_not_of(" \t")] != '-') {
        std::ifstream file(text, std::ios::binary);
        if (!file) {
            std::cerr << "foretrain compare: cannot read " << text
                      << "; a job is a file of options, or options in quotes, as \"--tensor 8\"\n";
            return std::nullopt;
        }
        written.assign(std::istreambuf_iterator<char>(file), {});
        job.own = text + ": ";
    }
    const std::vector<std::string> words = words_of(written);
    for (std::size_t i = 0; i < words.size(); ++i) {
        job.own += (i > 0 ? " " : "") + words[i];
        const std::size_t equals = words[i].find('=');
        const std::string name = words[i].substr(0, equals);
        const OptionText* option = option_of(name);
        if (option == nullptr) {
            job.unknown.push_back(words[i]);
        } else if (option->value == nullptr) {
            job.options[name.substr(2)] = "on";
        } else if (equals != std::string::npos) {
            job.options[name.substr(2)] = words[i].substr(equals + 1);
        } else if (i + 1 < words.size() && words[i + 1].substr(0, 2) != "--") {
            job.options[name.substr(2)] = words[++i];
            job.own += ' ' + words[i];
        } else {
            job.unknown.push_back(words[i] + " without a value");
        }
    }
    if (words.empty()) job.own = "as stated beside";
    return job;
}

/// Estimates a job; 0, or the exit status after a message with everything that is wrong.
int estimate(const Written& written, std::string_view letter, const std::vector<std::string>& unknown,
             const std::vector<std::string_view>& known, const Output& output, ComparisonReport::Job& job) {
    Reader read{written.options};
    read.refuse_unknown(unknown, known);
    read.refuse_unknown(written.unknown, known);
    check_output(read, output);
    Configuration configuration;
    if (!read_configuration(read, "compare", configuration)) return 2;
    Report report{.model = configuration.model, .cluster = configuration.cluster, .plan = configuration.plan};
    if (configuration.step) report.step = *configuration.step;
    if (has_budget(read)) add_run(read, configuration, report, RunDetail::whole);
    else refuse_run_options(read);
    if (!read.ok()) {
        std::cerr << "job " << letter << ", " << written.own << "\n";
        return read.report("compare");
    }
    job.options = written.own;
    job.setup = {configuration.model, configuration.cluster, configuration.plan};
    job.step = report.step;
    if (report.run) job.run = report.run->estimate;
    job.assumed = read.assumed();
    return 0;
}

} // namespace

int compare(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known) {
    Options common = options;
    common.erase("A");
    common.erase("B");
    if (options.count("A") == 0 || options.count("B") == 0) {
        std::cerr << "foretrain compare: two jobs must be given: foretrain compare A B, each a file of options or "
                     "options in quotes, as \"--tensor 8\"; a single switch with a space before it, as "
                     "\" --sequence-parallel\"\n";
        return 2;
    }
    const std::optional<Written> a = read_job(options.at("A"), common), b = read_job(options.at("B"), common);
    if (!a || !b) return 2;
    ComparisonReport report;
    const int first = estimate(*a, "A", unknown, known, output, report.a);
    const int second = estimate(*b, "B", {}, known, output, report.b);
    if (first != 0 || second != 0) return 2;
    answer(report);
    return deliver(output, {.text = [&] { return comparison_text(report, output.style); },
                            .json = [&] { return comparison_json(report).dump(2) + '\n'; },
                            .csv = [&] { return comparison_csv(report); },
                            .plot = [&] { return comparison_plot(report); }});
}

} // namespace planner
