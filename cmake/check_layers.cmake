# SPDX-License-Identifier: Apache-2.0
# cmake -DROOT=<repository> -P check_layers.cmake
# Headers include only downwards (docs: CONTRIBUTING.md), and what a layer must not know it does not name.
cmake_minimum_required(VERSION 3.25)

# A header includes from its own layer and from those before it.
set(layers units math hardware workload roofline collective parallel memory step batch cost run planner calibrate)
# Data beside the layers it feeds: may include layers 1-13. Nothing in a layer includes it.
set(data catalog)
# May include everything; nothing includes them.
set(edges report import)

# Costly, or input and output: only report/ and import/ may.
set(io "iostream|istream|ostream|sstream|fstream|iomanip|regex|locale|cstdio|stdio\\.h|nlohmann/.*")
# Layers 1-13, the catalog and foretrain.hpp stay without these as well.
set(heavy "cmath|math\\.h|map|unordered_map|unordered_set|random|Eigen/.*|unsupported/Eigen/.*")

# Opted into, as calibrate/ is: arrays of many samples.
set(arrays planner/co_design.hpp planner/uncertainty_samples.hpp)

set(include_dir "${ROOT}/include/foretrain")
set(violations 0)
function(violation header text)
  message("include/foretrain/${header}: ${text}")
  math(EXPR violations "${violations} + 1")
  set(violations ${violations} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE headers RELATIVE "${include_dir}" "${include_dir}/*.hpp")
if(NOT headers)
  message(FATAL_ERROR "  no headers under ${include_dir}")
endif()

foreach(header IN LISTS headers)
  file(READ "${include_dir}/${header}" text)
  string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")

  # The root of include/foretrain is the layer "": foretrain.hpp, and what everybody may include (version.hpp).
  string(REGEX MATCH "^[^/]+/" layer "${header}")
  string(REPLACE "/" "" layer "${layer}")
  list(FIND layers "${layer}" depth)
  if(layer AND depth EQUAL -1 AND NOT layer IN_LIST data AND NOT layer IN_LIST edges)
    violation("${header}" "${layer}/ is not a layer of the design")
    continue()
  endif()

  string(REGEX MATCHALL "#[ \t]*include[ \t]*[<\"][^>\"\n]+[>\"]" includes "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^#[ \t]*include[ \t]*" "" spelled "${include}")
    string(REGEX REPLACE "[<>\"]" "" file "${spelled}")

    # What of ours does it name?
    set(target)
    if(file MATCHES "^foretrain/(.*)")
      set(target "${CMAKE_MATCH_1}")
    elseif(spelled MATCHES "^\"")
      get_filename_component(from "${include_dir}/${header}" DIRECTORY)
      get_filename_component(target "${file}" ABSOLUTE BASE_DIR "${from}")
      file(RELATIVE_PATH target "${include_dir}" "${target}")
    endif()

    if(target)
      if(NOT EXISTS "${include_dir}/${target}" OR target MATCHES "^\\.\\./")
        violation("${header}" "includes ${spelled}, which does not exist under include/foretrain")
        continue()
      endif()
      string(REGEX MATCH "^[^/]+/" target_layer "${target}")
      string(REPLACE "/" "" target_layer "${target_layer}")
      list(FIND layers "${target_layer}" target_depth)

      if(header STREQUAL "foretrain.hpp")
        if(target_layer IN_LIST edges OR target_layer STREQUAL "calibrate" OR target IN_LIST arrays)
          violation("${header}" "includes ${target}; it is opted into")
        endif()
      elseif(layer IN_LIST edges)
        # everything is allowed
      elseif(target STREQUAL "foretrain.hpp")
        violation("${header}" "includes foretrain.hpp, which is for users")
      elseif(NOT target_layer)
        # root headers are for everybody
      elseif(NOT layer)
        violation("${header}" "includes ${target}, a layer, though layers may include it")
      elseif(target_layer IN_LIST edges)
        violation("${header}" "includes ${target}; only report/ and import/ may")
      elseif(layer IN_LIST data)
        if(target_layer STREQUAL "calibrate")
          violation("${header}" "includes ${target}; data includes layers 1-13 only")
        endif()
      elseif(target_layer IN_LIST data)
        violation("${header}" "includes ${target}; layers know no data")
      elseif(target_depth GREATER depth)
        violation("${header}" "includes ${target}, but ${target_layer}/ comes after ${layer}/ in the list of layers")
      endif()
    else()
      if(file MATCHES "^boost/" AND NOT layer STREQUAL "units")
        violation("${header}" "includes ${spelled}; only units/ names Boost")
      endif()
      if(NOT layer IN_LIST edges)
        if(file MATCHES "^(${io})$")
          violation("${header}" "includes ${spelled}; only report/ and import/ may")
        elseif(file MATCHES "^(${heavy})$" AND NOT layer STREQUAL "calibrate" AND NOT (header IN_LIST arrays AND file
                                                                                                  MATCHES "^Eigen/"))
          violation("${header}" "includes ${spelled}, banned from layers 1-13 and the catalog")
        endif()
      endif()
    endif()
  endforeach()

  if(NOT layer STREQUAL "units" AND text MATCHES "(^|[^A-Za-z0-9_])(boost[ \t]*::|namespace[ \t]+boost|BOOST_)")
    violation("${header}" "names Boost; only units/ does")
  endif()
  if(text MATCHES "(^|\n)using[ \t]+namespace[ \t]" OR text MATCHES "namespace[^\n;]*{[ \t]*using[ \t]+namespace[ \t]")
    violation("${header}" "has a using namespace at header scope")
  endif()
endforeach()

if(violations)
  message(FATAL_ERROR "  violations: ${violations}")
endif()
list(LENGTH headers count)
message(STATUS "${count} headers include only downwards")
