# SPDX-License-Identifier: Apache-2.0
# cmake -P expect_failure.cmake -- REGEX COMMAND ARGS...
# Passes when the command fails and what it prints matches: checks that a check can fail.
cmake_minimum_required(VERSION 3.25)

set(command)
set(first 0)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(index RANGE ${last})
  if(first)
    list(APPEND command "${CMAKE_ARGV${index}}")
  elseif(CMAKE_ARGV${index} STREQUAL "--")
    math(EXPR expected "${index} + 1")
    set(expected "${CMAKE_ARGV${expected}}")
    set(first 1)
  endif()
endforeach()
list(POP_FRONT command)

execute_process(
  COMMAND ${command}
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
message("${output}")
if(result EQUAL 0)
  message(FATAL_ERROR "  succeeded, but must fail")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "  failed without saying ${expected}")
endif()
