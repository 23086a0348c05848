# SPDX-License-Identifier: Apache-2.0
# cmake -DROOT=<repository> -DCLANG=clang++-19 -DFLAGS_FILE=... -DWORK_DIR=... [-DSTORED=table] (-DROW=source | -DUPDATE=ON)
#       -P check_instantiations.cmake
# Counts the class and function templates that clang instantiates for a header or a program: unlike times, the same on
# every machine. ROW fails when there are over 3% more than the table says; UPDATE writes the table anew.
cmake_minimum_required(VERSION 3.25)

set(tolerated 3) # percent
if(NOT STORED)
  set(STORED "${ROOT}/tests/compile/instantiations.csv")
endif()

# What the counts depend on besides the library: the standard library and Boost. Others prove nothing.
string(MAKE_C_IDENTIFIER "versions_${ROW}" name) # tests run side by side
set(versions_file "${WORK_DIR}/${name}.cpp")
file(MAKE_DIRECTORY "${WORK_DIR}")
file(WRITE "${versions_file}" "#include <boost/version.hpp>\n#include <cstddef>\n"
     "clang __clang_major__ libstdc++ _GLIBCXX_RELEASE boost BOOST_LIB_VERSION\n")
execute_process(
  COMMAND "${CLANG}" "@${FLAGS_FILE}" -E -P "${versions_file}"
  OUTPUT_VARIABLE versions
  RESULT_VARIABLE result)
if(NOT result EQUAL 0 OR NOT versions MATCHES "(clang [^\n]*)\n*$")
  message(FATAL_ERROR "  ${CLANG} does not preprocess")
endif()
string(REPLACE "\"" "" versions "${CMAKE_MATCH_1}")

# count(SOURCE): sets `classes` and `functions`.
function(count source)
  string(MAKE_C_IDENTIFIER "${source}" name)
  set(trace "${WORK_DIR}/${name}.json")
  if(source MATCHES "\\.hpp$")
    set(file "${WORK_DIR}/${name}.cpp")
    file(WRITE "${file}" "#include <${source}>\n")
  else()
    set(file "${ROOT}/${source}")
  endif()
  execute_process(
    COMMAND "${CLANG}" "@${FLAGS_FILE}" -c "${file}" -o "${WORK_DIR}/${name}.o" "-ftime-trace=${trace}"
            -ftime-trace-granularity=0
    RESULT_VARIABLE result
    ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message("${errors}")
    message(FATAL_ERROR "  ${source} does not compile")
  endif()
  foreach(kind Class Function)
    # One line of tens of megabytes: CMake's own regular expressions would take seconds.
    execute_process(
      COMMAND grep -o "\"name\":\"Instantiate${kind}\"" "${trace}"
      COMMAND wc -l
      OUTPUT_VARIABLE number
      OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(count_${kind} ${number})
  endforeach()
  file(REMOVE "${trace}")
  set(classes ${count_Class} PARENT_SCOPE)
  set(functions ${count_Function} PARENT_SCOPE)
endfunction()

file(STRINGS "${STORED}" rows)
if(UPDATE)
  set(text "# ${versions}\nsource,classes,functions\n")
  foreach(row IN LISTS rows)
    if(row MATCHES "^([^#,]+),[0-9]+,[0-9]+$")
      set(source "${CMAKE_MATCH_1}")
      count("${source}")
      message(STATUS "${row} -> ${classes},${functions}")
      string(APPEND text "${source},${classes},${functions}\n")
    endif()
  endforeach()
  file(WRITE "${STORED}" "${text}")
  return()
endif()

list(GET rows 0 first)
if(NOT first STREQUAL "# ${versions}")
  message("skipped: the table is for ${first}, here is ${versions}")
  return()
endif()
foreach(row IN LISTS rows)
  if(row MATCHES "^([^#,]+),([0-9]+),([0-9]+)$" AND CMAKE_MATCH_1 STREQUAL ROW)
    math(EXPR stored "${CMAKE_MATCH_2} + ${CMAKE_MATCH_3}")
    set(split "${CMAKE_MATCH_2} classes and ${CMAKE_MATCH_3} functions")
  endif()
endforeach()
if(NOT stored)
  message(FATAL_ERROR "  ${STORED} has no row of ${ROW}")
endif()
count("${ROW}")
math(EXPR measured "${classes} + ${functions}")
math(EXPR tenths "1000 * (${measured} - ${stored}) / ${stored}")
set(answer "${ROW}: ${measured} templates are instantiated (${classes} classes and ${functions} functions), "
           "${stored} in the table (${split}), ${tenths} per mille")
string(CONCAT answer ${answer})
math(EXPR excess "100 * ${measured} - (100 + ${tolerated}) * ${stored}")
if(excess GREATER 0)
  message(FATAL_ERROR "  ${answer}\n  More than ${tolerated}% above: make the header lighter, or, if it is worth the time of all "
                      "who include it, cmake --build build/test --target update_instantiations")
endif()
message(STATUS "${answer}")
