// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/models.hpp>

#include <doctest/doctest.h>
#include <foretrain/workload/parameters.hpp>

#include <cctype>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace foretrain;

namespace {

constexpr bool follows_rules(const Transformer& model) {
    AnyViolation any;
    check_rules(model, any);
    return any.empty();
}
/// One constant expression each, because clang counts its steps.
constexpr bool all_valid = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return (std::bool_constant<follows_rules(*catalog::all_models[Index])>::value && ...);
}(std::make_index_sequence<std::size(catalog::all_models)>{});
static_assert(all_valid);

constexpr bool all_sourced() {
    for (const Transformer* model : catalog::all_models)
        if (model->provenance.source.empty() || model->provenance.as_of.size() < 4 ||
            model->provenance.evidence == Evidence::assumed)
            return false;
    return true;
}
static_assert(all_sourced());

constexpr bool all_found_by_name() {
    for (const Transformer* model : catalog::all_models)
        if (catalog::find_model(model->name) != model) return false; // fails for a name that occurs twice
    return true;
}
static_assert(all_found_by_name());

static_assert(catalog::find_model("llama3.1-405b") == &catalog::llama3_405b);
static_assert(catalog::find_model("gpt5") == nullptr);
static_assert(catalog::find_model("") == nullptr);

/// The number of a name's last part that is one (`gpt3-1.3b`, `gpt2-124m`, `megatron-1t`), or 0.
constexpr double named_size(std::string_view name) {
    double size = 0;
    while (!name.empty()) {
        const std::size_t end = name.find('-');
        std::string_view part = name.substr(0, end);
        name = end == std::string_view::npos ? std::string_view{} : name.substr(end + 1);
        double number = 0;
        double place = 0;
        std::size_t i = 0;
        for (; i < part.size() && (part[i] == '.' || (part[i] >= '0' && part[i] <= '9')); ++i) {
            if (part[i] == '.') {
                place = 1;
                continue;
            }
            number = number * 10 + (part[i] - '0');
            place *= 10;
        }
        if (i + 1 != part.size() || i == 0) continue;
        const double unit = part[i] == 'm' ? 1e6 : part[i] == 'b' ? 1e9 : part[i] == 't' ? 1e12 : 0;
        if (unit > 0) size = number / (place > 0 ? place : 1) * unit;
    }
    return size;
}
static_assert(named_size("gpt3-1.3b") == 1.3e9 && named_size("mpt-7b-benchmark") == 7e9 && named_size("phi-2") == 0);

} // namespace

TEST_CASE("every model of the catalogue is valid, sourced and found by its name") {
    CHECK(std::size(catalog::all_models) >= 60);
    CHECK(all_valid);
    CHECK(all_sourced());
    CHECK(all_found_by_name());
}

TEST_CASE("names are lower case, without spaces, and say the size") {
    for (const Transformer* model : catalog::all_models) {
        CAPTURE(model->name);
        for (const char c : model->name) {
            const auto code = static_cast<unsigned char>(c);
            CHECK((std::islower(code) != 0 || std::isdigit(code) != 0 || c == '-' || c == '.'));
        }
        // MPT 30B's and 70B's names exaggerate (64.9 B), Gemma 7B and Qwen 0.5B understate by a fifth.
        if (const double size = named_size(model->name); size > 0) {
            CHECK(static_cast<double>(parameters(*model)) > 0.80 * size);
            CHECK(static_cast<double>(parameters(*model)) < 1.32 * size);
        }
    }
}

TEST_CASE("the families named by the papers are all there") {
    for (const std::string_view name :
         {"gpt2-1558m", "gpt3-175b", "opt-175b", "bloom-176b", "palm-540b", "llama1-65b", "llama2-70b", "llama3-8b",
          "llama3.1-405b", "mpt-7b", "mpt-30b", "bert-large", "megatron-22b", "megatron-175b", "megatron-530b",
          "megatron-1t", "nemotron4-340b"}) {
        CAPTURE(name);
        CHECK(catalog::find_model(name) != nullptr);
    }
}
