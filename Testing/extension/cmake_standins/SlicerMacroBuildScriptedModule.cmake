# Stand-in for Slicer 5.12: CMake/SlicerMacroBuildScriptedModule.cmake.
# Left out: WITH_SUBDIR, VERBOSE and generated files, which this extension doesn't use. The script of
# the generic test, which Slicer makes of Base/QTCore/Testing/Python/qSlicerModuleGenericTest.py.in,
# is empty here.

macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MY_SLICER "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MY_SLICER_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
      "slicerMacroBuildScriptedModule: unknown words \"${MY_SLICER_UNPARSED_ARGUMENTS}\"")
  endif()
  if(NOT DEFINED MY_SLICER_NAME)
    message(FATAL_ERROR "slicerMacroBuildScriptedModule: NAME is mandatory")
  endif()
  foreach(_standin_file IN LISTS MY_SLICER_SCRIPTS MY_SLICER_RESOURCES)
    get_filename_component(_standin_path "${_standin_file}" ABSOLUTE)
    if(NOT EXISTS "${_standin_path}" AND NOT EXISTS "${_standin_path}.py")
      message(FATAL_ERROR "slicerMacroBuildScriptedModule: no file or folder '${_standin_file}'")
    endif()
  endforeach()

  ctkMacroCompilePythonScript(
    TARGET_NAME ${MY_SLICER_NAME}
    SCRIPTS ${MY_SLICER_SCRIPTS}
    RESOURCES ${MY_SLICER_RESOURCES}
    DESTINATION_DIR "${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}"
    INSTALL_DIR "${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}"
    NO_INSTALL_SUBDIR
    )

  if(BUILD_TESTING AND MY_SLICER_WITH_GENERIC_TESTS)
    set(_standin_test "${CMAKE_CURRENT_BINARY_DIR}/qSlicer${MY_SLICER_NAME}ModuleGenericTest.py")
    file(TOUCH "${_standin_test}")
    slicer_add_python_unittest(SCRIPT "${_standin_test}"
      SLICER_ARGS --no-main-window --disable-cli-modules TESTNAME_PREFIX nomainwindow_)
  endif()
endmacro()
