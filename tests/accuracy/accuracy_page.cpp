// SPDX-License-Identifier: Apache-2.0
// Writes docs/accuracy.md from accuracy_page.md and the tables under data/, and a script that draws its figures.
//
//   write_accuracy_page write    writes the page, and figures.gp into the current folder
//   write_accuracy_page check    fails if the page or a figure is not what the data say
//   write_accuracy_page pin      takes the present figures as those that must not get worse (pins.csv)
//
// Each fails with --strict if a table is missing or old, or one of the largest errors is not explained.
//
// In the template, {{name}} is a figure (`steps.dense.mean`) or a table (`targets`).

#include "accuracy_all.hpp"
#include "accuracy_worst.hpp"
#include "accuracy_worst_kinds.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace accuracy;

namespace {

const std::string here = FORETRAIN_ACCURACY_DIR;
const std::string page_path = FORETRAIN_DOCS_DIR "/accuracy.md";
const std::string figures_path = FORETRAIN_DOCS_DIR "/figures/accuracy";

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) throw UnreadableTable(path + ": cannot be written");
}

/// Where the template has {{name}}, and what to put there.
class Page {
public:
    explicit Page(const Everything& all) : all_{all}, figures_{all.figures()}, plots_{all.plots()} {
        explanations_ = read_explanations(here + "/worst_points.csv");
        reasons_ = read_reasons(here + "/worst_kinds.csv");
    }

    [[nodiscard]] std::string text() {
        const std::string form = read(here + "/accuracy_page.md");
        std::string page;
        for (std::size_t at = 0;;) {
            const std::size_t begin = form.find("{{", at), end = form.find("}}", begin);
            if (begin == std::string::npos || end == std::string::npos) return page + form.substr(at);
            page += form.substr(at, begin - at) + value(form.substr(begin + 2, end - begin - 2));
            at = end + 2;
        }
    }
    [[nodiscard]] const Figures& figures() const { return figures_; }
    [[nodiscard]] const std::vector<Plot>& plots() const { return plots_; }
    /// What keeps the page from being complete.
    std::vector<std::string> complaints;

private:
    std::string value(const std::string& name) {
        if (name == "missing") return missing();
        if (name == "targets") return targets_table(figures_);
        if (name == "overview") return overview_table(data_);
        if (name == "classes") return classes_table(data_);
        if (name == "sources") return sources_table(data_) + accelerators_table(data_) + formats_table(data_);
        if (name == "llama") return llama_table(data_);
        if (name == "memory") return memory_table(data_);
        if (name == "convergence") return convergence_table(all_.convergence);
        if (name == "reliability") return reliability_table(all_.reliability);
        if (name == "runs") return runs_table(all_.runs);
        if (name == "time_to_train:benchmarks") return time_to_train_benchmarks(all_.time_to_train);
        if (name == "time_to_train:rounds") return time_to_train_rounds(all_.time_to_train);
        if (name == "time_to_train:refusals") return time_to_train_refusals(all_.time_to_train);
        if (name == "time_to_train:worst") {
            std::vector<std::string> unexplained;
            std::string table = time_to_train_worst(all_.time_to_train, explanations_, unexplained);
            for (const std::string& id : unexplained) complaints.push_back("worst_points.csv does not explain " + id);
            return table;
        }
        if (name == "scaling") return scaling_table(all_.scaling);
        if (name == "power") return power_table(all_.power);
        if (name == "jobs") return jobs_table(all_.power);
        if (name == "costs") return costs_table(all_.costs);
        if (name == "others") return others_table(data_);
        if (name == "refusals") return refusals_table(data_);
        if (name == "stacks") return std::to_string(data_.fitted_stacks);
        if (name == "families") return std::to_string(data_.fitted_families);
        if (name == "constants")
            return std::to_string(stack_constants * data_.fitted_stacks + family_constants * data_.fitted_families);
        if (name == "step_rows") {
            const auto all = chosen(data_.steps, [](const Step& s) { return s.row.error().has_value(); });
            return grouped(static_cast<std::int64_t>(all.size()));
        }
        if (name == "worst") {
            std::vector<std::string> unexplained;
            std::string table = worst_table(data_, explanations_, unexplained);
            for (const std::string& id : unexplained) complaints.push_back("worst_points.csv does not explain " + id);
            return table;
        }
        if (name.starts_with("worst:")) {
            std::vector<std::string> unexplained;
            std::string table = worst_kind_table(data_, name.substr(6), reasons_, unexplained);
            for (const std::string& point : unexplained)
                complaints.push_back("worst_kinds.csv does not explain " + point);
            return table;
        }
        if (name.starts_with("plot:")) return plot(name.substr(5));
        if (name.starts_with("groups:")) {
            for (const Kernels& kernels : data_.kernels)
                if (kernels.kind == name.substr(7)) return groups_table(kernels);
            return "*No such table yet.*\n";
        }
        const auto found = figures_.find(name);
        if (found != figures_.end()) return percent(found->second.value, name.ends_with(".bias"));
        complaints.push_back("the template asks for " + name + ", which is not known");
        return "(not measured yet)";
    }

    [[nodiscard]] std::string missing() const {
        std::string text;
        for (const std::string& what : data_.missing) text += "> **Not up to date:** " + what + ".\n>\n";
        return text;
    }

    [[nodiscard]] std::string plot(const std::string& name) const {
        for (const Plot& plot : plots_)
            if (plot.name == name)
                return "![" + plot.title + ": predicted against measured, and errors](figures/accuracy/" + name +
                       ".svg)";
        return "*No figure yet.*";
    }

    /// What fit_constants fits of a stack and of a chip family.
    static constexpr std::size_t stack_constants = 11, family_constants = 1;

    const Everything& all_;
    const Data& data_ = all_.steps_and_kernels;
    Figures figures_;
    std::vector<Plot> plots_;
    std::map<std::string, std::string> explanations_;
    std::vector<Reason> reasons_;
};

int check(Page& page, const std::string& text) {
    int wrong = 0;
    const std::string committed = read(page_path);
    if (committed != text) {
        std::size_t line = 1, at = 0;
        while (at < committed.size() && at < text.size() && committed[at] == text[at]) line += text[at++] == '\n';
        std::printf("docs/accuracy.md is not what the data say, from line %zu on: build the target accuracy_page\n",
                    line);
        ++wrong;
    }
    for (const Plot& plot : page.plots()) {
        if (read(figures_path + '/' + plot.name + ".svg").find(plot.mark) != std::string::npos) continue;
        std::printf("%s.svg is not of these data: build the target accuracy_page where gnuplot is installed\n",
                    plot.name.c_str());
        ++wrong;
    }
    return wrong;
}

bool is_pinned(const std::string& name) {
    for (const Target& target : targets)
        if (target.figure == name) return true;
    return !name.starts_with("noise.") && !name.ends_with(".p90") && !name.ends_with(".bias");
}

} // namespace

int main(int count, char** arguments) try {
    const std::string command = count > 1 ? arguments[1] : "";
    const bool strict = count > 2 && std::string{arguments[2]} == "--strict";
    if ((command != "write" && command != "check" && command != "pin") || count > (strict ? 3 : 2)) {
        std::fprintf(stderr, "usage: write_accuracy_page (write | check | pin) [--strict]\n");
        return 2;
    }
    const Everything all(here + "/data");
    const Data& data = all.steps_and_kernels;
    Page page(all);
    const std::string text = page.text();
    int wrong = 0;
    if (command == "write") {
        write(page_path, text);
        write("figures.gp", script_of(page.plots()));
    } else if (command == "check") {
        wrong = check(page, text);
    } else {
        std::string pins = "figure,pinned\n";
        for (const auto& [name, figure] : page.figures())
            if (is_pinned(name)) pins += name + ',' + detail_of_plots::fixed(figure.value, 2) + '\n';
        write(here + "/pins.csv", pins);
    }
    for (const std::vector<std::string>* list : {&data.missing, &std::as_const(page.complaints)})
        for (const std::string& what : *list) {
            std::printf("%s\n", what.c_str());
            wrong += strict;
        }
    return wrong == 0 ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
