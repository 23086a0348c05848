// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate.hpp>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"

using namespace foretrain;

namespace {

constexpr std::string_view header =
    "id,family,hardware,gpus,gpus_per_node,model_name,layers,hidden,ffn_hidden,gated_mlp,heads,kv_heads,head_dim,vocab,"
    "seq_len,"
    "experts_total,precision,global_batch_seqs,micro_batch_seqs,tp,pp,virtual_pp,cp,ep,dp,sharding,sequence_parallel,"
    "recompute,"
    "flash_attention,step_time_s,notes,row_type,quality,source_family,complete_config\n";
// Korthikanti et al. 2022, table 5: 22B on 8 A100, sequence parallel with selective recomputation.
constexpr std::string_view row =
    "K1,Korthikanti,A100-SXM-80GB,8,8,\"Megatron, 22B\",48,6144,24576,0,64,64,96,51200,2048,,fp16,4,4,8,1,1,1,,1,"
    "none,1,selective,0,1.1,,pretrain,A,Korthikanti 2022,1\n";

std::string quoted(const std::string& text) { return text.find(',') == std::string::npos ? text : '"' + text + '"'; }

std::string with(std::string_view field, std::string_view value) {
    // The row with one column replaced.
    const std::vector<std::string> names = detail::header_names(header.substr(0, header.size() - 1));
    const std::vector<std::string> values = detail::header_names(row.substr(0, row.size() - 1));
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i > 0 ? "," : "") + quoted(names[i] == field ? std::string{value} : values[i]);
    return text + "\n";
}

std::vector<PredictedRow> predict(const std::string& lines) {
    return validate_table(TemporaryFile{std::string{header} + lines}.path()).rows;
}

std::string message(const std::string& text) {
    try {
        (void)validate_table(TemporaryFile{text}.path());
    } catch (const UnreadableTable& error) {
        return error.what();
    }
    return "no error";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("a published row is predicted near what was measured") {
    const std::vector<PredictedRow> rows = predict(std::string{row});
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].id == "K1");
    CHECK(rows[0].source == "Korthikanti 2022");
    CHECK(rows[0].model == "Megatron, 22B");
    CHECK(rows[0].complete);
    CHECK(*rows[0].measured == 1.1);
    REQUIRE(rows[0].error().has_value());
    CHECK(std::abs(*rows[0].error()) < 0.10);
    CHECK(*rows[0].error() == (*rows[0].predicted - 1.1) / 1.1);
}

TEST_CASE("a row that cannot be predicted is refused by name, and the others are not") {
    const std::vector<PredictedRow> rows =
        predict(std::string{row} + with("precision", "fp8") + with("hardware", "Abacus") + with("step_time_s", "") +
                with("step_time_s", "0") + with("step_time_s", "-3") + with("heads", "63") + with("vocab", "") +
                std::string{row});
    REQUIRE(rows.size() == 9);
    CHECK(rows[0].predicted.has_value());
    CHECK(has(rows[1].reason, "plan.precision.compute")); // A100 has no FP8
    CHECK(has(rows[2].reason, "Abacus"));
    CHECK(rows[3].reason == "no step time given or derivable");
    CHECK(rows[4].reason == "measured step time is not above 0");
    CHECK(rows[5].reason == "measured step time is not above 0");
    CHECK(has(rows[6].refusal, "heads"));
    CHECK(rows[8].predicted == rows[0].predicted);
    for (std::size_t i = 1; i < 7; ++i) {
        CHECK_FALSE(rows[i].predicted.has_value());
        CHECK_FALSE(rows[i].error().has_value());
        CHECK_FALSE(rows[i].refusal.empty());
    }
}

TEST_CASE("experts, FP8 and context parallelism are predicted like others") {
    const std::vector<PredictedRow> rows = predict(
        with("experts_total", "8") +
        "C1,NVIDIA-NeMo,H100-SXM-80GB,16,8,Llama-3-8B,32,4096,14336,1,32,8,128,128256,8192,,fp8,32,1,1,1,1,2,1,8,zero1,"
        "0,none,1,3.0,,pretrain,A,NeMo,1\n");
    for (const PredictedRow& predicted : rows) {
        CAPTURE(predicted.refusal);
        CHECK(predicted.predicted.has_value());
    }
}

TEST_CASE("a reason can be counted: rows that break one rule share it, whatever their numbers") {
    const std::vector<PredictedRow> rows = predict(with("heads", "63") + with("heads", "61"));
    CHECK(rows[0].reason == rows[1].reason);
    CHECK(rows[0].refusal != rows[1].refusal);
}

TEST_CASE("carriage returns, a byte order mark and empty lines do not matter") {
    const std::vector<PredictedRow> plain = predict(std::string{row} + std::string{row});
    std::string text = std::string{header} + std::string{row} + "\n" + std::string{row} + "\n\n";
    std::string crlf = "\xEF\xBB\xBF";
    for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    const std::vector<PredictedRow> other = validate_table(TemporaryFile{crlf}.path()).rows;
    REQUIRE(other.size() == 2);
    CHECK(other[1].predicted == plain[1].predicted);
    CHECK(other[0].complete);
}

TEST_CASE("a table is recognised by its header") {
    CHECK(table_kind(header) == "published");
    CHECK(
        table_kind(
            "Parameters (billion),# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length,"
            "tensor parallelism,data parallelism,pipeline parallelism,iteration time (ms)\r") == "vtrain");
    const std::string unknown = message("a,b,c\n1,2,3\n");
    CHECK(has(unknown, "header not recognised"));
    CHECK(has(unknown, "global_batch_seqs"));
    CHECK(has(unknown, "iteration time (ms)"));
    std::string lacking{header};
    lacking.replace(lacking.find("vocab"), 5, "words");
    CHECK(has(message(lacking), "lacks the columns vocab"));
    CHECK(has(message("# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length\n"),
              "kind vtrain lacks the columns tensor parallelism, data parallelism"));
}

TEST_CASE("each kind of table is told from all others") {
    for (const detail::TableKind& kind : detail::table_kinds) {
        CAPTURE(kind.kind);
        CHECK(table_kind(detail::listed(kind.columns)) == kind.kind);
        CHECK_FALSE(kind.quantity.empty());
    }
}

TEST_CASE("broken files say where") {
    CHECK(has(message(""), "is empty"));
    CHECK(has(message(std::string{header} + "K1,only,three\n"), "Too few columns"));
    CHECK(has(message(std::string{header} + "\"never closed\n"), "Escaped string"));
    try {
        (void)validate_table("/nowhere/at all.csv");
        FAIL("opened a file that does not exist");
    } catch (const UnreadableTable& error) {
        CHECK(has(error.what(), "/nowhere/at all.csv: cannot be opened"));
    }
}

TEST_CASE("a vTrain table is predicted too") {
    const std::string table =
        "# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length,tensor parallelism,"
        "data parallelism,pipeline parallelism,iteration time (ms)\n8,32,4,1024,16,24,1024,2,2,2,219.732754\n"
        "8,32,4,1024,0,24,1024,2,2,2,219.7\n8,32,4,1024,16,24,1024,2,2,2,soon\n";
    const std::vector<PredictedRow> rows = validate_table(TemporaryFile{table}.path()).rows;
    REQUIRE(rows.size() == 3);
    CHECK(*rows[0].measured == doctest::Approx(0.219732754).epsilon(1e-12));
    CHECK(std::abs(*rows[0].error()) < 0.5);
    CHECK(has(rows[1].reason, "heads"));
    CHECK_FALSE(rows[2].predicted.has_value());
}

TEST_CASE("all rows can be predicted on one stack") {
    const std::vector<PredictedRow> known = predict(std::string{row});
    const TemporaryFile file{std::string{header} + std::string{row}};
    const std::vector<PredictedRow> same = validate_table(file.path(), {.stack = &catalog::fsdp}).rows;
    REQUIRE(same.size() == 1);
    CHECK(*same[0].predicted != *known[0].predicted);
    CHECK(has(same[0].assumptions.back(), "software fsdp"));
}

TEST_CASE("a table on which a stack or a profile has no say is refused with one") {
    const TemporaryFile collectives{
        "source,hardware,gpus,collective,bytes,time_us,nodes,algbw_gbps,busbw_gbps,library,note,confidence\n"};
    const auto refusal = [&](const ValidationOptions& options) -> std::string {
        try {
            static_cast<void>(validate_table(collectives.path(), options));
        } catch (const UnreadableTable& error) {
            return error.what();
        }
        return {};
    };
    const std::string with_stack = refusal({.stack = &catalog::fsdp});
    const Profile constants;
    const std::string with_profile = refusal({.profile = &constants});
    CHECK(has(with_stack, "a software stack has no say"));
    CHECK(has(with_profile, "a profile has no say"));
    CHECK(with_stack.find(collectives.path()) == 0);
}

TEST_CASE("statistics follow from the rows") {
    const std::vector<PredictedRow> rows = predict(std::string{row} + with("precision", "fp8"));
    const Accuracy accuracy = accuracy_of(rows);
    CHECK(accuracy.all.rows == 2);
    CHECK(accuracy.all.refused == 1);
    CHECK(*accuracy.all.mape == doctest::Approx(100.0 * std::abs(*rows[0].error())));
    CHECK(accuracy.groups.front().name == "Korthikanti 2022");
}

TEST_CASE("a configuration measured twice counts once in the weighted figures") {
    const Accuracy accuracy = accuracy_of(predict(std::string{row} + with("step_time_s", "2.2") + with("tp", "4") +
                                                  with("id", "another name of the first")));
    CHECK(accuracy.all.predicted == 4);
    CHECK(accuracy.all.configurations == 2);
}

TEST_CASE("tables of runs that ran out of memory are about memory") {
    const ValidatedTable table =
        validate_table(TemporaryFile{std::string{header} + with("notes", "OUTCOME=OOM") + std::string{row}}.path());
    CHECK(table.kind == "memory");
    CHECK(table.unit == "B");
    REQUIRE(table.rows.size() == 2);
    CHECK(table.outcomes[0].ran_out);
    CHECK_FALSE(table.outcomes[1].ran_out);
    CHECK(*table.rows[0].predicted > 1e10);
}

TEST_CASE("random damage refuses rows or tables by name, and never gives nonsense") {
    std::mt19937 random(7);
    const std::string whole = std::string{header} + std::string{row} + std::string{row} + with("hardware", "H100") +
                              with("experts_total", "8") + with("cp", "2");
    constexpr std::string_view characters = ",\"\n-+.0123456789eEnaif xX\t|";
    int predicted = 0;
    for (int round = 0; round < 400; ++round) {
        std::string text = whole;
        for (int hit = 0; hit < 3; ++hit) {
            // The header stays whole, or nothing would be read at all.
            const std::size_t at = header.size() + random() % (text.size() - header.size());
            const char c = characters[random() % characters.size()];
            if (random() % 3 == 0) text.insert(at, 1, c);
            else if (random() % 2 == 0) text.erase(at, 1);
            else text[at] = c;
        }
        try {
            for (const PredictedRow& damaged : validate_table(TemporaryFile{text}.path()).rows) {
                if (damaged.predicted) {
                    ++predicted;
                    CHECK(std::isfinite(*damaged.predicted));
                    CHECK(*damaged.predicted > 0);
                    CHECK(std::isfinite(*damaged.error()));
                } else {
                    CHECK_FALSE(damaged.reason.empty());
                    CHECK_FALSE(damaged.refusal.empty());
                }
            }
        } catch (const UnreadableTable& error) {
            CHECK_FALSE(std::string{error.what()}.empty());
        }
    }
    CHECK(predicted > 400);
}
