# Stand-in for Slicer 5.12: CMake/SlicerMacroPythonTesting.cmake.
# Registers the test under the real name, py_<prefix><script>, with a command that does nothing:
# there is no Slicer to run it. Unlike the real one, refuses unknown words and a missing script,
# which would fail only when the test is run.

function(slicer_add_python_unittest)
  cmake_parse_arguments(MY "" "TESTNAME_PREFIX;SCRIPT" "SLICER_ARGS" ${ARGN})
  if(MY_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "slicer_add_python_unittest: unknown words \"${MY_UNPARSED_ARGUMENTS}\"")
  endif()
  get_filename_component(script "${MY_SCRIPT}" ABSOLUTE)
  if(NOT EXISTS "${script}")
    message(FATAL_ERROR "slicer_add_python_unittest: no script '${MY_SCRIPT}'")
  endif()
  get_filename_component(name "${script}" NAME_WE)
  add_test(NAME "py_${MY_TESTNAME_PREFIX}${name}" COMMAND "${CMAKE_COMMAND}" -E true)
  set_property(TEST "py_${MY_TESTNAME_PREFIX}${name}" PROPERTY RUN_SERIAL TRUE)
endfunction()
