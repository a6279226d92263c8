# Stand-in for Slicer 5.12: CMake/UseSlicer.cmake.in.
# Left out: everything for C++ (compilers, ITK, VTK, SlicerExecutionModel) and the launcher.

if("${PROJECT_NAME}" MATCHES "^$|^Slicer$|^Project$")
  message(FATAL_ERROR "project(<name of the extension>) must stand before Slicer_USE_FILE")
endif()
if(NOT DEFINED EXTENSION_NAME)
  set(EXTENSION_NAME "${PROJECT_NAME}")
endif()

# Known only from here on, so a macro called before Slicer_USE_FILE installs nowhere.
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR
  "${Slicer_INSTALL_ROOT}${Slicer_QTSCRIPTEDMODULES_LIB_DIR}")

include(ctkMacroCompilePythonScript)
include(SlicerMacroBuildScriptedModule)
include(SlicerMacroPythonTesting)

# Stricter than Slicer, which fills in blanks: Extensions/CMake/SlicerExtensionDescriptionSpec.cmake.
foreach(_standin_name IN ITEMS
    HOMEPAGE CATEGORY CONTRIBUTORS DESCRIPTION ICONURL SCREENSHOTURLS DEPENDS)
  if("${EXTENSION_${_standin_name}}" STREQUAL "")
    message(FATAL_ERROR "EXTENSION_${_standin_name} must be set before Slicer_USE_FILE")
  endif()
endforeach()
if(NOT DEFINED EXTENSION_BUILD_SUBDIRECTORY)
  set(EXTENSION_BUILD_SUBDIRECTORY ".")
endif()
if(NOT DEFINED EXTENSION_SUPERBUILD_BINARY_DIR)
  set(EXTENSION_SUPERBUILD_BINARY_DIR "${CMAKE_BINARY_DIR}")
endif()
if(NOT DEFINED EXTENSION_TIER)
  set(EXTENSION_TIER 1)
endif()

# Defines BUILD_TESTING, on unless the builder says otherwise.
include(CTest)
