# SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=... -DCOMPILER=... -DFLAGS_FILE=... -P check_rejected.cmake
# Passes when SOURCE does not compile, for the reason its first line gives, and compiles with FORETRAIN_CONTROL.
cmake_minimum_required(VERSION 3.25)

file(READ "${SOURCE}" text)
if(NOT text MATCHES "^// EXPECT: ([^\n]+)\n")
  message(FATAL_ERROR "${SOURCE}\n  does not start with // EXPECT: regular expression")
endif()
set(expected "${CMAKE_MATCH_1}")

set(ENV{LC_ALL} C)
set(compile "${COMPILER}" "@${FLAGS_FILE}" -fsyntax-only -fdiagnostics-color=never)

execute_process(
  COMMAND ${compile} -DFORETRAIN_CONTROL "${SOURCE}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message("${output}")
  message(FATAL_ERROR "  the control does not compile: ${SOURCE}")
endif()

execute_process(
  COMMAND ${compile} "${SOURCE}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "  compiles, but must not: ${SOURCE}")
endif()
if(NOT output MATCHES "${expected}")
  message("${output}")
  message(FATAL_ERROR "  the compiler's answer does not match\n  ${expected}\n  ${SOURCE}")
endif()
