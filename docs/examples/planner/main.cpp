// SPDX-License-Identifier: Apache-2.0
// foretrain: predicts the step time, memory, run time and bill of a training job from the command line.
#include <algorithm>
#include <deque>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>

#include <foretrain/version.hpp>

#include "commands.hpp"

namespace {

struct OptionText {
    const char* name; ///< of CLI11: "--tensor"
    const char* group;
    const char* value; ///< what it takes; null: a switch
    const char* description;
};
// One line an option; what the options mean is in configuration.cpp.
constexpr OptionText configuration_options[] = {
    {"--model", "Required", "NAME", "model of the catalogue, `foretrain list models`"},
    {"--system", "Required", "NAME", "system of the catalogue, `foretrain list systems`"},
    {"--accelerators", "Required", "N", "accelerators the job uses"},
    {"--global-batch", "Required", "SAMPLES", "samples an optimizer step"},
    {"--micro-batch", "Required", "SAMPLES", "samples an accelerator group processes at once"},
    {"--sequence", "Required", "TOKENS", "tokens a sample"},
    {"--tensor", "Parallelism", "N", "tensor-parallel degree"},
    {"--pipeline", "Parallelism", "N", "pipeline stages"},
    {"--context", "Parallelism", "N", "context-parallel degree"},
    {"--context-exchange", "Parallelism", "NAME", "all_gather, ring or all_to_all"},
    {"--context-balance", "Parallelism", "NAME", "zigzag or contiguous: which part of a sequence a rank holds"},
    {"--expert", "Parallelism", "N", "ranks that experts are dealt out over"},
    {"--expert-tensor", "Parallelism", "N", "ranks that each expert is cut over"},
    {"--data", "Parallelism", "N", "data-parallel degree; else what the accelerators leave"},
    {"--virtual-stages", "Parallelism", "N", "model chunks a stage, interleaved"},
    {"--schedule", "Parallelism", "NAME", "gpipe, 1f1b, interleaved, zb-h1, zb-h2, zb-v or dualpipe"},
    {"--first-stage-layers", "Parallelism", "N", "layers of the first stage, if not an even share"},
    {"--last-stage-layers", "Parallelism", "N", "layers of the last stage"},
    {"--sharding", "Parallelism", "NAME", "none, zero1, zero2, zero3 (fsdp) or hsdp"},
    {"--sharding-group", "Parallelism", "N", "ranks that share one copy (hsdp)"},
    {"--sequence-parallel", "Parallelism", nullptr, "cut norms and residuals along the sequence"},
    {"--prefetch", "Parallelism", "N", "layers gathered ahead with zero3; 1 as FSDP does, 0: gathers show"},
    {"--gathered-layers", "Parallelism", "N", "most layers gathered at once with zero3; else 1 + prefetch"},
    {"--recompute", "Recipe", "NAME", "none, elementwise, feed_forward, selective or full"},
    {"--attention", "Recipe", "NAME", "fused or unfused"},
    {"--precision", "Recipe", "NAME", "mixed-bf16, fp8, fp8-block, mxfp8, nvfp4, mixed-fp16, tf32, ..."},
    {"--optimizer", "Recipe", "NAME", "adam, lion, momentum, sgd or adafactor"},
    {"--expert-capacity", "Recipe", "FACTOR", "slots of an expert over its even share; 0 is dropless"},
    {"--expert-imbalance", "Recipe", "FACTOR", "tokens of the busiest expert rank over the mean"},
    {"--adapter-rank", "Recipe", "N", "LoRA on all linear layers, the rest frozen"},
    {"--offload-weights", "Recipe", "SHARE", "of the weights, off the accelerator"},
    {"--offload-optimizer", "Recipe", "SHARE", "of master weights and moments, off the accelerator"},
    {"--offload-activations", "Recipe", "SHARE", "of what layers keep, off the accelerator"},
    {"--offload-to", "Recipe", "PLACE", "host (memory) or drives (NVMe of the node)"},
    {"--stack", "Recipe", "NAME", "training software, `foretrain list stacks`"},
    {"--profile", "Your hardware", "FILE", "constants that `foretrain calibrate` wrote"},
    {"--memory", "Your hardware", "SIZE", "memory of an accelerator, as 80GiB or 80GB"},
    {"--node-network", "Your hardware", "RATE", "network of a node, one direction, as 3200Gbit/s or 400GB/s"},
    {"--oversubscription", "Your hardware", "FACTOR", "of that network; 1 is full bisection"},
    {"--host-link", "Your hardware", "RATE", "of an accelerator to host memory, one direction"},
    {"--host-memory-bandwidth", "Your hardware", "RATE", "of a node's processors to their memory"},
    {"--drive-bandwidth", "Your hardware", "RATE", "of all NVMe drives of a node, one direction"},
};
// ... and in predict.cpp.
constexpr OptionText run_options[] = {
    {"--range", "Uncertainty", "INPUT=LOW..HIGH",
     "eight times in ten, or INPUT=N%; may be repeated, INPUT one of matrix-rate, memory-bandwidth, scale-up, "
     "node-network, network-latency, host-time, step-overhead"},
    {"--tokens", "Run", "TOKENS", "budget, as 15.6T; adds wall clock, energy and cost"},
    {"--samples", "Run", "SAMPLES", "budget, instead of tokens"},
    {"--effective-share", "Run", "SHARE", "of the wall clock that trains, 0.01 to 1"},
    {"--price", "Run", "USD", "an accelerator-hour, node and network included"},
    {"--energy-price", "Run", "USD", "a kWh; 0 where the price includes energy"},
    {"--pue", "Run", "FACTOR", "power of the building over that of the machines"},
};

// ... and in scaling.cpp.
constexpr OptionText scaling_options[] = {
    {"--law", "Scaling law", "NAME", "hoffmann-2022, besiroglu-2024, miri-2025, muennighoff-2023 or kaplan-2020"},
    {"--compute", "Scaling law", "FLOP", "to spend: the least loss it buys"},
    {"--target-loss", "Scaling law", "NATS",
     "a token, on the text of the law: the least compute, or the tokens of a model"},
    {"--parameters", "Scaling law", "N", "of the model; or --model, a name of the catalogue"},
    {"--tokens", "Scaling law", "TOKENS", "to train on: the loss"},
    {"--unique-tokens", "Scaling law", "TOKENS", "there are; more are epochs over them"},
    {"--experts", "Scaling law", "N", "one of which a token visits; the parameters are those it visits"},
    {"--routing", "Scaling law", "NAME", "s-base, reinforced or hash"},
    {"--critical-batch", "Run", "TOKENS", "at which a run takes twice the tokens; or kaplan, zhang, deepseek, epoch"},
};
// Of a run to a loss; the budget is the law's.
constexpr OptionText cost_options[] = {
    {"--effective-share", "Run", "SHARE", "of the wall clock that trains, 0.01 to 1"},
    {"--price", "Run", "USD", "an accelerator-hour, node and network included"},
    {"--energy-price", "Run", "USD", "a kWh; 0 where the price includes energy"},
    {"--pue", "Run", "FACTOR", "power of the building over that of the machines"},
};
// ... and in trend.cpp.
constexpr OptionText trend_options[] = {
    {"--model", "Training", "NAME", "model of the catalogue, with --tokens"},
    {"--tokens", "Training", "TOKENS", "as 15T"},
    {"--compute", "Training", "FLOP", "instead of a model, as 1e26"},
    {"--accelerator", "Today", "NAME", "of the catalogue, `foretrain list accelerators`"},
    {"--utilization", "Today", "SHARE", "of its dense 16-bit peak in such a run"},
    {"--accelerators", "Today", "N", "that one has; else as many as it takes"},
    {"--price", "Today", "USD", "an accelerator-hour"},
    {"--doubt", "Today", "SIZE", "standard deviation of the speed, in the logarithm"},
    {"--days", "Wanted", "DAYS", "duration of the run"},
    {"--budget", "Wanted", "USD", "cost of the run, as 20M"},
    {"--start", "Wanted", "DATE", "of the numbers of today, as 2026-11-21; else today"},
    {"--migration-days", "Wanted", "DAYS", "standstill of a change of machines in mid-run"},
    {"--next-chip", "Wanted", "NAME", "of the catalogue: stay, wait for it, or move to it"},
    {"--next-date", "Wanted", "DATE", "from when one can train on it"},
    {"--next-price", "Wanted", "FACTOR", "of its price over that of today's"},
    {"--chip-growth", "Growth", "FACTOR", "a year, of the speed of an accelerator"},
    {"--software-growth", "Growth", "FACTOR", "a year, on the same accelerator"},
    {"--scale-growth", "Growth", "FACTOR", "a year, of the accelerators that one has; else 1"},
    {"--price-growth", "Growth", "FACTOR", "a year, of the speed that a dollar rents"},
    {"--csv", "Output", "FILE", "the curve of best times, for plots"},
};

// ... and in cost.cpp.
constexpr OptionText payment_options[] = {
    {"--accelerator", "Job without a model", "NAME", "of the catalogue, `foretrain list accelerators`"},
    {"--hours", "Job without a model", "HOURS", "how long it holds its --accelerators"},
    {"--power", "Job without a model", "WATT", "an accelerator with its share of node and building; else its rating"},
    {"--tokens", "Run", "TOKENS", "budget, with --model"},
    {"--samples", "Run", "SAMPLES", "budget, instead of tokens"},
    {"--effective-share", "Run", "SHARE", "of the wall clock that trains, 0.01 to 1"},
    {"--pue", "Run", "FACTOR", "power of the building over that of the machines"},
    {"--price", "Rent", "USD", "your offer of an accelerator-hour on demand, energy included"},
    {"--interruptions", "Rent", "N", "a day of a spot instance"},
    {"--instance", "Rent", "N", "accelerators of a spot instance"},
    {"--interval", "Rent", "MINUTES", "of work between checkpoints, on spot"},
    {"--restart", "Rent", "MINUTES", "after an interruption, paid"},
    {"--wait", "Rent", "MINUTES", "for room after an interruption, not paid"},
    {"--purchase", "Own", "USD", "an accelerator with its share of a server; else the catalogue's"},
    {"--server-factor", "Own", "FACTOR", "price of a server over its accelerators"},
    {"--interconnect-share", "Own", "SHARE", "of the network in the price of the cluster"},
    {"--decline", "Own", "DECADES", "orders of magnitude by which its value falls a year"},
    {"--life", "Own", "YEARS", "of straight-line depreciation, instead of --decline"},
    {"--residual", "Own", "SHARE", "of the price, left at the end of --life"},
    {"--age", "Own", "YEARS", "of the cluster when the job starts"},
    {"--utilisation", "Own", "SHARE", "of the hours in which the cluster works, for anybody"},
    {"--cluster", "Own", "N", "accelerators of the cluster; else those of the job"},
    {"--staff", "Own", "USD", "a year, all who run the cluster; 0 for nobody"},
    {"--idle-power", "Own", "WATT", "an accelerator that idles, with its share of all else"},
    {"--energy-price", "Own", "USD", "a kWh"},
    {"--stored", "Beside", "SIZE", "kept while the job lasts, as 100TB"},
    {"--storage-price", "Beside", "USD", "a GB-month"},
    {"--egress", "Beside", "SIZE", "moved out"},
    {"--egress-price", "Beside", "USD", "a GB"},
    {"--demand", "Plan", "CURVE", "accelerators x hours, as 100x84,300x72: what to own, what to rent"},
    {"--success", "Plan", "CHANCE", "that the job, an experiment, succeeds"},
    {"--failed-share", "Plan", "SHARE", "of the job until a failure shows"},
    {"--budget", "Plan", "USD", "a week, for experiments"},
};

// ... and in goodput.cpp.
constexpr OptionText goodput_options[] = {
    {"--days", "Run", "DAYS", "of training, were nothing lost; or, with a model, tokens"},
    {"--tokens", "Run", "TOKENS", "to train on, at the step of the model"},
    {"--wanted", "Failures", "SHARE", "goodput to find the MTBF for"},
};
// ... and in reliability.cpp.
constexpr OptionText reliability_options[] = {
    {"--fleet", "Failures", "NAME", "at the rate of a fleet: llama3-405b, opt-175b, bloom-176b, ant-1000, ..."},
    {"--mtbf", "Failures", "HOURS", "accelerator-hours for each failure, as 50k"},
    {"--job-mtbf", "Failures", "HOURS", "between two failures of the job"},
    {"--checkpoint", "Checkpoints", "NAME", "blocking, async, tiered or none"},
    {"--checkpoint-size", "Checkpoints", "SIZE", "of the whole, as 2.3TB; else the model's"},
    {"--interval", "Checkpoints", "MINUTES", "of training between two; else the best"},
    {"--write-bandwidth", "Checkpoints", "RATE", "of the storage, all nodes together, as 500GB/s"},
    {"--read-bandwidth", "Checkpoints", "RATE", "the same for reading"},
    {"--node-bandwidth", "Checkpoints", "RATE", "of one node"},
    {"--node-size", "Checkpoints", "N", "accelerators a node, where no model is given"},
    {"--storage-latency", "Checkpoints", "SECONDS", "of one transfer: open, synchronise, commit"},
    {"--copy-time", "Checkpoints", "SECONDS", "to host memory: the stall of async and tiered"},
    {"--survives", "Checkpoints", "SHARE", "of failures, after which host memory is still there (tiered)"},
    {"--every", "Checkpoints", "N", "checkpoints in memory for one in storage (tiered)"},
    {"--detection", "Recovery", "SECONDS", "until a failure is noticed"},
    {"--restart", "Recovery", "SECONDS", "processes, communicators, compilation"},
    {"--warm-up", "Recovery", "SECONDS", "lost while steps are slow after a restart"},
    {"--spares", "Recovery", "N", "spare nodes"},
    {"--repair", "Recovery", "HOURS", "until a failed node is a spare again"},
    {"--node-share", "Recovery", "SHARE", "of failures, that take a node out"},
    {"--straggler-mtbf", "Recovery", "HOURS", "accelerator-hours for each silent straggler"},
    {"--straggler-slowdown", "Recovery", "SHARE", "by which steps take longer then"},
    {"--straggler-detection", "Recovery", "HOURS", "until it is found"},
    {"--planned-every", "Recovery", "HOURS", "from one planned interruption to the next"},
    {"--planned-duration", "Recovery", "MINUTES", "of one, without the restart"},
};
// ... and in run.cpp.
constexpr OptionText conditions_options[] = {
    {"--benchmark", "Run", "NAME", "of MLPerf, instead of a budget: samples to its target at this batch"},
    {"--target-loss", "Run", "NATS", "a token, instead of a budget: tokens to it by a scaling law"},
    {"--law", "Run", "NAME", "of scaling, as for `foretrain scaling`"},
    {"--unique-tokens", "Run", "TOKENS", "there are; more are epochs over them"},
    {"--critical-batch", "Run", "TOKENS", "at which a run takes twice the tokens; or kaplan, zhang, deepseek, epoch"},
    {"--start-up", "Run", "SECONDS", "before the first step"},
    {"--slow-steps", "Run", "N", "first steps that are slower"},
    {"--slow-steps-factor", "Run", "FACTOR", "by which they take longer"},
    {"--evaluation-interval", "Run", "STEPS", "from one evaluation to the next"},
    {"--evaluation-samples", "Run", "SAMPLES", "of one evaluation, forward only"},
    {"--evaluation", "Run", "SECONDS", "of one evaluation, instead"},
    {"--power-limit", "Run", "WATTS", "of each accelerator; steps slow down as clocks fall"},
    {"--grid", "Run", "NAME", "cloud region or country, for carbon: us-central1, France, ..."},
    {"--carbon", "Run", "GRAMS", "of CO2e a kWh, instead"},
    {"--sample-size", "Input", "SIZE", "of a stored sample, as 16kB"},
    {"--data-bandwidth", "Input", "RATE", "of the storage, all nodes together, as 100GB/s"},
    {"--data-network", "Input", "RATE", "of a node, for data"},
    {"--data-set", "Input", "SIZE", "of an epoch"},
    {"--data-cache", "Input", "SIZE", "host memory of a node that keeps samples"},
    {"--decode-rate", "Input", "SAMPLES", "that a core decodes in a second"},
    {"--decode-cores", "Input", "N", "of a node"},
    {"--prefetch-batches", "Input", "N", "prepared ahead"},
    {"--data-variation", "Input", "FACTOR", "standard deviation over mean of the time to prepare a batch"},
    {"--epochs", "Input", "N", "passes over the data set"},
};

// ... and in batch.cpp.
constexpr OptionText batch_options[] = {
    {"--benchmark", "Target", "NAME", "MLPerf benchmark whose convergence is known: gpt3, bert, llama31_8b, ..."},
    {"--round", "Target", "ROUND", "of MLPerf, as v4.1, where a name meant two benchmarks"},
    {"--tokens", "Target", "TOKENS", "that the model takes at tiny batches, as 1T"},
    {"--law", "Target", "NAME", "of the critical batch: kaplan, zhang, deepseek or epoch"},
    {"--loss", "Target", "NATS", "a token, that the run ends at; for the law kaplan"},
    {"--least-samples", "Target", "SAMPLES", "to the target at tiny batches, stated"},
    {"--critical-batch", "Target", "SAMPLES", "batch that takes twice as many, stated"},
    {"--max-batch", "Sweep", "SAMPLES", "largest batch to look at; else 4 critical ones"},
    {"--max-accelerators", "Sweep", "N", "most accelerators to look at; else 256 times --accelerators"},
    {"--worth", "Sweep", "SHARE", "elasticity from which more accelerators are worth having, 0 to 1"},
    {"--price", "Sweep", "USD", "an accelerator-hour, node and network included"},
    {"--learning-rate", "Advice", "RATE", "tuned at one batch; adds rates to try at others"},
    {"--tuned-batch", "Advice", "SAMPLES", "where it was tuned; else --global-batch"},
    {"--ramp-from", "Advice", "SAMPLES", "ramp the batch up to --global-batch from here"},
    {"--ramp-increment", "Advice", "SAMPLES", "of the ramp"},
    {"--ramp-samples", "Advice", "SAMPLES", "that the ramp takes"},
};

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
  foretrain trend --compute 1e26 --accelerator h100-sxm --accelerators 16384 --days 90)";

const std::vector<std::string_view> commands{"predict", "batch",    "run",       "scaling", "goodput", "cost",
                                             "list",    "validate", "calibrate", "trend",   "demo"};

/// Options of a subcommand whose values are taken as they are typed and read together, so that all that is wrong is
/// told at once.
class TextOptions {
public:
    TextOptions(CLI::App& command, std::initializer_list<std::span<const OptionText>> lists) {
        for (const std::span<const OptionText>& list : lists)
            for (const OptionText& text : list) {
                Option& option = options_.emplace_back();
                option.name = text.name + 2;
                const std::string description = text.description;
                if (text.value == nullptr) option.value = "on";
                option.handle = text.value == nullptr
                                    ? command.add_flag(text.name, description)
                                    : command.add_option(text.name, option.value, description)->type_name(text.value);
                option.handle->group(text.group);
                if (option.name == "range") option.handle->multi_option_policy(CLI::MultiOptionPolicy::Join);
                names_.emplace_back(text.name);
            }
        names_.insert(names_.end(), {"--json", "--width", "--ascii", "--help"});
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

/// Options that say how results are printed.
void add_output(CLI::App& command, planner::Output& output, std::string& json_file) {
    command.add_option("--json", json_file, "JSON to FILE, or to the output instead of text")
        ->type_name("[FILE]")
        ->expected(0, 1)
        ->group("Output");
    command.add_option("--width", output.style.width, "columns of the terminal")
        ->type_name("N")
        ->check(CLI::Range(80, 1000))
        ->group("Output");
    command.add_flag("--ascii", output.style.ascii, "no characters beyond ASCII")->group("Output");
}

/// A first word that is no command, with the nearest one.
int unknown_command(const std::string& word) {
    const std::string_view close = planner::nearest(word, commands);
    std::cerr << "foretrain: there is no command " << word;
    if (!close.empty()) std::cerr << "; did you mean " << close << "?";
    std::cerr << "\n`foretrain --help` describes the commands.\n";
    return 2;
}

} // namespace

int planner::write(const std::string& path, const std::string& text) {
    if (path.empty() || path == "-") {
        std::cout << text;
        return 0;
    }
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file) return 0;
    std::cerr << "foretrain: cannot write " << path << '\n';
    return 2;
}

std::optional<int> planner::write_json(const Output& output, const std::string& json) {
    const int status = write(*output.json, json);
    const bool instead = output.json->empty() || *output.json == "-";
    return status != 0 || instead ? std::optional{status} : std::nullopt;
}

int main(int argc, char** argv) {
    CLI::App app{"Predicts what training a model takes: step time, memory, run time and bill."};
    app.name("foretrain");
    app.set_version_flag("--version", "foretrain " FORETRAIN_VERSION_STRING);
    app.require_subcommand(1);
    app.footer(examples);
    app.get_formatter()->column_width(34);

    planner::Output output;
    std::string json_file;
    CLI::App* predict = app.add_subcommand("predict", "predict a step, and a run if a budget is given");
    const TextOptions predict_values(*predict, {configuration_options, run_options});
    add_output(*predict, output, json_file);

    CLI::App* scaling = app.add_subcommand(
        "scaling", "loss, best model and tokens by a scaling law; with a system, time and cost to a loss");
    const TextOptions scaling_values(*scaling, {scaling_options, configuration_options, cost_options});
    add_output(*scaling, output, json_file);
    CLI::App* cost = app.add_subcommand("cost", "ways to pay for a job: rents, spot, owned, hybrid, side by side");
    const TextOptions cost_values(*cost, {configuration_options, payment_options});
    add_output(*cost, output, json_file);

    CLI::App* run = app.add_subcommand("run", "a whole run: wall clock with faults, energy, carbon and cost");
    const TextOptions run_values(*run, {configuration_options, run_options, conditions_options, reliability_options});
    add_output(*run, output, json_file);

    CLI::App* goodput = app.add_subcommand("goodput", "what faults, checkpoints and restarts make of a run");
    const TextOptions goodput_values(*goodput, {goodput_options, reliability_options, configuration_options});
    add_output(*goodput, output, json_file);

    CLI::App* batch = app.add_subcommand("batch", "samples, time and cost to a target at each batch size");
    const TextOptions batch_values(*batch, {configuration_options, batch_options});
    add_output(*batch, output, json_file);

    CLI::App* list = app.add_subcommand("list", "list what the catalogue has");
    std::string what;
    list->add_option("WHAT", what, "models, systems, accelerators, stacks or fleets")->required();
    add_output(*list, output, json_file);

    CLI::App* validate =
        app.add_subcommand("validate", "predict every row of a table of measurements and sum up the errors");
    std::string table, stack, validate_profile, per_row;
    validate->add_option("FILE", table, "CSV of training steps, memory, kernels or collectives; its header tells which")
        ->required();
    validate->add_option("--stack", stack, "software of all rows, instead of what their sources are known to run")
        ->type_name("NAME");
    validate->add_option("--profile", validate_profile, "constants that `calibrate` fitted")->type_name("FILE");
    validate->add_option("--per-row", per_row, "each prediction, as CSV")->type_name("FILE");
    add_output(*validate, output, json_file);

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
    add_output(*calibrate, output, json_file);

    CLI::App* trend = app.add_subcommand("trend", "how fast things move, and when a training can be had");
    const TextOptions trend_values(*trend, {trend_options});
    add_output(*trend, output, json_file);

    CLI::App* demo = app.add_subcommand("demo", "Llama 3.1 405B on 8,192 and 16,384 H100, beside what was published");
    add_output(*demo, output, json_file);

    if (argc > 1 && argv[1][0] != '-' && std::find(commands.begin(), commands.end(), argv[1]) == commands.end())
        return unknown_command(argv[1]);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }

    for (CLI::App* command : {predict, batch, run, scaling, goodput, cost, list, validate, calibrate, trend, demo})
        if (*command && command->count("--json") > 0) output.json = json_file;
    if (*run) return planner::run(run_values.given(), output, run->remaining(), run_values.names());
    if (*goodput) return planner::goodput(goodput_values.given(), output, goodput->remaining(), goodput_values.names());
    if (*scaling) return planner::scaling(scaling_values.given(), output, scaling->remaining(), scaling_values.names());
    if (*cost) return planner::cost(cost_values.given(), output, cost->remaining(), cost_values.names());
    if (*batch) return planner::batch(batch_values.given(), output, batch->remaining(), batch_values.names());
    if (*list) return planner::list(what, output);
    if (*validate) return planner::validate(table, stack, validate_profile, per_row, output);
    if (*calibrate) return planner::calibrate(fit, output);
    if (*trend) return planner::trend(trend_values.given(), output, trend->remaining(), trend_values.names());
    if (*demo) return planner::demo(output);
    return planner::predict(predict_values.given(), output, predict->remaining(), predict_values.names());
}
