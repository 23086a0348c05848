// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_power.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header = "gpu,dataset,network,batch_size,optimizer,power_limit,time_per_epoch,"
                                    "average_power,energy_per_epoch_kJ,source,confidence\n";
// ml-energy/zeus, trace/summary_power_v100.csv
constexpr std::string_view v100 = "V100,imagenet,resnet50,128,adadelta,175,3945.8,165.3,652.2,zeus,read\n";

std::string with(std::string_view from, std::string_view to) {
    std::string text{v100};
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

PowerTable predict(const std::string& lines) {
    return predict_power_table(TemporaryFile{std::string{header} + lines}.path());
}

} // namespace

TEST_CASE("a row gives a power and a time, and neither depends on what was measured") {
    const PowerTable table = predict(std::string{v100} + with("3945.8,165.3", "1.0,99.0"));
    REQUIRE(table.powers.size() == 2);
    REQUIRE(table.times.size() == 2);
    CHECK(*table.powers[0].measured == relative(165.3));
    CHECK(std::abs(*table.powers[0].error()) < 0.15);
    CHECK(std::abs(*table.times[0].error()) < 0.35);
    CHECK(table.powers[0].predicted == table.powers[1].predicted);
    CHECK(table.times[0].predicted == table.times[1].predicted);
}

TEST_CASE("a lower limit lowers power and lengthens an epoch, a larger batch does the contrary") {
    const Accelerator& a = *detail::traced_accelerator("V100");
    CHECK(a.name == "v100-pcie-16gb");
    const auto job = [&](double batch, double limit) {
        return predict_job(a, "shufflenetv2", "cifar100", batch, make<Watts>(limit));
    };
    CHECK(job(1024, 100).power < job(1024, 150).power);
    CHECK(*job(1024, 100).time > *job(1024, 150).time);
    CHECK(job(64, 250).power < job(1024, 250).power);
    CHECK(*job(64, 250).time > *job(1024, 250).time);
    // Bound by its host, a job has time to spare for a slower board.
    CHECK(raw(*job(8, 125).time) == doctest::Approx(raw(*job(8, 250).time)).epsilon(0.01));
    CHECK(*job(1024, 1000).time == *job(1024, 1000).unlimited);
}

TEST_CASE("boards and networks without traces are predicted and say what was assumed") {
    const PowerTable table = predict(with("V100,", "A100-SXM-80GB,") + with("resnet50", "vgg16") +
                                     with("imagenet,resnet50", "cifar100,resnet50"));
    REQUIRE(table.powers.size() == 3);
    CHECK(table.powers[0].assumptions.size() == 1);
    CHECK(*table.powers[0].predicted < 175.0);
    CHECK(table.powers[1].assumptions.size() == 1);
    CHECK(table.powers[1].predicted.has_value());
    CHECK_FALSE(table.times[1].predicted.has_value());
    CHECK(table.times[1].reason == "work of an epoch not known: vgg16 on imagenet");
    CHECK(table.powers[2].assumptions.size() == 1);
    CHECK_FALSE(table.times[2].predicted.has_value());
}

TEST_CASE("nonsense is refused by name, and the rows around it are not") {
    const PowerTable table =
        predict(std::string{v100} + with("V100,", "Abacus,") + with(",128,", ",many,") + with(",175,", ",-5,") +
                with("165.3", "nan") + with("3945.8", "0") + std::string{v100});
    REQUIRE(table.powers.size() == 7);
    CHECK(table.powers[1].reason == "accelerator not in the catalogue: Abacus");
    CHECK(table.powers[2].reason == "batch_size is not a number from 1");
    CHECK(table.powers[3].reason == "power_limit is not a power in watts");
    CHECK(table.powers[4].reason == "average_power is not a power in watts");
    CHECK(table.times.size() == 2); // a time of zero is none
    CHECK(table.powers[6].predicted == table.powers[0].predicted);
    for (const PredictedRow& r : table.powers) CHECK(r.predicted.has_value() == r.refusal.empty());
}
