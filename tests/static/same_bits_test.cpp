// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>

#include "same_bits.hpp"

using namespace foretrain;

// Estimates have the same bits at compile time and at run time, and with every compiler: the golden file holds one
// fingerprint of all of them. A change of any constant or formula changes it; to accept the change,
//
//   FORETRAIN_UPDATE_GOLDEN=1 ctest --preset test -R same_bits
//
// writes tests/static/data/same_bits.txt anew. Commit it with the change that caused it; then run the other compiler.

namespace {

/// Not worked out at compile time: the optimizer does not know the number.
[[gnu::noinline]] std::uint64_t at_run_time(std::uint64_t number) {
    const volatile std::uint64_t hidden = number;
    return same_bits::fingerprint(hidden);
}

std::uint64_t at_compile_time(std::size_t number) {
    const same_bits::File* const files[] = {&same_bits::file_0, &same_bits::file_1, &same_bits::file_2,
                                            &same_bits::file_3};
    static_assert(std::size(files) == same_bits::files);
    const std::size_t in_file = number % same_bits::plans_a_file;
    return (*files[number / same_bits::plans_a_file])[in_file / same_bits::plans_a_chunk]
                                                     [in_file % same_bits::plans_a_chunk];
}

std::string summary() {
    same_bits::Hash all;
    for (std::size_t i = 0; i < same_bits::plans; ++i) all.add(at_run_time(i));
    std::ostringstream text;
    text << same_bits::plans << " plans " << std::hex << std::setw(16) << std::setfill('0') << all.value();
    return text.str();
}

} // namespace

TEST_CASE("estimates at compile time and at run time have the same bits") {
    std::size_t different = 0;
    for (std::size_t i = 0; i < same_bits::plans; ++i) {
        CAPTURE(i);
        REQUIRE(at_run_time(i) != 0); // no plan is refused
        if (at_run_time(i) != at_compile_time(i)) ++different;
    }
    CHECK(different == 0);
}

TEST_CASE("fingerprints tell estimates apart") {
    for (std::size_t i = 1; i < same_bits::plans; ++i) REQUIRE(at_run_time(i) != at_run_time(i - 1));
    const auto c = random_plans::configuration(1);
    StepEstimate step = *try_estimate_step(*c.model, c.cluster, c.plan);
    const std::uint64_t before = same_bits::fingerprint(step);
    step.breakdown.time[3] =
        make<Seconds>(std::bit_cast<double>(std::bit_cast<std::uint64_t>(raw(step.breakdown.time[3])) + 1));
    CHECK(same_bits::fingerprint(step) != before); // one unit in the last place of one part
}

TEST_CASE("the fingerprint of all estimates is the golden one, with every compiler") {
    const std::string path = FORETRAIN_DATA_DIR "/same_bits.txt";
    const std::string now = summary();
    if (std::getenv("FORETRAIN_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << now << '\n';
    std::ifstream file(path);
    std::string golden;
    REQUIRE_MESSAGE(std::getline(file, golden), "no ", path);
    CHECK_MESSAGE(now == golden, "estimates changed: ", now, " instead of ", golden,
                  "; if they should, FORETRAIN_UPDATE_GOLDEN=1 ctest --preset test -R same_bits");
}
