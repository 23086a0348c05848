# SPDX-License-Identifier: Apache-2.0
# How the repository builds its own tests, benchmarks and examples. Users of the library get none of this.

add_library(foretrain_developer INTERFACE)
target_compile_options(
  foretrain_developer
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wsign-conversion
            -Wshadow
            -Wcast-align
            -Wcast-qual
            -Wextra-semi
            -Wformat=2
            -Wimplicit-fallthrough
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wundef
            -Wunused
            -Wvla
            -Werror
            # Same bits at compile time and run time: no fused multiply-add behind our back.
            -ffp-contract=off)

# The flags with which checks call the compiler directly (must-not-compile tests, code blocks of the docs).
set(FORETRAIN_FLAGS_FILE "${PROJECT_BINARY_DIR}/compile_flags.rsp")
set(foretrain_flags "-std=c++20" "-ffp-contract=off" "-I\"${PROJECT_SOURCE_DIR}/include\"")
foreach(dependency Boost::headers nlohmann_json::nlohmann_json Eigen3::Eigen)
  if(dependency STREQUAL "Eigen3::Eigen")
    find_package(Eigen3 3.4 QUIET)
  endif()
  if(TARGET ${dependency})
    get_target_property(directories ${dependency} INTERFACE_INCLUDE_DIRECTORIES)
    foreach(directory IN LISTS directories)
      # Naming /usr/include as a system directory breaks #include_next.
      if(IS_DIRECTORY "${directory}" AND NOT directory IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
        list(APPEND foretrain_flags "-isystem" "\"${directory}\"")
      endif()
    endforeach()
  endif()
endforeach()
list(JOIN foretrain_flags "\n" foretrain_flags)
file(WRITE "${FORETRAIN_FLAGS_FILE}" "${foretrain_flags}\n")
