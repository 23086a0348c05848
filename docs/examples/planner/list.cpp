// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/json.hpp>
#include <foretrain/report/table.hpp>

#include "commands.hpp"

namespace planner {

using namespace foretrain;

namespace {

using Row = std::vector<std::string>;

template <class... Cells>
[[nodiscard]] Row row(const Cells&... cells) {
    return {std::string{std::string_view{cells}}...};
}

/// The rate of the format that training uses on it: BF16, or FP16 where there is none.
[[nodiscard]] FlopRate training_peak(const Accelerator& a) {
    return raw(a.matrix.bf16) > 0 ? a.matrix.bf16 : a.matrix.fp16;
}

void models(TextTable& table, Json& json) {
    table.add(row("name", "parameters", "layers", "hidden", "inner", "heads", "source"));
    for (const Transformer* m : catalog::all_models) {
        std::string heads = std::to_string(m->heads); // with grouped queries, those of keys and values too
        if (m->kv_heads != m->heads) heads += '/' + std::to_string(m->kv_heads);
        table.add(row(m->name, parameters_text(*m), grouped(m->layers), grouped(m->hidden), grouped(m->feed_forward),
                      heads, m->provenance.source));
        json.push_back(model_json(*m));
    }
}

void systems(TextTable& table, Json& json) {
    table.add(row("name", "a node", "memory", "scale-up", "network a node", "what it is"));
    for (const catalog::System& system : catalog::all_systems) {
        const Cluster c = system.make(1);
        table.add(row(system.name, grouped(c.node.accelerators), to_binary_text(c.accelerator.memory.capacity),
                      to_text(c.fabric.tier[0].link.bandwidth),
                      to_text(to_bits(c.node.nic_bandwidth * static_cast<double>(c.node.nics))), system.description));
        Json entry = cluster_json(c);
        entry.erase("accelerators");
        entry["description"] = system.description;
        json.push_back(std::move(entry));
    }
}

void accelerators(TextTable& table, Json& json) {
    table.add(row("name", "16-bit dense", "memory", "bandwidth", "power", "as of", "source"));
    for (const Accelerator& a : catalog::all_accelerators) {
        table.add(row(a.name, to_text(training_peak(a)), to_binary_text(a.memory.capacity), to_text(a.memory.bandwidth),
                      to_text(a.power), a.provenance.as_of, a.provenance.source));
        json.push_back(accelerator_json(a));
    }
}

void stacks(TextTable& table, Json& json) {
    table.add(row("name", "overlap: data", "tensor", "pipeline", "host a kernel", "evidence", "source"));
    for (const SoftwareStack* s : catalog::all_stacks) {
        table.add(
            row(s->name, to_percent(s->data_overlap), to_percent(s->tensor_overlap), to_percent(s->pipeline_overlap),
                s->execution == Execution::captured ? std::string_view{"captured"} : to_text(s->host_per_kernel).view(),
                name_of(s->provenance.evidence), s->provenance.source));
        json.push_back(stack_json(*s));
    }
}

void fleets(TextTable& table, Json& json) {
    table.add(row("name", "accelerators", "what", "MTBF", "goodput", "as of", "source"));
    for (const catalog::Fleet* f : catalog::all_fleets) {
        const std::string share =
            f->share ? (f->at_least ? "above " : "") + std::string{to_percent(*f->share)} : "unknown";
        table.add(row(f->name, grouped(f->accelerators), f->accelerator,
                      f->mtbf ? to_text(*f->mtbf).view() : std::string_view{"unknown"}, share, f->provenance.as_of,
                      f->provenance.source));
        json.push_back({{"name", f->name},
                        {"organisation", f->organisation},
                        {"accelerator", f->accelerator},
                        {"accelerators", f->accelerators},
                        {"mtbf_accelerator_s", f->mtbf ? Json(raw(*f->mtbf)) : Json(nullptr)},
                        {"goodput", f->share ? Json(*f->share) : Json(nullptr)},
                        {"goodput_is_lower_bound", f->at_least},
                        {"provenance", provenance_json(f->provenance)}});
    }
}

void grids(TextTable& table, Json& json) {
    table.add(row("name", "carbon", "as of", "source"));
    for (const Grid& grid : catalog::all_grids) {
        table.add(row(grid.name, grid.average ? to_text(*grid.average).view() : std::string_view{"unknown"},
                      grid.provenance.as_of, grid.provenance.source));
        json.push_back({{"name", grid.name},
                        {"carbon_g_per_kwh", grid.average ? Json(raw(*grid.average) * 3.6e6) : Json(nullptr)},
                        {"provenance", provenance_json(grid.provenance)}});
    }
}

void benchmarks(TextTable& table, Json& json) {
    table.add(row("name", "least samples", "critical batch", "batches fitted", "as of", "source"));
    for (const BenchmarkConvergence& b : catalog::all_convergence) {
        table.add(
            row(b.name, to_text(b.convergence.least_samples), to_text(b.convergence.critical_batch),
                std::string{to_text(b.smallest_batch).view()} + " to " + std::string{to_text(b.largest_batch).view()},
                b.provenance.as_of, b.provenance.source));
        Json aliases = Json::array();
        for (const std::string_view alias : b.aliases)
            if (!alias.empty()) aliases.push_back(alias);
        json.push_back({{"name", b.name},
                        {"aliases", std::move(aliases)},
                        {"least_samples", raw(b.convergence.least_samples)},
                        {"critical_batch", raw(b.convergence.critical_batch)},
                        {"smallest_batch_fitted", raw(b.smallest_batch)},
                        {"largest_batch_fitted", raw(b.largest_batch)},
                        {"provenance", provenance_json(b.provenance)}});
    }
}

void laws(TextTable& table, Json& json) {
    table.add(row("name", "gives", "fitted on", "evidence", "as of", "source"));
    const auto add = [&](std::string_view name, std::string_view gives, std::string_view text,
                         const Provenance& provenance) {
        table.add(row(name, gives, text, name_of(provenance.evidence), provenance.as_of, provenance.source));
        json.push_back({{"name", name},
                        {"gives", gives},
                        {"fitted_on", text.empty() ? Json(nullptr) : Json(text)},
                        {"provenance", provenance_json(provenance)}});
    };
    for (const auto& law : catalog::additive_laws) add(law.name, "loss", law.text, law.provenance);
    add(catalog::kaplan_2020.name, "loss", catalog::kaplan_2020.text, catalog::kaplan_2020.provenance);
    for (const auto& law : catalog::optimum_laws) add(law.name, "best size for a compute", "", law.provenance);
}

struct Catalogue {
    std::string_view name;
    std::string_view alignment;
    void (*fill)(TextTable&, Json&);
};
constexpr std::array catalogues{Catalogue{"models", "lrrrrrl", models},
                                Catalogue{"systems", "lrrrrl", systems},
                                Catalogue{"accelerators", "lrrrrll", accelerators},
                                Catalogue{"stacks", "lrrrrll", stacks},
                                Catalogue{"fleets", "lrlrrll", fleets},
                                Catalogue{"grids", "lrll", grids},
                                Catalogue{"benchmarks", "lrrrll", benchmarks},
                                Catalogue{"laws", "llllll", laws}};

} // namespace

int list(const std::string& what, const Output& output) {
    std::vector<std::string_view> names;
    for (const Catalogue& catalogue : catalogues) {
        names.push_back(catalogue.name);
        if (catalogue.name != what) continue;
        TextTable table(catalogue.alignment);
        Json json = Json::array();
        catalogue.fill(table, json);
        if (output.json)
            if (const auto done = write_json(output, json.dump(2) + '\n')) return *done;
        std::cout << table.text(output.style.width, LongCell::cut); // an entry a line
        if (table.width() > output.style.width)
            std::cout << "(lines are cut at " << output.style.width << " columns; `--width " << table.width()
                      << "` or `--json` shows them whole)\n";
        return 0;
    }
    std::cerr << "foretrain list: there is no list " << what << "; there are";
    for (const std::string_view name : names) std::cerr << (name == names.front() ? " " : ", ") << name;
    if (const std::string_view close = nearest(what, names); !close.empty())
        std::cerr << "; did you mean " << close << "?";
    std::cerr << '\n';
    return 2;
}

} // namespace planner
