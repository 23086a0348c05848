# SPDX-License-Identifier: Apache-2.0
# cmake -DROOT=<repository> [-DGIT=<git>] -P check_top_level.cmake
# The top level of the repository holds what the design names, and nothing else.
cmake_minimum_required(VERSION 3.25)

set(allowed CMakeLists.txt CMakePresets.json README.md LICENSE CHANGELOG.md CONTRIBUTING.md include tests bench docs cmake)
set(required CMakeLists.txt CMakePresets.json README.md LICENSE CHANGELOG.md CONTRIBUTING.md include tests docs cmake)

set(result 1)
if(GIT AND EXISTS "${ROOT}/.git")
  execute_process(
    COMMAND "${GIT}" -c "safe.directory=*" -c core.quotepath=off ls-files --cached --others --exclude-standard
    WORKING_DIRECTORY "${ROOT}"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE files
    ERROR_QUIET)
endif()
set(entries)
if(result EQUAL 0)
  string(REGEX MATCHALL "[^\n]+" files "${files}")
  foreach(file IN LISTS files)
    string(REGEX REPLACE "/.*" "" entry "${file}")
    list(APPEND entries "${entry}")
  endforeach()
  list(REMOVE_DUPLICATES entries)
else()
  file(GLOB entries RELATIVE "${ROOT}" "${ROOT}/*")
  list(REMOVE_ITEM entries build CMakeUserPresets.json compile_commands.json)
endif()

set(violations 0)
foreach(entry IN LISTS entries)
  if(NOT entry IN_LIST allowed AND NOT entry MATCHES "^\\.")
    message("${entry} does not belong at the top level")
    math(EXPR violations "${violations} + 1")
  endif()
endforeach()
foreach(entry IN LISTS required)
  if(NOT EXISTS "${ROOT}/${entry}")
    message("${entry} is missing")
    math(EXPR violations "${violations} + 1")
  endif()
endforeach()
if(violations)
  message(FATAL_ERROR "  violations: ${violations}")
endif()
