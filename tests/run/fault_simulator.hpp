// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

// A training job that fails, event by event: what the formulas of run/ are checked against. It shares no code with
// them.

namespace simulator {

/// SplitMix64 (Steele, Lea & Flood 2014); draws are taken one statement at a time, so that no order is left open.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}
    /// Even over (0, 1).
    double uniform() {
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        return (static_cast<double>(z >> 11) + 0.5) * 0x1p-53;
    }
    double exponential(double mean) { return -mean * std::log(uniform()); }
    double weibull(double mean, double shape) {
        const double scale = mean / std::tgamma(1.0 + 1.0 / shape);
        return scale * std::pow(-std::log(uniform()), 1.0 / shape);
    }

private:
    std::uint64_t state_;
};

struct Tier {
    int every = 1;
    double stall = 0, write = 0, load = 0, survives = 1;
};

struct Job {
    double work = 0, interval = 0; ///< interval: of work between two checkpoints; equal to work: none
    double mtbf = 0, shape = 1;    ///< of the job; Weibull shape
    std::vector<Tier> tiers{};
    double restart = 0, detection = 0;
    bool spares_matter = false;
    int spares = 0;
    double repair = 0, node_share = 0;
};

struct Outcome {
    double wall = 0, stalls = 0, restart = 0, detection = 0, waiting = 0;
    int failures = 0, waited = 0;
};

inline Outcome run(const Job& job, Random& random) {
    Outcome out;
    const std::size_t tiers = job.tiers.size();
    const long intervals = std::lround(job.work / job.interval);
    std::vector<long> kept(tiers, 0); // checkpoint that can be restored from
    std::vector<double> repairs;      // wall clock at which a node is a spare again
    long from = 0;
    double restart = 0; // none before the first start
    for (;;) {
        const double gap = job.shape == 1 ? random.exponential(job.mtbf) : random.weibull(job.mtbf, job.shape);
        std::vector<double> ready(tiers, -1.0); // running time at which what is being written can be restored from
        std::vector<long> writing(tiers, 0);
        double t = restart;
        double stalled = 0;
        long done = from;
        bool failed = t > gap;
        while (!failed && done < intervals) {
            t += job.interval;
            if (t > gap) {
                failed = true;
                break;
            }
            double stall = 0;
            for (std::size_t i = 0; i < tiers; ++i)
                if ((done + 1) % job.tiers[i].every == 0) {
                    if (ready[i] > t) { // the one before is still being written: wait
                        stall += ready[i] - t;
                        t = ready[i];
                    }
                    stall += job.tiers[i].stall;
                    t += job.tiers[i].stall;
                }
            if (t > gap) {
                failed = true;
                break;
            }
            stalled += stall;
            ++done;
            for (std::size_t i = 0; i < tiers; ++i)
                if (done % job.tiers[i].every == 0) {
                    if (ready[i] >= 0) kept[i] = writing[i]; // waited for above
                    ready[i] = t + job.tiers[i].write;
                    writing[i] = done;
                }
        }
        if (!failed) {
            out.wall += t;
            out.stalls += stalled;
            out.restart += restart;
            return out;
        }
        ++out.failures;
        out.wall += gap;
        out.restart += std::min(restart, gap);
        for (std::size_t i = 0; i < tiers; ++i)
            if (ready[i] >= 0 && ready[i] <= gap) kept[i] = writing[i];
        out.wall += job.detection;
        out.detection += job.detection;
        if (job.spares_matter) {
            const double takes_node = random.uniform();
            if (takes_node < job.node_share) {
                std::vector<double> left;
                for (const double at : repairs)
                    if (at > out.wall) left.push_back(at);
                repairs = left;
                const double repaired = out.wall + random.exponential(job.repair);
                repairs.push_back(repaired);
                if (static_cast<int>(repairs.size()) > job.spares) {
                    const double first = *std::min_element(repairs.begin(), repairs.end());
                    out.waiting += first - out.wall;
                    out.wall = first;
                    ++out.waited;
                }
            }
        }
        const double luck = random.uniform();
        std::size_t tier = 0;
        while (tier + 1 < tiers && luck >= job.tiers[tier].survives) ++tier;
        if (tiers == 0) {
            from = 0;
            restart = job.restart;
            continue;
        }
        const long before = from;
        from = kept[tier];
        for (std::size_t i = tier + 1; i < tiers; ++i) from = std::max(from, kept[i]);
        for (std::size_t i = 0; i < tier; ++i) kept[i] = from; // written anew while restarting
        out.stalls += stalled > 0 && done > before ? stalled * static_cast<double>(std::max(from - before, 0L)) /
                                                         static_cast<double>(done - before)
                                                   : 0.0;
        restart = job.restart + job.tiers[tier].load;
    }
}

/// Many runs: mean and its standard error, and all wall clocks in order.
struct Sample {
    std::vector<double> wall;
    double mean = 0, error = 0, failures = 0, restart = 0, waiting = 0, waited = 0;
};

inline Sample sample(const Job& job, int runs, std::uint64_t seed) {
    Random random(seed);
    Sample result;
    double square = 0;
    for (int i = 0; i < runs; ++i) {
        const Outcome out = run(job, random);
        result.wall.push_back(out.wall);
        result.mean += out.wall / runs;
        square += out.wall * out.wall / runs;
        result.failures += static_cast<double>(out.failures) / runs;
        result.restart += out.restart / runs;
        result.waiting += out.waiting / runs;
        result.waited += out.waited;
    }
    if (result.failures > 0) result.waited /= result.failures * runs;
    result.error = std::sqrt(std::max(square - result.mean * result.mean, 0.0) / runs);
    std::sort(result.wall.begin(), result.wall.end());
    return result;
}

/// Share of runs that took at most `wall`.
inline double share_within(const Sample& sample, double wall) {
    const auto at = std::upper_bound(sample.wall.begin(), sample.wall.end(), wall);
    return static_cast<double>(at - sample.wall.begin()) / static_cast<double>(sample.wall.size());
}

} // namespace simulator
