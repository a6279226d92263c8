# Stand-in for Slicer 5.12: CMake/SlicerExtensionGenerateConfig.cmake.
# Left out: targets and include folders of C++ modules, of which this extension has none.

if(NOT EXTENSION_NAME)
  message(FATAL_ERROR "include(\${Slicer_USE_FILE}) must come before this file")
endif()
file(WRITE
  "${EXTENSION_SUPERBUILD_BINARY_DIR}/${EXTENSION_BUILD_SUBDIRECTORY}/${EXTENSION_NAME}Config.cmake"
  "set(${EXTENSION_NAME}_SOURCE_DIR \"${${EXTENSION_NAME}_SOURCE_DIR}\")\n")
