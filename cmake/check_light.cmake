# SPDX-License-Identifier: Apache-2.0
# cmake -DHEADER=... -DCOMPILER=... -DFLAGS_FILE=... -P check_light.cmake
# What HEADER pulls in, directly or not: neither Eigen nor iostreams nor JSON.
cmake_minimum_required(VERSION 3.25)

execute_process(
  COMMAND "${COMPILER}" "@${FLAGS_FILE}" -x c++ -M "${HEADER}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message("${errors}")
  message(FATAL_ERROR "  the preprocessor refuses ${HEADER}")
endif()
string(REGEX MATCHALL "/(Eigen|nlohmann)/[^ \n]*|/(iostream|istream|ostream|sstream|fstream|iomanip|regex)[ \n\\]" heavy
             "${output}")
if(heavy)
  list(REMOVE_DUPLICATES heavy)
  message(FATAL_ERROR "  ${HEADER} pulls in ${heavy}")
endif()
