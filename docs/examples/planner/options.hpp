// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of subcommands that read a job, one a line. Their values are taken as they are typed (arguments.hpp);
// what they mean is in the file that is named above each list.

namespace planner {

struct OptionText {
    const char* name; ///< of CLI11: "--tensor"
    const char* group;
    const char* value; ///< what it takes; null: a switch
    const char* description;
};
// One line an option; what the options mean is in configuration.cpp.
inline constexpr OptionText configuration_options[] = {
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
// ... and in ranges.cpp.
inline constexpr OptionText range_options[] = {
    {"--range", "Uncertainty", "INPUT=LOW..HIGH",
     "eight times in ten, or INPUT=N%; may be repeated, INPUT one of matrix-rate, memory-bandwidth, scale-up, "
     "node-network, network-latency, host-time, step-overhead"},
};
// ... and in run.cpp: what a run trains on, ...
inline constexpr OptionText budget_options[] = {
    {"--tokens", "Run", "TOKENS", "budget, as 15.6T; adds wall clock, energy and cost"},
    {"--samples", "Run", "SAMPLES", "budget, instead of tokens"},
};
// ... and what it loses and pays.
inline constexpr OptionText cost_options[] = {
    {"--effective-share", "Run", "SHARE", "of the wall clock that trains, 0.01 to 1"},
    {"--price", "Run", "USD", "an accelerator-hour, node and network included"},
    {"--energy-price", "Run", "USD", "a kWh; 0 where the price includes energy"},
    {"--pue", "Run", "FACTOR", "power of the building over that of the machines"},
};

// ... and in scaling.cpp.
inline constexpr OptionText scaling_options[] = {
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
// ... and in trend.cpp.
inline constexpr OptionText trend_options[] = {
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

// ... and in cost.cpp: a job that is stated, ...
inline constexpr OptionText stated_job_options[] = {
    {"--accelerator", "Job without a model", "NAME", "of the catalogue, `foretrain list accelerators`"},
    {"--hours", "Job without a model", "HOURS", "how long it holds its --accelerators"},
    {"--power", "Job without a model", "WATT", "an accelerator with its share of node and building; else its rating"},
};
// ... what a cluster that is owned costs, ...
inline constexpr OptionText owning_options[] = {
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
};
// ... and the rest.
inline constexpr OptionText payment_options[] = {
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
inline constexpr OptionText goodput_options[] = {
    {"--days", "Run", "DAYS", "of training, were nothing lost; or, with a model, tokens"},
    {"--tokens", "Run", "TOKENS", "to train on, at the step of the model"},
    {"--wanted", "Failures", "SHARE", "goodput to find the MTBF for"},
};
// ... and in reliability.cpp.
inline constexpr OptionText reliability_options[] = {
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
inline constexpr OptionText conditions_options[] = {
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
    {"--grid", "Run", "NAME", "cloud region or country, for carbon: us-central1, france, ..."},
    {"--carbon", "Run", "GRAMS", "of CO2e a kWh, instead"},
};

// ... what feeds the steps, ...
inline constexpr OptionText input_options[] = {
    {"--sample-size", "Input", "SIZE", "of a stored sample, as 16kB"},
    {"--data-bandwidth", "Input", "RATE", "of the storage, all nodes together, as 100GB/s"},
    {"--data-network", "Input", "RATE", "of a node, for data"},
    {"--data-set", "Input", "SIZE", "of an epoch"},
    {"--data-cache", "Input", "SIZE", "host memory of a node that keeps samples"},
    {"--decode-rate", "Input", "SAMPLES", "that a core decodes in a second"},
    {"--decode-cores", "Input", "N", "of a node"},
    {"--prefetch-batches", "Input", "N", "prepared ahead"},
    {"--data-variation", "Input", "FACTOR", "standard deviation over mean of the time to prepare a batch"},
};

// ... and in search.cpp: lists with commas, or all.
inline constexpr OptionText search_options[] = {
    {"--model", "Required", "NAME", "model of the catalogue, `foretrain list models`"},
    {"--system", "Required", "NAMES", "systems of the catalogue, `foretrain list systems`"},
    {"--accelerators", "Required", "LIST", "accelerators the job may use"},
    {"--global-batch", "Required", "LIST", "samples an optimizer step"},
    {"--sequence", "Required", "TOKENS", "tokens a sample"},
    {"--largest-batch", "Required", nullptr, "a batch is a maximum: the largest multiple of data x micro-batch"},
    {"--tensor", "Knobs", "LIST", "tensor-parallel degrees; every knob that is left out: all that make sense"},
    {"--sequence-parallel", "Knobs", "LIST", "on, off or all"},
    {"--context", "Knobs", "LIST", "context-parallel degrees"},
    {"--context-exchange", "Knobs", "LIST", "all_gather, ring, all_to_all"},
    {"--expert", "Knobs", "LIST", "ranks that experts are dealt out over"},
    {"--expert-tensor", "Knobs", "LIST", "ranks that each expert is cut over"},
    {"--pipeline", "Knobs", "LIST", "pipeline stages"},
    {"--schedule", "Knobs", "LIST", "gpipe, 1f1b, interleaved, zb-h1, zb-h2, zb-v, dualpipe"},
    {"--virtual-stages", "Knobs", "LIST", "model chunks a stage, interleaved"},
    {"--sharding", "Knobs", "LIST", "none, zero1, zero2, zero3"},
    {"--sharding-group", "Knobs", "LIST", "ranks that share one copy, 0 for all (zero3)"},
    {"--prefetch", "Knobs", "LIST", "layers gathered ahead (zero3)"},
    {"--micro-batch", "Knobs", "LIST", "samples an accelerator group processes at once"},
    {"--recompute", "Knobs", "LIST", "none, elementwise, feed_forward, selective, full"},
    {"--attention", "Knobs", "LIST", "fused, unfused; else fused"},
    {"--precision", "Knobs", "LIST", "as predict takes them; else mixed-bf16"},
    {"--offload", "Knobs", "LIST", "none, or weights, optimizer, activations with + between; else none"},
    {"--stack", "Fixed", "NAME", "training software, `foretrain list stacks`"},
    {"--optimizer", "Fixed", "NAME", "adam, lion, momentum, sgd or adafactor"},
    {"--expert-capacity", "Fixed", "FACTOR", "slots of an expert over its even share; 0 is dropless"},
    {"--expert-imbalance", "Fixed", "FACTOR", "tokens of the busiest expert rank over the mean"},
    {"--adapter-rank", "Fixed", "N", "LoRA on all linear layers, the rest frozen"},
    {"--memory", "Fixed", "SIZE", "memory of an accelerator, as 80GiB or 80GB"},
    {"--goal", "Goal", "NAME", "step-time, token-time, run-time, cost or energy"},
    {"--tokens", "Goal", "TOKENS", "that the run trains on, as 15.6T"},
    {"--effective-share", "Goal", "SHARE", "of the wall clock that trains, 0.01 to 1"},
    {"--price", "Goal", "USD", "an accelerator-hour of each system, - if unknown"},
    {"--energy-price", "Goal", "USD", "a kWh, where the price leaves energy out"},
    {"--pue", "Goal", "FACTOR", "power of the building over that of the machines"},
    {"--memory-share", "Limits", "SHARE", "of an accelerator's memory that a plan may fill"},
    {"--deadline", "Limits", "DAYS", "of the run"},
    {"--budget", "Limits", "USD", "of the run"},
    {"--max-power", "Limits", "WATT", "of the job"},
    {"--within-node", "Limits", "LIST", "groups that stay in the innermost tier of the fabric, as tensor,expert"},
    {"--top", "Search", "N", "plans to show, 1 to 64; else 10"},
    {"--pareto", "Search", "LIST", "front over time, cost, energy, accelerators"},
    {"--exhaustive", "Search", nullptr, "look at every plan: exact counts of what became of them"},
    {"--threads", "Search", "N", "of this machine; the result does not depend on it"},
    {"--progress", "Search", nullptr, "on the error stream, with the rate and what is left"},
    {"--shard", "Search", "I/N", "decide this part of the plans, I from 0; with --json, for --merge"},
    {"--merge", "Search", "FILES", "put the results of all shards together"},
};
// ... and in diagnose.cpp.
inline constexpr OptionText measurement_options[] = {
    {"--step-time", "Measured", "SECONDS", "a step; or a throughput or utilisation"},
    {"--tokens-per-second", "Measured", "RATE", "of the whole job"},
    {"--samples-per-second", "Measured", "RATE", "of the whole job"},
    {"--mfu", "Measured", "SHARE", "model FLOPs utilisation, as 0.38"},
    {"--mfu-convention", "Measured", "NAME", "6n, 6n-attention, 6n-causal-attention or megatron"},
    {"--hfu", "Measured", "SHARE", "hardware FLOPs utilisation, recomputation counted"},
    {"--component", "Measured", "NAME=SECONDS",
     "of a mean step, exposed; may be repeated, NAME one of compute, products, attention, memory-bound, "
     "recomputation, communication, tensor-communication, ..., bubble, optimizer, host-wait, input-wait, pauses"},
    {"--board-power", "Measured", "WATTS", "of an accelerator, mean"},
    {"--clock", "Measured", "SHARE", "of the boost clock, under load"},
    {"--peak-memory", "Measured", "SIZE", "of an accelerator, reserved"},
    {"--power-limit", "Conditions", "WATTS", "of each accelerator"},
};
// ... and in sensitivity.cpp.
inline constexpr OptionText sensitivity_options[] = {
    {"--by", "Sensitivity", "PERCENT", "bars of the tornado: each input by so much to both sides, 10 unless stated"},
    {"--rows", "Sensitivity", "N", "of each table, 15 unless stated; files have all"},
};
// ... and in compare.cpp.
inline constexpr OptionText compare_options[] = {
    {"A", "Jobs", "JOB", "a file of options, or options in quotes: \"--tensor 8 --pipeline 2\""},
    {"B", "Jobs", "JOB", "the other; options beside them are of both"},
};

// ... and in sweep.cpp.
inline constexpr OptionText sweep_options[] = {
    {"--vary", "Designs", "NAME=LOW..HIGH",
     "factors on the base; may be repeated, NAME one of matrix-rate, memory-bandwidth, memory-capacity, scale-up, "
     "scale-up-domain, scale-out"},
    {"--designs", "Designs", "N", "a Latin hypercube of so many"},
    {"--seed", "Designs", "N", "of the Latin hypercube"},
    {"--grid", "Designs", "LEVELS", "every combination of so many levels instead"},
    {"--drop-recomputation", "Designs", nullptr, "where a design has the memory for it"},
    {"--for", "Goal", "NAME", "time, energy or money"},
    {"--price", "Goal", "USD", "an accelerator-hour of the base"},
    {"--price-share", "Goal", "NAME=SHARE", "of that price, which grows with a figure; may be repeated"},
    {"--power-share", "Goal", "NAME=SHARE", "of the base's rated power, likewise"},
    {"--max-power", "Goal", "WATTS", "of an accelerator, rated"},
    {"--max-price", "Goal", "USD", "an accelerator-hour"},
    {"--pue", "Goal", "FACTOR", "power of the building over that of the machines"},
};

// ... and in uncertainty.cpp.
inline constexpr OptionText uncertainty_options[] = {
    {"--uncertain", "Uncertainty", "NAME=LOW..HIGH",
     "factors on what is stated, eight times in ten, or NAME=N%, with :uniform, :log-uniform, :normal or :log-normal; "
     "may be repeated, NAME one of matrix-rate, memory-bandwidth, scale-up, node-network, network-latency, host-time, "
     "step-overhead, model, effective-share, power, price, energy-price"},
    {"--no-model-error", "Uncertainty", nullptr, "inputs alone, without the error of the model"},
    {"--draws", "Uncertainty", "N", "samples"},
    {"--seed", "Uncertainty", "N", "of the samples"},
    {"--independent", "Uncertainty", nullptr, "plain Monte Carlo, no Latin hypercube"},
    {"--tokens", "Run", "TOKENS", "budget, as 15.6T; adds wall clock, energy and cost"},
};

// ... and in batch.cpp.
inline constexpr OptionText batch_options[] = {
    {"--benchmark", "Target", "NAME", "MLPerf benchmark whose convergence is known: gpt3, bert, llama31_8b, ..."},
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

// ... and in solve.cpp.
inline constexpr OptionText solve_options[] = {
    {"QUESTION", "Question", "WORD",
     "accelerators, tokens, model, price, bandwidth, memory, micro-batch, rent or purchase"},
    {"--days", "Limit", "DAYS", "wall clock of the run"},
    {"--budget", "Limit", "USD", "cost of the run, as 20M"},
    {"--share", "Limit", "SHARE", "of a step that may be exposed communication; 0.05 unless stated"},
    {"--tier", "Limit", "NAME", "of the network that gets faster: scale-up or scale-out"},
    {"--exposed", "Limit", "NAME", "all, or removable: less what no bandwidth of the tier hides"},
    {"--layout", "Search", "NAME", "fixed (data parallelism grows), or best (of the usual layouts at each number)"},
    {"--most-accelerators", "Search", "N", "to look at; 131,072 unless stated"},
    {"--tokens-per-parameter", "Search", "TOKENS", "of each model; 20 unless stated, or --tokens"},
};
// ... and in scale.cpp.
inline constexpr OptionText scale_options[] = {
    {"--batch", "Curve", "NAME", "fixed (strong scaling) or grows (weak scaling)"},
    {"--layout", "Curve", "NAME", "fixed (data parallelism grows), or best (of the usual layouts at each number)"},
    {"--most-accelerators", "Curve", "N", "to look at, doubling; 131,072 unless stated"},
    {"--threshold", "Curve", "SHARE", "efficiency that is still worth having; 0.5 unless stated"},
};

} // namespace planner
