// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <foretrain/report/plot.hpp>
#include <foretrain/report/table.hpp>

#include "arguments.hpp"

// Where results go: tables for people by default, JSON, CSV, a figure.

namespace planner {

/// How and where results go.
struct Output {
    foretrain::TextStyle style{};
    std::optional<std::string> json; ///< file to write JSON to; "-" or empty: the output, instead of text
    std::optional<std::string> csv;  ///< the same of CSV
    std::optional<std::string> plot; ///< file to draw a figure into, beside everything else
};

/// A result in every form that may be asked for; each is made only if it is.
struct Answer {
    std::function<std::string()> text;
    std::function<std::string()> json;
    std::function<std::string()> csv;
    std::function<foretrain::Plot()> plot;
};

/// Notes what is wrong with where results are to go: call it before `Reader::ok`.
void check_output(Reader& read, const Output& output);

/// Writes an answer in the forms that are asked for: files first, so that nothing is printed if one cannot be written.
/// The exit status.
int deliver(const Output& output, const Answer& answer);

/// Has gnuplot draw a figure into a file, .svg or .png; an exit status, after a message if it cannot be done.
int draw(const foretrain::Plot& plot, const std::string& path);

/// Writes JSON where `output` says; the exit status if that is all there is to print, nothing if text follows.
std::optional<int> write_json(const Output& output, const std::string& json);

/// Writes text to a file, "-" being the output; an exit status.
int write(const std::string& path, const std::string& text);

} // namespace planner
