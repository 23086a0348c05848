// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../math/sqrt.hpp"
#include "../run/goodput.hpp"

// Fleets that told how often their jobs are interrupted, and what share of the wall clock trained.
//
// Rates differ tenfold: between hardware of different age, between what counts as an interruption, and between nodes
// in a fleet and the jobs that use many of them. A fleet is a scenario to compare with, not a constant of an
// accelerator. What a fleet did not tell is absent. Read from tests/accuracy/data/reliability.csv, where each row has
// its source; figures that another text quotes are `assumed`.

namespace foretrain::inline v0::catalog {

/// What a fleet reported.
struct Fleet {
    std::string_view name;
    std::string_view organisation;
    std::string_view accelerator;        ///< in the source's words
    std::int64_t accelerators = 0;       ///< of the job that was watched; 0: not told
    std::optional<AcceleratorTime> mtbf; ///< accelerator-time for each interruption
    std::optional<double> share;         ///< of wall clock that trained
    bool at_least = false;               ///< the share is a lower bound
    Provenance provenance{};
};

namespace detail {

/// From failures in 1000 node-days of nodes of eight.
[[nodiscard]] constexpr AcceleratorTime of_node_days(double failures) noexcept {
    return make<AcceleratorTime>(8.0 * 1000.0 * 86'400.0 / failures);
}
/// From failures in a million accelerator-days.
[[nodiscard]] constexpr AcceleratorTime of_accelerator_days(double failures) noexcept {
    return make<AcceleratorTime>(1e6 * 86'400.0 / failures);
}

} // namespace detail

/// Llama 3 405B: 419 unexpected interruptions in 54 days.
inline constexpr Fleet llama3_fleet{"llama3-405b",
                                    "Meta",
                                    "H100-80GB",
                                    16'384,
                                    observed_mtbf(16'384, make<Seconds>(54.0 * 86'400.0), 419.0),
                                    0.90,
                                    true,
                                    {"arXiv 2407.21783, section 3.3.4 and table 5", "2024-07", Evidence::measured}};
/// OPT-175B: two a day on 128 nodes; 33 days of training took 56, restarts and changes of the recipe included.
inline constexpr Fleet opt_fleet{
    "opt-175b",
    "Meta",
    "A100-80GB",
    1024,
    detail::of_node_days(15.62),
    33.0 / 56.0,
    false,
    {"facebookresearch/metaseq@f7ffa5f, projects/OPT/chronicles", "2022-01", Evidence::measured}};
/// BLOOM: an accelerator a week.
inline constexpr Fleet bloom_fleet{
    "bloom-176b",
    "BigScience",
    "A100-80GB",
    384,
    detail::of_accelerator_days(372.0),
    std::nullopt,
    false,
    {"bigscience-workshop/bigscience@9e64ede, train/tr11-176B-ml", "2022-07", Evidence::measured}};
/// Meta's research cluster by its nodes, and by what its jobs of 1,024 saw.
inline constexpr Fleet rsc1_fleet{"meta-rsc-1",
                                  "Meta",
                                  "A100",
                                  16'384,
                                  detail::of_node_days(6.50),
                                  std::nullopt,
                                  false,
                                  {"arXiv 2410.21680, through a second text", "2024-10", Evidence::assumed}};
inline constexpr Fleet rsc2_fleet{"meta-rsc-2",
                                  "Meta",
                                  "A100",
                                  8192,
                                  detail::of_node_days(2.34),
                                  std::nullopt,
                                  false,
                                  {"arXiv 2410.21680, through a second text", "2024-10", Evidence::assumed}};
inline constexpr Fleet rsc_jobs_fleet{
    "meta-rsc-jobs-of-1024",
    "Meta",
    "A100",
    1024,
    make<AcceleratorTime>(7.9 * 3600.0 * 1024.0),
    0.90,
    false,
    {"arXiv 2410.21680: MTTF and ETTR of jobs of 1,024; through a second text", "2024-10", Evidence::assumed}};
/// Ant Group: 0.27% of accelerators a day, all errors counted; the share after automatic recovery (0.329 before).
inline constexpr Fleet ant_fleet{
    "ant-1000",
    "Ant Group",
    "A100/H800",
    1000,
    detail::of_accelerator_days(2700.0),
    0.589,
    false,
    {"intelligent-machine-learning/dlrover@7c3e964, docs/blogs/stabilize_llm_training_cn.md", "2023",
     Evidence::measured}};
inline constexpr Fleet byterobust_fleet{
    "bytedance-16384",
    "ByteDance",
    "not told",
    16'384,
    make<AcceleratorTime>(2.78 * 3600.0 * 16'384.0),
    std::nullopt,
    false,
    {"arXiv 2509.16293 (ByteRobust), through a second text", "2025-09", Evidence::assumed}};
/// MegaScale: over a hundred recoveries in some weeks; how many weeks is not told, so the rate stays unknown.
inline constexpr Fleet megascale_fleet{
    "megascale",  "ByteDance",
    "Ampere",     12'288,
    std::nullopt, 0.90,
    true,         {"arXiv 2402.15627, section 6.3; through a second text", "2024-02", Evidence::assumed}};
inline constexpr Fleet crusoe_fleet{
    "crusoe-h200",
    "Crusoe",
    "H200",
    1600,
    observed_mtbf(1600, make<Seconds>(122.0 * 86'400.0), 205.0),
    std::nullopt,
    false,
    {"Crusoe at GTC 2025, through a second text; 205 failures in 4 months are inferred", "2025", Evidence::assumed}};
/// HLAT: uptime of the job with automatic restarts (0.778 with manual ones).
inline constexpr Fleet hlat_fleet{
    "hlat",       "AWS",  "Trainium", 4096,
    std::nullopt, 0.9881, false,      {"glennklockwood.com/garden/job-reliability", "2024", Evidence::assumed}};

inline constexpr std::array<const Fleet*, 11> all_fleets{
    &llama3_fleet, &opt_fleet,        &bloom_fleet,     &rsc1_fleet,   &rsc2_fleet, &rsc_jobs_fleet,
    &ant_fleet,    &byterobust_fleet, &megascale_fleet, &crusoe_fleet, &hlat_fleet};

/// A fleet by its name, or nothing.
[[nodiscard]] constexpr const Fleet* find_fleet(std::string_view name) noexcept {
    for (const Fleet* fleet : all_fleets)
        if (fleet->name == name) return fleet;
    return nullptr;
}

/// Failures of a fleet at a constant rate; absent where the fleet did not tell.
[[nodiscard]] constexpr std::optional<ExponentialFailures> failures_of(const Fleet& fleet) noexcept {
    if (!fleet.mtbf) return std::nullopt;
    return ExponentialFailures{*fleet.mtbf, fleet.provenance};
}

/// What interrupted Llama 3 405B, by component (table 5, the rows at hand): the rest is `other`.
inline constexpr FailureBreakdown llama3_failures = [] {
    const auto of = [](double count) { return observed_mtbf(16'384, make<Seconds>(54.0 * 86'400.0), count); };
    return failure_breakdown(std::array{
        ComponentFailures{Component::accelerator, of(148.0 + 17.0 + 6.0)}, // faulty, system processor, thermal
        ComponentFailures{Component::memory, of(72.0)},                    // HBM3
        ComponentFailures{Component::network, of(35.0)},                   // switch, cable
        ComponentFailures{Component::host, of(3.0 + 2.0)},                 // power supply, system memory
        ComponentFailures{Component::storage, of(3.0)},                    // SSD
        ComponentFailures{Component::other, of(419.0 - 286.0)}});          // maintenance, software, the rest
}();

/// The geometric mean of the fleets' MTBF, without those of one organisation: what to expect of a fleet of which
/// nothing is known. A typical fleet is within a factor of `fleet_spread` of it.
[[nodiscard]] constexpr AcceleratorTime typical_mtbf(std::string_view without = {}) noexcept {
    double sum = 0, count = 0;
    for (const Fleet* fleet : all_fleets)
        if (fleet->mtbf && fleet->organisation != without) {
            sum += log(raw(*fleet->mtbf));
            count += 1;
        }
    return make<AcceleratorTime>(exp(sum / count));
}

/// Factor around the typical MTBF within which eight fleets in ten lie, from the spread of those above.
[[nodiscard]] constexpr double fleet_spread() noexcept {
    const double middle = log(raw(typical_mtbf()));
    double square = 0, count = 0;
    for (const Fleet* fleet : all_fleets)
        if (fleet->mtbf) {
            const double off = log(raw(*fleet->mtbf)) - middle;
            square += off * off;
            count += 1;
        }
    return exp(1.2816 * sqrt(square / (count - 1)));
}

/// Time to start a job, from the first process to the first step: processes, communicators, weights, compilation.
///
///   t = base + per_parameter P + per_root sqrt(N)
///
/// Fitted by least absolute logarithms to 88 start-ups of MLPerf Training v3.0 to v5.1 (GPT-3 175B, Llama 2 70B with
/// LoRA, Llama 3.1 8B and 405B; init_start to run_start), which another organisation's software makes twice as long or
/// half as long: docs/goodput.md has the errors.
struct StartUpModel {
    Seconds base{};
    Seconds per_billion_parameters{};
    Seconds per_root_accelerator{};
    double width = 0; ///< half of the 80% band, in the logarithm, on organisations not fitted
    Provenance provenance{};

    [[nodiscard]] constexpr Seconds operator()(double parameters, std::int64_t accelerators) const noexcept {
        return base + per_billion_parameters * (parameters / 1e9) +
               per_root_accelerator * sqrt(static_cast<double>(accelerators));
    }
};
inline constexpr StartUpModel start_up{
    make<Seconds>(52.0),
    make<Seconds>(0.935),
    make<Seconds>(2.41),
    0.81,
    {"MLPerf Training v3.0 to v5.1, init_start to run_start", "2025-10", Evidence::fitted}};

/// A shared file system of middling speed: BLOOM's wrote 57.5 GB/s from 48 nodes, Llama 3's peaked at 7 TB/s.
inline constexpr Storage usual_storage{
    .name = "shared file system",
    .node_write = make<Bandwidth>(2e9),
    .node_read = make<Bandwidth>(2e9),
    .shared_write = make<Bandwidth>(500e9),
    .shared_read = make<Bandwidth>(500e9),
    .latency = make<Seconds>(5.0),
    .provenance = {"between what BLOOM and Llama 3 report", "2024", Evidence::assumed}};

/// What jobs do that recover by themselves, where nothing more is known: blocking checkpoints of 14 bytes a parameter
/// at the best interval, five minutes to notice a failure, a start-up of MLPerf's to come back. Nodes of eight.
template <class Real = double> // nothing is instantiated before somebody calls it
[[nodiscard]] constexpr Reliability usual_reliability(const std::optional<ExponentialFailures>& failures,
                                                      double parameters, std::int64_t accelerators) noexcept {
    const std::int64_t nodes = accelerators > 8 ? accelerators / 8 : 1;
    return {failures, blocking_checkpoints(usual_storage, make<BasicBytes<Real>>(14.0 * parameters), nodes),
            Recovery{.detection = make<Seconds>(300.0),
                     .restart = start_up(static_cast<Real>(parameters), accelerators),
                     .provenance = {"a usual job that recovers by itself", "2026", Evidence::assumed}}};
}

} // namespace foretrain::inline v0::catalog
