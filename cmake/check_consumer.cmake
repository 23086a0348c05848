# SPDX-License-Identifier: Apache-2.0
# cmake -DKIND=... -P check_consumer.cmake (see tests/consumers/CMakeLists.txt): builds the consumer one way and runs it.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

# run(COMMAND...): must succeed; what it prints is left in `output`.
macro(run)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message("${output}")
    message(FATAL_ERROR "  failed: ${ARGN}")
  endif()
endmacro()

if(KIND MATCHES "^plain")
  set(options -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
  if(KIND STREQUAL "plain_no_exceptions")
    list(APPEND options -fno-exceptions -fno-rtti)
  endif()
  set(program "${WORK_DIR}/consumer")
  run("${COMPILER}" -std=c++20 ${options} -I "${SOURCE}/include" -o "${program}" "${CONSUMERS}/main.cpp"
      "${CONSUMERS}/other.cpp")
else()
  set(arguments "-DFORETRAIN_SOURCE=${SOURCE}")
  if(KIND MATCHES "^find_")
    run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK_DIR}/prefix")
    set(arguments "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix")
  endif()
  run("${CMAKE_COMMAND}" -S "${CONSUMERS}/${KIND}" -B "${WORK_DIR}/build" -G "${GENERATOR}"
      "-DCMAKE_CXX_COMPILER=${COMPILER}" -DCMAKE_BUILD_TYPE=Debug ${arguments})

  # Silent as a guest: CMake says what it says of any project, and nothing more.
  string(REGEX MATCHALL "[^\n]+" lines "${output}")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^-- (The CXX compiler|Detecting CXX|Check for working CXX|Configuring done|Generating done|Build files|Found (Boost|nlohmann_json|Eigen3))")
      message("${output}")
      message(FATAL_ERROR "  configuring prints: ${line}")
    endif()
  endforeach()

  run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
  set(program "${WORK_DIR}/build/consumer")

  # A guest brings no tests of its own.
  run("${CMAKE_CTEST_COMMAND}" --test-dir "${WORK_DIR}/build" -N)
  if(NOT output MATCHES "Total Tests: 0")
    message("${output}")
    message(FATAL_ERROR "  the consumer got tests of the library")
  endif()
endif()

run("${program}")
if(NOT output STREQUAL "foretrain ${VERSION}\n")
  message(FATAL_ERROR "  prints ${output}")
endif()
