// SPDX-License-Identifier: Apache-2.0
// foretrain: predicts the step time, memory, run time and bill of a training job from the command line.
#include <algorithm>
#include <deque>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>

#include <foretrain/version.hpp>

#include "commands.hpp"
#include "options.hpp"

namespace {

constexpr const char* examples = R"(Examples:
  foretrain demo
  foretrain predict --model llama3-8b --system dgx-h100 --accelerators 64 \
      --sharding fsdp --global-batch 512 --micro-batch 1 --sequence 8192 \
      --recompute elementwise --stack fsdp --tokens 1T --price 2.50
  foretrain scaling --model llama3-8b --target-loss 2.1 --system dgx-h100 --accelerators 64 \
      --sharding fsdp --global-batch 512 --micro-batch 1 --sequence 8192 --price 2.50
  foretrain goodput --accelerators 16384 --checkpoint-size 5.7TB --fleet llama3-405b
  foretrain batch --model gpt3-175b --benchmark gpt3 --system dgx-h100 --accelerators 512 \
      --tensor 4 --pipeline 8 --global-batch 2048 --micro-batch 1 --sequence 2048 \
      --sharding zero1 --sequence-parallel --stack megatron-core --price 2.50
  foretrain list systems
  foretrain validate steps.csv --json accuracy.json --per-row predictions.csv
  foretrain calibrate kernels gemm.csv --accelerator h100-sxm -o mine.json
  foretrain search --model llama3.1-405b --system dgx-h100 --accelerators 16384 \
      --global-batch 2048 --sequence 8192 --stack megatron-core --threads 2
  foretrain diagnose --model llama3-8b --system dgx-h100 --accelerators 64 --sharding fsdp \
      --global-batch 512 --micro-batch 1 --sequence 8192 --stack fsdp --mfu 0.25 \
      --component compute=9.1 --component input-wait=5
  foretrain solve accelerators --model llama3-70b --system dgx-h100 --sharding zero1 --global-batch 1024 \
      --micro-batch 1 --sequence 8192 --stack megatron-core --layout best --tokens 15T --days 60
  foretrain scale --model llama3-70b --system dgx-h100 --accelerators 64 --tensor 8 --pipeline 8 \
      --sequence-parallel --sharding zero1 --global-batch 1024 --micro-batch 1 --sequence 8192 --plot curve.svg
  foretrain trend --compute 1e26 --accelerator h100-sxm --accelerators 16384 --days 90)";

using planner::OptionText;

/// Which forms results have beside text and JSON.
enum class Forms { text, tables }; // tables: CSV, and figures by gnuplot

/// A subcommand whose options are read together.
struct JobCommand {
    const char* name;
    const char* text;
    int (*run)(const planner::Options&, const planner::Output&, const std::vector<std::string>& unknown,
               const std::vector<std::string_view>& known);
    std::vector<std::span<const OptionText>> options;
    Forms forms = Forms::text;
};
const std::vector<JobCommand>& job_commands() {
    using namespace planner;
    static const std::vector<JobCommand> all{
        {"predict",
         "predict a step, and a run if a budget is given",
         predict,
         {configuration_options, range_options, budget_options, cost_options}},
        {"run",
         "a whole run: wall clock with faults, energy, carbon and cost",
         run,
         {configuration_options, range_options, budget_options, cost_options, conditions_options, input_options,
          reliability_options}},
        {"goodput",
         "what faults, checkpoints and restarts make of a run",
         goodput,
         {goodput_options, reliability_options, configuration_options}},
        {"batch",
         "samples, time and cost to a target at each batch size",
         batch,
         {configuration_options, batch_options}},
        {"scaling",
         "loss, best model and tokens by a scaling law; with a system, time and cost to a loss",
         scaling,
         {scaling_options, configuration_options, cost_options}},
        {"cost",
         "ways to pay for a job: rents, spot, owned, hybrid, side by side",
         cost,
         {configuration_options, stated_job_options, payment_options, owning_options}},
        {"solve",
         "inverse questions: the least or most of something that keeps a limit",
         solve,
         {solve_options, configuration_options, budget_options, cost_options, conditions_options, input_options,
          reliability_options, stated_job_options, owning_options},
         Forms::tables},
        {"scale",
         "a step on more and more accelerators: efficiency, where the rest goes, the knee",
         scale,
         {configuration_options, scale_options},
         Forms::tables},
        {"search", "the best plans of a space, proven, and why others lost", search, {search_options}, Forms::tables},
        {"diagnose",
         "a measured run against its model: what holds it back, and what to attack first",
         diagnose,
         {configuration_options, measurement_options, input_options},
         Forms::tables},
        {"sweep",
         "a step on thousands of hypothetical accelerators: the best, what binds, what a figure is worth",
         sweep,
         {configuration_options, sweep_options},
         Forms::tables},
        {"uncertainty",
         "how far step time, wall clock, energy and cost may lie, and which input makes it, by samples",
         uncertainty,
         {configuration_options, uncertainty_options, cost_options},
         Forms::tables},
        {"sensitivity",
         "what step time, and a run if a budget is given, owe to each input",
         sensitivity,
         {sensitivity_options, configuration_options, range_options, budget_options, cost_options, conditions_options,
          input_options, reliability_options},
         Forms::tables},
        {"compare",
         "where the difference of two jobs goes, and which change makes it",
         compare,
         {compare_options, configuration_options, budget_options, cost_options, conditions_options, input_options,
          reliability_options},
         Forms::tables},
        {"trend", "how fast things move, and when a training can be had", trend, {trend_options}},
    };
    return all;
}

/// Options of a subcommand whose values are taken as they are typed and read together, so that all that is wrong is
/// told at once.
class TextOptions {
public:
    TextOptions(CLI::App& command, const std::vector<std::span<const OptionText>>& lists, Forms forms) {
        for (const std::span<const OptionText>& list : lists)
            for (const OptionText& text : list) {
                Option& option = options_.emplace_back();
                option.name = text.name[0] == '-' ? text.name + 2 : text.name; // a word that stands alone has none
                const std::string description = text.description;
                if (text.value == nullptr) option.value = "on";
                option.handle = text.value == nullptr
                                    ? command.add_flag(text.name, description)
                                    : command.add_option(text.name, option.value, description)->type_name(text.value);
                option.handle->group(text.group);
                for (const char* repeated : {"range", "component", "vary", "price-share", "power-share", "uncertain"})
                    if (option.name == repeated) option.handle->multi_option_policy(CLI::MultiOptionPolicy::Join);
                names_.emplace_back(text.name);
            }
        names_.insert(names_.end(), {"--json", "--width", "--ascii", "--help"});
        if (forms == Forms::tables) names_.insert(names_.end(), {"--csv", "--plot"});
        command.allow_extras();
    }
    /// What was given; a switch is "on".
    [[nodiscard]] planner::Options given() const {
        planner::Options values;
        for (const Option& option : options_)
            if (option.handle->count() > 0) values[option.name] = option.value;
        return values;
    }
    /// All options of the subcommand, for suggestions.
    [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }

private:
    struct Option {
        CLI::Option* handle = nullptr;
        std::string name, value;
    };
    std::deque<Option> options_; // CLI11 keeps pointers to the values
    std::vector<std::string_view> names_;
};

/// Files that results are written to.
struct Files {
    std::string json, csv, plot;
};

/// Options that say how results are printed.
void add_output(CLI::App& command, planner::Output& output, Files& files, Forms forms = Forms::text) {
    const auto add = [&](const char* name, std::string& file, const char* text, const char* type, int least) {
        command.add_option(name, file, text)->type_name(type)->expected(least, 1)->group("Output");
    };
    add("--json", files.json, "JSON to FILE, or to the output instead of text", "[FILE]", 0);
    if (forms == Forms::tables) {
        add("--csv", files.csv, "CSV to FILE, or to the output instead of text", "[FILE]", 0);
        add("--plot", files.plot, "a figure, .svg or .png, drawn by gnuplot", "FILE", 1);
    }
    command.add_option("--width", output.style.width, "columns of the terminal")
        ->type_name("N")
        ->check(CLI::Range(80, 1000))
        ->group("Output");
    command.add_flag("--ascii", output.style.ascii, "no characters beyond ASCII")->group("Output");
}

/// A first word that is no command, with the nearest one.
int unknown_command(const std::string& word, const std::vector<std::string_view>& commands) {
    const std::string_view close = planner::nearest(word, commands);
    std::cerr << "foretrain: there is no command " << word;
    if (!close.empty()) std::cerr << "; did you mean " << close << "?";
    std::cerr << "\n`foretrain --help` describes the commands.\n";
    return 2;
}

} // namespace

namespace {

int answer(int argc, char** argv) {
    CLI::App app{"Predicts what training a model takes: step time, memory, run time and bill."};
    app.name("foretrain");
    app.set_version_flag("--version", "foretrain " FORETRAIN_VERSION_STRING);
    app.require_subcommand(1);
    app.footer(examples);
    app.get_formatter()->column_width(34);

    planner::Output output;
    Files files;
    struct Asked {
        const JobCommand& command;
        CLI::App* app;
        TextOptions values;
    };
    std::deque<Asked> jobs; // CLI11 keeps pointers into it
    for (const JobCommand& command : job_commands()) {
        CLI::App* sub = app.add_subcommand(command.name, command.text);
        jobs.push_back({command, sub, TextOptions(*sub, command.options, command.forms)});
        add_output(*sub, output, files, command.forms);
    }

    CLI::App* list = app.add_subcommand("list", "list what the catalogue has");
    std::string what;
    list->add_option("WHAT", what, "models, systems, accelerators, stacks, fleets, grids, benchmarks or laws")
        ->required();
    add_output(*list, output, files);

    CLI::App* validate =
        app.add_subcommand("validate", "predict every row of a table of measurements and sum up the errors");
    std::string table, stack, validate_profile, per_row;
    validate
        ->add_option("FILE", table,
                     "CSV of steps, runs, memory, kernels, collectives, MLPerf results, convergence, power or faults, "
                     "told by its header")
        ->required();
    validate->add_option("--stack", stack, "software of all rows, instead of what their sources are known to run")
        ->type_name("NAME");
    validate->add_option("--profile", validate_profile, "constants that `calibrate` fitted")->type_name("FILE");
    validate->add_option("--per-row", per_row, "each prediction, as CSV")->type_name("FILE");
    add_output(*validate, output, files);

    CLI::App* calibrate = app.add_subcommand("calibrate", "fit the library's constants to your own measurements");
    planner::CalibrateOptions fit;
    calibrate->add_option("KIND", fit.kind, "kernels, attention, collectives or stack")->required();
    calibrate->add_option("FILE", fit.files, "tables of measurements, docs/calibrate.md has the columns")->required();
    for (const auto& [name, value, type, text] :
         {std::tuple{"--accelerator", &fit.accelerator, "NAME",
                     "of the catalogue: where kernels or attention were timed"},
          std::tuple{"--system", &fit.system, "NAME", "of the catalogue: where collectives were timed"},
          std::tuple{"--base-stack", &fit.base_stack, "NAME", "of the catalogue: software to start from"},
          std::tuple{"--hardware", &fit.hardware, "TEXT", "take the rows whose hardware contains TEXT"},
          std::tuple{"--hold-out", &fit.hold_out, "WHAT",
                     "source, accelerator or nothing: for the error on unseen data"},
          std::tuple{"--loss", &fit.loss, "NAME", "squares, huber, cauchy or tukey"},
          std::tuple{"--date", &fit.date, "DATE", "of the profile, as 2026-11-05; else today"},
          std::tuple{"--name", &fit.name, "NAME", "of the C++ entry"},
          std::tuple{"-o,--output", &fit.profile, "FILE", "profile to write, or to add to"}})
        calibrate->add_option(name, *value, text)->type_name(type);
    calibrate->add_flag("--all-formats", fit.all_formats, "products in any number format, not in 16 bits only");
    calibrate->add_flag("--cpp", fit.cpp, "print a C++ entry to paste instead of the report");
    add_output(*calibrate, output, files);

    CLI::App* demo = app.add_subcommand("demo", "Llama 3.1 405B on 8,192 and 16,384 H100, beside what was published");
    add_output(*demo, output, files);

    const std::vector<CLI::App*> all = app.get_subcommands({});
    std::vector<std::string> names;
    for (const CLI::App* command : all) names.push_back(command->get_name());
    if (argc > 1 && argv[1][0] != '-' && std::find(names.begin(), names.end(), argv[1]) == names.end())
        return unknown_command(argv[1], {names.begin(), names.end()});
    try {
        // Options in quotes are a job of `compare`, not an option; CLI11 takes the arguments last first.
        std::vector<std::string> arguments;
        for (int i = argc; i-- > 1;) {
            arguments.emplace_back(argv[i]);
            std::string& last = arguments.back();
            const std::size_t space = last.find(' ');
            if (last.substr(0, 2) == "--" && space != std::string::npos && last.find('=') > space)
                last.insert(0, 1, ' ');
        }
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }

    for (const CLI::App* command : all)
        if (*command && command->count("--json") > 0) output.json = files.json;
    for (const Asked& job : jobs) {
        if (!*job.app) continue;
        if (job.command.forms == Forms::tables) {
            if (job.app->count("--csv") > 0) output.csv = files.csv;
            if (job.app->count("--plot") > 0) output.plot = files.plot;
        }
        return job.command.run(job.values.given(), output, job.app->remaining(), job.values.names());
    }
    if (*list) return planner::list(what, output);
    if (*validate) return planner::validate(table, stack, validate_profile, per_row, output);
    if (*calibrate) return planner::calibrate(fit, output);
    return planner::demo(output);
}

} // namespace

int main(int argc, char** argv) {
    const int status = answer(argc, argv);
    if (std::cout.flush()) return status;
    std::cerr << "foretrain: cannot write to the output\n"; // a full disk, a closed pipe
    return 2;
}
