// SPDX-License-Identifier: Apache-2.0
#include <foretrain/workload/recurrent.hpp>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Recurrent lstm{.cell = RecurrentCell::lstm, .hidden = 512, .input = 256, .batch = 16, .timesteps = 25};
// PyTorch's LSTM(256, 512) without biases: 4 x 512 x (512 + 256).
static_assert(lstm.parameters() == 1'572'864);
static_assert(gates_of(RecurrentCell::vanilla) == 1 && gates_of(RecurrentCell::gru) == 3);

double product_flops(const Operations& operations) {
    double sum = 0;
    for (const Operation& operation : operations)
        if (operation.form == OperationForm::matrix_product) sum += raw(operation.flops);
    return sum;
}

double all_flops(const Recurrent& r, LayerPass pass, bool side_by_side) {
    const RecurrentKernels how{.weights_on_chip = false, .gates_side_by_side = side_by_side};
    return product_flops(recurrent_whole(r, pass, 4_B)) +
           static_cast<double>(r.timesteps) * product_flops(recurrent_step(r, pass, 4_B, how));
}

template <class Change>
bool breaks(Change change, std::string_view field) {
    Recurrent r = lstm;
    change(r);
    Violations violations;
    check_rules(r, violations);
    return violations.size() == 1 && violations[0].field == field;
}

} // namespace

TEST_CASE("every pass multiplies each weight once for each sequence and step") {
    for (const RecurrentCell cell : {RecurrentCell::vanilla, RecurrentCell::gru, RecurrentCell::lstm})
        for (const std::int64_t input : {0, 256})
            for (const bool side_by_side : {false, true})
                for (const LayerPass pass :
                     {LayerPass::forward, LayerPass::input_gradient, LayerPass::weight_gradient}) {
                    Recurrent r = lstm;
                    r.cell = cell;
                    r.input = input;
                    CAPTURE(name_of(cell));
                    CAPTURE(name_of(pass));
                    CHECK(all_flops(r, pass, side_by_side) == relative(raw(recurrent_flops(r))));
                }
}

TEST_CASE("weights on the chip are not read again") {
    const Operations away = recurrent_step(lstm, LayerPass::forward, 4_B, {.weights_on_chip = false});
    const Operations kept = recurrent_step(lstm, LayerPass::forward, 4_B, {.weights_on_chip = true});
    CHECK(raw(away[0].bytes) - raw(kept[0].bytes) == relative(4.0 * 4.0 * 512.0 * 512.0));
    CHECK(raw(kept[0].bytes) > 0);
    CHECK(raw(recurrent_weight_bytes(lstm, 2_B)) == relative(2.0 * 4.0 * 512.0 * 512.0));
}

TEST_CASE("the weight gradient has no sequential part, the others have one") {
    CHECK(recurrent_step(lstm, LayerPass::weight_gradient, 4_B, {}).size() == 0);
    CHECK(recurrent_whole(lstm, LayerPass::weight_gradient, 4_B)[0].inner == 16 * 25);
    Recurrent skipping = lstm;
    skipping.input = 0;
    CHECK(recurrent_whole(skipping, LayerPass::forward, 4_B).size() == 0);
    CHECK(recurrent_whole(skipping, LayerPass::input_gradient, 4_B).size() == 0);
    CHECK(recurrent_step(skipping, LayerPass::input_gradient, 4_B, {}).size() == 2);
}

TEST_CASE("gates side by side shorten the chain of the input gradient") {
    const auto inner = [](bool side_by_side) {
        return recurrent_step(lstm, LayerPass::input_gradient, 4_B, {.gates_side_by_side = side_by_side})[0].inner;
    };
    CHECK(inner(false) == 4 * inner(true));
}

TEST_CASE("a broken rule names its field") {
    AnyViolation any;
    check_rules(lstm, any);
    CHECK(any.empty());
    CHECK(breaks([](Recurrent& r) { r.hidden = 0; }, "recurrent.hidden"));
    CHECK(breaks([](Recurrent& r) { r.input = -1; }, "recurrent.input"));
    CHECK(breaks([](Recurrent& r) { r.batch = 0; }, "recurrent.batch"));
    CHECK(breaks([](Recurrent& r) { r.timesteps = 0; }, "recurrent.timesteps"));
}
