// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" char** environ; // of POSIX, which leaves its declaration to the program

namespace planner {

using namespace foretrain;

namespace {

/// Whether a form of the result goes to the output instead of the text.
[[nodiscard]] bool instead(const std::optional<std::string>& path) { return path && (path->empty() || *path == "-"); }

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// What a file has from its beginning.
[[nodiscard]] std::string contents(std::FILE* file) {
    std::string text;
    std::rewind(file);
    std::array<char, 65536> part{};
    for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), file)) > 0;) text.append(part.data(), got);
    return text;
}

/// What came of a run of gnuplot.
struct Drawing {
    std::string figure;
    std::string messages;
    int error = 0; ///< of the system: there is no such program, ...
    bool drawn = false;
};

/// Runs gnuplot on a script. Its input and outputs are unnamed files, so that no pipe can fill up on either side.
[[nodiscard]] Drawing run_gnuplot(const std::string& script) {
    const File in{std::tmpfile()}, out{std::tmpfile()}, errors{std::tmpfile()};
    Drawing drawing;
    drawing.error = errno;
    if (!in || !out || !errors) return drawing;
    if (std::fwrite(script.data(), 1, script.size(), in.get()) != script.size() || std::fflush(in.get()) != 0)
        return drawing;
    std::rewind(in.get());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(in.get()), 0);
    posix_spawn_file_actions_adddup2(&actions, fileno(out.get()), 1);
    posix_spawn_file_actions_adddup2(&actions, fileno(errors.get()), 2);
    char name[] = "gnuplot";
    char* arguments[] = {name, nullptr};
    pid_t child = 0;
    drawing.error = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (drawing.error != 0) return drawing;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    drawing.figure = contents(out.get());
    drawing.messages = contents(errors.get());
    drawing.drawn = WIFEXITED(status) && WEXITSTATUS(status) == 0 && !drawing.figure.empty();
    return drawing;
}

} // namespace

void check_output(Reader& read, const Output& output) {
    if (output.plot && !is_figure_name(*output.plot))
        read.refuse("plot", *output.plot, "a file named .svg or .png", "gnuplot draws it");
    if (instead(output.csv) && instead(output.json))
        read.refuse("csv", "-", "a file where --json goes to the output", "the output takes one of them");
}

int draw(const Plot& plot, const std::string& path) {
    const Drawing drawing = run_gnuplot(plot_script(plot, path));
    if (drawing.drawn) return write(path, drawing.figure);
    if (drawing.error == ENOENT)
        std::cerr << "foretrain: --plot needs gnuplot, which is not installed; hint: `apt-get install gnuplot-nox`, or "
                     "take the numbers by --csv\n";
    else
        std::cerr << "foretrain: gnuplot could not draw " << path << ": "
                  << (drawing.error != 0 ? std::string{std::strerror(drawing.error)} : drawing.messages) << '\n';
    return 2;
}

int deliver(const Output& output, const Answer& answer) {
    if (output.plot)
        if (const int status = draw(answer.plot(), *output.plot); status != 0) return status;
    if (output.csv && !instead(output.csv))
        if (const int status = write(*output.csv, answer.csv()); status != 0) return status;
    if (output.json && !instead(output.json))
        if (const int status = write(*output.json, answer.json()); status != 0) return status;
    if (instead(output.csv)) return write("-", answer.csv());
    if (instead(output.json)) return write("-", answer.json());
    return write("-", answer.text());
}

int write(const std::string& path, const std::string& text) {
    if (path.empty() || path == "-") {
        std::cout << text;
        return 0;
    }
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file) return 0;
    std::cerr << "foretrain: cannot write " << path << '\n';
    return 2;
}

std::optional<int> write_json(const Output& output, const std::string& json) {
    const int status = write(*output.json, json);
    return status != 0 || instead(output.json) ? std::optional{status} : std::nullopt;
}

} // namespace planner
