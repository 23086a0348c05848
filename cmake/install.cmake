# SPDX-License-Identifier: Apache-2.0
# Headers, exported targets, package configuration. Each component has its own export, so that
# find_package(foretrain) alone looks for Boost and nothing else.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(foretrain_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/foretrain")

foreach(component core report calibrate)
  if(TARGET foretrain_${component})
    install(
      TARGETS foretrain_${component}
      EXPORT foretrain-${component}
      FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
    install(
      EXPORT foretrain-${component}
      NAMESPACE foretrain::
      DESTINATION "${foretrain_package_dir}")
  endif()
endforeach()

configure_package_config_file(
  cmake/foretrain-config.cmake.in "${PROJECT_BINARY_DIR}/foretrain-config.cmake"
  INSTALL_DESTINATION "${foretrain_package_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/foretrain-config-version.cmake"
  COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/foretrain-config.cmake" "${PROJECT_BINARY_DIR}/foretrain-config-version.cmake"
        DESTINATION "${foretrain_package_dir}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/foretrain")
