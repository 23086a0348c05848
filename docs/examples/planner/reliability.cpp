// SPDX-License-Identifier: Apache-2.0
#include "reliability.hpp"

#include <array>

namespace planner {

using namespace foretrain;

namespace {

constexpr Provenance stated{"stated on the command line", "", Evidence::assumed};

/// A number that must not be negative, in seconds.
[[nodiscard]] Seconds seconds(Reader& read, const std::string& option, double unit, double otherwise,
                              std::string_view why) {
    return make<Seconds>(unit * read.number(option, otherwise, why));
}

/// The failure rate of a fleet or of the options; nothing: unknown, which is told.
[[nodiscard]] std::optional<ExponentialFailures> read_failures(Reader& read, std::int64_t accelerators,
                                                               std::string& from) {
    const int ways = (read.given("fleet") ? 1 : 0) + (read.given("mtbf") ? 1 : 0) + (read.given("job-mtbf") ? 1 : 0);
    if (ways > 1) read.refuse("mtbf", "given", "the only one of --fleet, --mtbf and --job-mtbf", "one failure rate");
    if (read.given("fleet")) {
        std::vector<std::string_view> names;
        for (const catalog::Fleet* fleet : catalog::all_fleets) names.push_back(fleet->name);
        const auto index = read.name("fleet", names, {});
        if (!index) return std::nullopt;
        const catalog::Fleet& fleet = *catalog::all_fleets[*index];
        from = fleet.mtbf ? "as of " + std::string{fleet.name} + ", " + std::string{fleet.provenance.source}
                          : "unknown: " + std::string{fleet.name} + " does not tell";
        return catalog::failures_of(fleet);
    }
    if (const auto hours = read.number("mtbf")) {
        from = "stated";
        return ExponentialFailures{make<AcceleratorTime>(3600.0 * *hours), stated};
    }
    if (const auto hours = read.number("job-mtbf")) {
        from = "stated for the job";
        return ExponentialFailures{make<AcceleratorTime>(3600.0 * *hours * static_cast<double>(accelerators)), stated};
    }
    from = "unknown: give --fleet, --mtbf or --job-mtbf";
    return std::nullopt;
}

/// Storage of the options, else a usual one.
[[nodiscard]] Storage read_storage(Reader& read) {
    Storage storage = catalog::usual_storage;
    const auto together = read.bandwidth("write-bandwidth");
    const auto node = read.bandwidth("node-bandwidth");
    const auto reading = read.bandwidth("read-bandwidth");
    if (!together && !node)
        read.assume("--write-bandwidth", std::string{to_text(*storage.shared_write)},
                    "of all nodes together, 2 GB/s a node: a shared file system of middling speed");
    if (together || node) {
        storage.name = "storage";
        storage.shared_write = together;
        storage.shared_read = together;
        // Without a rate of a node, the whole is the limit; without one of the whole, each node has its own drives.
        storage.node_write = storage.node_read = node.value_or(together.value_or(Bandwidth{}));
        storage.provenance = stated;
    }
    if (reading) {
        storage.shared_read = reading;
        storage.node_read = maximum(storage.node_read, *reading);
    }
    storage.latency = seconds(read, "storage-latency", 1.0, raw(storage.latency), "s to open, synchronise and commit");
    return storage;
}

[[nodiscard]] Recovery read_recovery(Reader& read) {
    Recovery recovery;
    recovery.detection = seconds(read, "detection", 1.0, 300.0, "s until a failure is noticed");
    recovery.warm_up = seconds(read, "warm-up", 1.0, 0.0, "s lost while steps are slow after a restart");
    recovery.provenance = stated;
    if (read.given("spares") || read.given("repair") || read.given("node-share")) {
        Spares spares;
        spares.nodes = read.integer("spares", 0, "spare nodes");
        spares.repair = seconds(read, "repair", 3600.0, 24.0, "hours until a failed node is back");
        spares.share = read.number("node-share", 0.5, "of failures, that take a node out");
        recovery.spares = spares;
    } else {
        read.assume("--spares", "enough", "a healthy node is always at hand");
    }
    if (read.given("straggler-mtbf")) {
        Stragglers stragglers;
        stragglers.mtbf = make<AcceleratorTime>(3600.0 * read.number("straggler-mtbf").value_or(0.0));
        stragglers.slowdown = read.number("straggler-slowdown", 0.1, "of steps, while one is there");
        stragglers.detection = seconds(read, "straggler-detection", 3600.0, 4.0, "hours until it is found");
        recovery.stragglers = stragglers;
    }
    read.refuse_unless(read.given("straggler-mtbf"), {"straggler-slowdown", "straggler-detection"},
                       "left out without --straggler-mtbf", "it says how often one appears");
    read.refuse_unless(read.given("planned-every"), {"planned-duration"}, "left out without --planned-every",
                       "it says how often the job is stopped");
    if (read.given("planned-every"))
        recovery.planned =
            Planned{.interval = make<Seconds>(3600.0 * read.number("planned-every").value_or(0.0)),
                    .duration = seconds(read, "planned-duration", 60.0, 30.0, "minutes of a planned interruption")};
    return recovery;
}

/// Size of a checkpoint, whole and of an accelerator, and parameters: by the model, else as stated.
struct Size {
    std::optional<Bytes> whole{}, each{};
    double parameters = 0;
};

[[nodiscard]] Size read_size(Reader& read, const Configuration& job, std::int64_t accelerators) {
    Size size;
    if (job.step) {
        const CheckpointSize checkpoint = checkpoint_size(job.model, job.plan);
        size = {checkpoint.total(), checkpoint.per_accelerator, static_cast<double>(parameters(job.model))};
    }
    if (const auto stated_size = read.bytes("checkpoint-size")) {
        size.whole = *stated_size;
        size.each = *stated_size / static_cast<double>(accelerators > 0 ? accelerators : 1);
        if (!job.step) size.parameters = raw(*stated_size) / 14.0;
    }
    return size;
}

/// Options that the policy of checkpoints has no use for: 0 blocking, 1 async, 2 tiered, 3 none.
void refuse_unused(Reader& read, std::size_t policy, bool by_model) {
    read.refuse_unless(!by_model, {"node-size"}, "left out with --system", "the system says it");
    if (read.refused("checkpoint")) return; // which one is meant is not known
    read.refuse_unless(
        policy != 3,
        {"checkpoint-size", "interval", "write-bandwidth", "read-bandwidth", "node-bandwidth", "storage-latency"},
        "left out with --checkpoint none", "nothing is written or read");
    if (!by_model) read.refuse_unless(policy != 3, {"node-size"}, "left out with --checkpoint none");
    read.refuse_unless(policy == 1 || policy == 2, {"copy-time"},
                       "left out without --checkpoint async or --checkpoint tiered", "others copy nothing");
    read.refuse_unless(policy == 2, {"survives", "every"}, "left out without --checkpoint tiered",
                       "others keep no checkpoint in host memory");
}

} // namespace

ReliabilityChoice read_reliability(Reader& read, const Configuration& job, bool by_model, std::int64_t accelerators) {
    ReliabilityChoice choice;
    const Size size = read_size(read, job, accelerators);
    choice.checkpoint = size.whole;

    const std::array<std::string_view, 4> policies{"blocking", "async", "tiered", "none"};
    const std::size_t policy =
        read.choice("checkpoint", {policies.begin(), policies.end()}, 0, "training waits for it");
    choice.policy = policies[policy];
    refuse_unused(read, policy, by_model);
    if (policy < 3 && !size.whole && !by_model)
        (void)read.required("checkpoint-size",
                            "of the whole checkpoint, 2.3TB; or a --model with its --system and plan");

    choice.failures = read_failures(read, accelerators, choice.failures_from);
    const Storage storage = read_storage(read);
    const std::int64_t each_node =
        by_model && job.step ? job.cluster.node.accelerators : read.integer("node-size", 8, "accelerators a node");
    if (each_node < 1) read.refuse("node-size", std::to_string(each_node), "at least 1");
    std::optional<Seconds> interval;
    if (const auto minutes = read.number("interval")) interval = make<Seconds>(60.0 * *minutes);
    Seconds copy{};
    if (policy == 1 || policy == 2) {
        const Bandwidth link = by_model && job.step && raw(job.cluster.node.host_link) > 0 ? job.cluster.node.host_link
                                                                                           : make<Bandwidth>(10e9);
        const double by_link = size.each ? raw(*size.each) / raw(link) : 0.0;
        copy = seconds(read, "copy-time", 1.0, by_link, "s to copy an accelerator's share to host memory");
    }
    const double survives =
        policy == 2 ? read.number("survives", 0.75, "of failures leave host memory; processes restart (DLRover)") : 0.0;
    const std::int64_t every = policy == 2 ? read.integer("every", 10, "of so many one goes to storage") : 1;
    Recovery recovery = read_recovery(read);
    const std::optional<double> restart = read.number("restart");
    if (!restart && !read.given("restart") && accelerators > 0)
        read.assume("--restart", std::string{to_text(catalog::start_up(size.parameters, accelerators))},
                    "start-ups of MLPerf at this size");
    choice.at = [=, failures = choice.failures](std::int64_t count) {
        Reliability result{failures, {}, recovery};
        result.recovery.restart = restart ? make<Seconds>(*restart) : catalog::start_up(size.parameters, count);
        const std::int64_t nodes = count > each_node ? count / each_node : 1;
        // The copy of an accelerator's share shrinks with more of them.
        const Seconds here = copy * (static_cast<double>(accelerators) / static_cast<double>(count));
        if (policy == 0) result.checkpointing = blocking_checkpoints(storage, *size.whole, nodes, interval);
        else if (policy == 1)
            result.checkpointing = asynchronous_checkpoints(storage, *size.whole, nodes, here, interval);
        else if (policy == 2)
            result.checkpointing = tiered_checkpoints(storage, *size.whole, nodes, here, survives, every, interval);
        return result;
    };
    return choice;
}

} // namespace planner
