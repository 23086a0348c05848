// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

/// A file with a text, gone at the end of its scope.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view text) {
        static int count = 0;
        path_ = (std::filesystem::temp_directory_path() /
                 ("foretrain_" + std::to_string(getpid()) + "_" + std::to_string(++count) + ".csv"))
                    .string();
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};
