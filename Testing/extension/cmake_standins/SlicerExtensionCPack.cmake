# Stand-in for Slicer 5.12: CMake/SlicerExtensionCPack.cmake, with the description file of
# Extensions/CMake/SlicerFunctionGenerateExtensionDescription.cmake.
# Left out: the repository's revision, the macOS fix-up, the launcher, and CPack itself.

if(NOT "${EXTENSION_NAME}" STREQUAL "${PROJECT_NAME}")
  message(FATAL_ERROR "project(${PROJECT_NAME}) differs from EXTENSION_NAME ${EXTENSION_NAME}")
endif()
foreach(_standin_name IN ITEMS EXTENSION_README_FILE EXTENSION_LICENSE_FILE)
  if(NOT EXISTS "${${_standin_name}}")
    message(FATAL_ERROR "${_standin_name} names no file: '${${_standin_name}}'")
  endif()
endforeach()

# As in the real one the values go through unquoted, so a semicolon cuts them short.
function(_standin_describe)
  cmake_parse_arguments(MY ""
    "HOMEPAGE;CATEGORY;ICONURL;DESCRIPTION;TIER" "CONTRIBUTORS;SCREENSHOTURLS;DEPENDS" ${ARGN})
  set(text)
  foreach(name IN ITEMS
      DEPENDS HOMEPAGE CONTRIBUTORS CATEGORY ICONURL TIER DESCRIPTION SCREENSHOTURLS)
    string(TOLOWER "${name}" key)
    list(JOIN MY_${name} " " value)
    string(REPLACE "\n" "<br>" value "${value}")
    string(APPEND text "${key} ${value}\n")
  endforeach()
  file(WRITE "${CMAKE_BINARY_DIR}/${EXTENSION_NAME}.s4ext" "${text}")
endfunction()

_standin_describe(
  HOMEPAGE ${EXTENSION_HOMEPAGE}
  CATEGORY ${EXTENSION_CATEGORY}
  ICONURL ${EXTENSION_ICONURL}
  DESCRIPTION ${EXTENSION_DESCRIPTION}
  TIER ${EXTENSION_TIER}
  CONTRIBUTORS ${EXTENSION_CONTRIBUTORS}
  SCREENSHOTURLS ${EXTENSION_SCREENSHOTURLS}
  DEPENDS ${EXTENSION_DEPENDS}
  )
install(FILES "${CMAKE_BINARY_DIR}/${EXTENSION_NAME}.s4ext"
  DESTINATION "${Slicer_INSTALL_ROOT}${Slicer_SHARE_DIR}" COMPONENT RuntimeLibraries)
