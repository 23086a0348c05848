# SPDX-License-Identifier: Apache-2.0
# The library's targets: foretrain::foretrain, and the components a user opts into.

# FORETRAIN_HEADERS (headers.cmake) is one list; the folder says which component a header belongs to.
set(foretrain_report_headers ${FORETRAIN_HEADERS})
list(FILTER foretrain_report_headers INCLUDE REGEX "^(report|import)/")
set(foretrain_calibrate_headers ${FORETRAIN_HEADERS})
list(FILTER foretrain_calibrate_headers INCLUDE REGEX "^calibrate/")
set(foretrain_core_headers ${FORETRAIN_HEADERS})
list(FILTER foretrain_core_headers EXCLUDE REGEX "^(report|import|calibrate)/")
list(REMOVE_ITEM foretrain_core_headers ${FORETRAIN_EIGEN_HEADERS})
list(APPEND foretrain_calibrate_headers ${FORETRAIN_EIGEN_HEADERS})

# foretrain_add_library(TARGET EXPORT_NAME HEADERS...): an interface library, foretrain::EXPORT_NAME to its users.
# The target is not called `foretrain` because the planner's executable is.
function(foretrain_add_library target export_name)
  set(headers ${ARGN})
  list(TRANSFORM headers PREPEND "${PROJECT_SOURCE_DIR}/include/foretrain/")
  add_library(${target} INTERFACE)
  add_library(foretrain::${export_name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${export_name})
  target_sources(
    ${target} INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers})
endfunction()

find_package(Boost 1.74 CONFIG QUIET REQUIRED)
foretrain_add_library(foretrain_core foretrain ${foretrain_core_headers})
target_compile_features(foretrain_core INTERFACE cxx_std_20)
target_link_libraries(foretrain_core INTERFACE Boost::headers)

if(FORETRAIN_REPORT)
  find_package(nlohmann_json 3.11 QUIET REQUIRED)
  foretrain_add_library(foretrain_report report ${foretrain_report_headers})
  target_link_libraries(foretrain_report INTERFACE foretrain_core nlohmann_json::nlohmann_json)
endif()

if(FORETRAIN_CALIBRATE AND foretrain_calibrate_headers)
  find_package(Eigen3 3.4 QUIET REQUIRED)
  foretrain_add_library(foretrain_calibrate calibrate ${foretrain_calibrate_headers})
  target_link_libraries(foretrain_calibrate INTERFACE foretrain_core Eigen3::Eigen)
endif()
