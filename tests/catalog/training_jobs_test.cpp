// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/training_jobs.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/accelerators.hpp>

using namespace foretrain;

namespace {

constexpr bool all_sourced() {
    for (const catalog::TrainingJob& job : catalog::training_jobs) {
        if (job.network.empty() || job.dataset.empty() || job.provenance.source.empty()) return false;
        if (!(raw(job.work) > 0 && raw(job.traffic) > 0 && raw(job.host) > 0)) return false;
        if (!(raw(job.device) > 0 && raw(job.data) > 0)) return false;
    }
    return true;
}
static_assert(all_sourced());

constexpr bool all_different() {
    for (std::size_t i = 0; i < catalog::training_jobs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (catalog::training_jobs[i].network == catalog::training_jobs[j].network &&
                catalog::training_jobs[i].dataset == catalog::training_jobs[j].dataset)
                return false;
    return true;
}
static_assert(all_different());

} // namespace

TEST_CASE("the fitted work of known architectures is that of their architectures") {
    for (const catalog::TrainingJob& job : catalog::training_jobs) {
        // 1,281,167 images, forward 8.2 GFLOP, backward twice that.
        if (job.network == "resnet50") CHECK(raw(job.work) == doctest::Approx(1281167 * 3 * 8.2e9).epsilon(0.2));
        // 88,524 windows of 384 tokens, 110 M parameters.
        if (job.dataset == "squad") CHECK(raw(job.work) == doctest::Approx(88524.0 * 384 * 6 * 110e6).epsilon(0.2));
    }
}

TEST_CASE("traced hosts belong to boards of the catalogue") {
    for (const catalog::TracedHost& host : catalog::traced_hosts) {
        bool known = false;
        for (const Accelerator& a : catalog::all_accelerators) known = known || a.name == host.accelerator;
        CHECK_MESSAGE(known, host.accelerator);
        CHECK(host.slowness >= 1.0);
    }
}
