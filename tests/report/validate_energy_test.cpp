// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_energy.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header = "record_type,name,org,hardware,accel_count,avg_power_W,power_scope,PUE,"
                                    "measured_or_derived,notes,source,confidence\n";
// mlcommons/training_results_v4.0, power logs
constexpr std::string_view lora = "mlperf_training_power,smc/1xH100/llama2_70b_lora,smc,NVIDIA H100-SXM5-80GB,8,6951.2,"
                                  "\"per node, DC-side submission, mean during run window\",,measured,round v4.0; 1 "
                                  "nodes; p95 7210 W/node,mlperf,read\n";

std::string with(std::string_view from, std::string_view to) {
    std::string text{lora};
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_energy_table(TemporaryFile{std::string{header} + lines}.path());
}
std::string scope(std::string_view words) {
    return with("\"per node, DC-side submission, mean during run window\"", words);
}

} // namespace

TEST_CASE("language models of MLPerf run through the estimator, other benchmarks are as busy as tuned ones are") {
    const auto rows = predict(std::string{lora} + with("llama2_70b_lora", "resnet"));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].assumptions[0] == "plan of NVIDIA's submissions");
    CHECK(std::abs(*rows[0].error()) < 0.15);
    CHECK(rows[1].assumptions[0] == "busy as a tuned benchmark");
    CHECK(std::abs(*rows[1].error()) < 0.15);
}

TEST_CASE("each row is predicted in its own scope") {
    const auto rows =
        predict(std::string{lora} + scope("per GPU (GPU only)") + scope("per accelerator system average") +
                scope("whole job: CPU+DRAM+GPU combined") + scope("per GPU incl PUE"));
    REQUIRE(rows.size() == 5);
    const double node = *rows[0].predicted, board = *rows[1].predicted;
    CHECK(board < 700.0);
    CHECK(*rows[2].predicted == relative(node / 8.0));
    CHECK(*rows[3].predicted == relative(node));
    CHECK(*rows[4].predicted == relative(1.2 * board));
    CHECK(node > 8.0 * board);
}

TEST_CASE("on more nodes a benchmark of fixed size keeps its accelerators less busy") {
    std::string eight = with("llama2_70b_lora", "ssd");
    eight.replace(eight.find(",8,6951"), 7, ",64,6951");
    eight.replace(eight.find("1 nodes"), 7, "8 nodes");
    const auto rows = predict(with("llama2_70b_lora", "ssd") + eight);
    REQUIRE(rows.size() == 2);
    CHECK(*rows[1].predicted < 0.95 * *rows[0].predicted);
    CHECK(*rows[1].predicted > 0.7 * *rows[0].predicted);
    const Utilization& one = detail::tuned_benchmark.busy;
    CHECK(detail::strongly_scaled(one, 1.0).matrix == one.matrix);
    CHECK(detail::strongly_scaled(one, 8.0).waiting() == doctest::Approx(0.0)); // what is lost is communication
    CHECK(detail::while_training(one, 8.0).waiting() > 0.1);                    // what is lost is idle
}

TEST_CASE("what nobody measured is refused with that reason") {
    const auto rows = predict(with(",measured,", ",derived hours x TDP,") + with(",measured,", ",measured/model,") +
                              with(",measured,", ",,") + with("6951.2", "") + scope("node max observed AC") +
                              scope("per litre") + with("NVIDIA H100-SXM5-80GB", "Abacus") + std::string{lora});
    REQUIRE(rows.size() == 8);
    CHECK(rows[0].reason == "not measured: derived hours x TDP");
    CHECK(rows[1].reason == "partly modelled: measured/model");
    CHECK(rows[2].reason == "not said to be measured");
    CHECK(rows[3].reason == "states no average power");
    CHECK(rows[4].reason == "a maximum, not an average");
    CHECK(rows[5].reason == "power of what is not clear: per litre");
    CHECK(rows[6].reason == "accelerator not in the catalogue: Abacus");
    CHECK(rows[7].predicted.has_value());
    for (const PredictedRow& r : rows) CHECK(r.predicted.has_value() == r.refusal.empty());
}

TEST_CASE("epochs to a target are no energy, and every row says so") {
    const TemporaryFile file{"dataset,network,batch_size,optimizer,target_metric,epochs_mean,source\n"
                             "cifar100,shufflenetv2,8,adadelta,0.05,1.0,zeus\n"};
    const std::vector<PredictedRow> rows = refuse_epochs_table(file.path());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].reason == "states epochs to a target, neither energy nor power");
    CHECK_FALSE(rows[0].predicted.has_value());
    CHECK_FALSE(rows[0].measured.has_value());
}
