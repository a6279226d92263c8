# Stand-in for commontk/CTK: CMake/ctkMacroCompilePythonScript.cmake.
# Files are copied at build time to DESTINATION_DIR, under the path that they have from SOURCE_DIR,
# and DESTINATION_DIR is installed as a whole.
# Left out: byte-compiling (it needs Slicer's Python) and one global target for all modules.
# Stricter than CTK, which takes these without a word:
#  - unknown words (CTK ignores them);
#  - absolute paths and paths with '..' (CTK puts such files outside of what is installed);
#  - files that don't exist (CTK finds out only while building);
#  - a second call with the same TARGET_NAME (CTK drops the files of the second).

function(ctkMacroCompilePythonScript)
  cmake_parse_arguments(MY "NO_INSTALL_SUBDIR;GLOBAL_TARGET"
    "TARGET_NAME;SOURCE_DIR;DESTINATION_DIR;INSTALL_DIR" "SCRIPTS;RESOURCES" ${ARGN})
  if(MY_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ctkMacroCompilePythonScript: unknown words \"${MY_UNPARSED_ARGUMENTS}\"")
  endif()
  foreach(word IN ITEMS TARGET_NAME SCRIPTS DESTINATION_DIR INSTALL_DIR)
    if("${MY_${word}}" STREQUAL "")
      message(FATAL_ERROR "ctkMacroCompilePythonScript: ${word} is mandatory")
    endif()
  endforeach()
  if(TARGET Copy${MY_TARGET_NAME}PythonScriptFiles)
    message(FATAL_ERROR "ctkMacroCompilePythonScript: TARGET_NAME ${MY_TARGET_NAME} is taken")
  endif()
  if(NOT MY_SOURCE_DIR)
    set(MY_SOURCE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  endif()

  set(scripts)
  foreach(script IN LISTS MY_SCRIPTS)
    get_filename_component(suffix "${script}" EXT)
    if(NOT "${suffix}" MATCHES "py")
      string(APPEND script ".py")
    endif()
    list(APPEND scripts "${script}")
  endforeach()
  _standin_copy(Copy${MY_TARGET_NAME}PythonScriptFiles
    "${MY_SOURCE_DIR}" "${MY_DESTINATION_DIR}" "${scripts}")
  _standin_copy(Copy${MY_TARGET_NAME}PythonResourceFiles
    "${MY_SOURCE_DIR}" "${MY_DESTINATION_DIR}" "${MY_RESOURCES}")

  set(folder "${MY_DESTINATION_DIR}")
  if(MY_NO_INSTALL_SUBDIR)
    string(APPEND folder "/")
  endif()
  install(DIRECTORY "${folder}" DESTINATION "${MY_INSTALL_DIR}"
    COMPONENT RuntimeLibraries USE_SOURCE_PERMISSIONS)
endfunction()

# A target that copies files, each to the path below `to` that it has below `from`.
function(_standin_copy target from to files)
  set(copies)
  foreach(file IN LISTS files)
    if(IS_ABSOLUTE "${file}" OR "/${file}/" MATCHES "/\\.\\./")
      message(FATAL_ERROR "ctkMacroCompilePythonScript: '${file}' would leave '${to}'")
    endif()
    if(NOT EXISTS "${from}/${file}" OR IS_DIRECTORY "${from}/${file}")
      message(FATAL_ERROR "ctkMacroCompilePythonScript: no file '${from}/${file}'")
    endif()
    add_custom_command(OUTPUT "${to}/${file}" DEPENDS "${from}/${file}"
      COMMAND "${CMAKE_COMMAND}" -E copy "${from}/${file}" "${to}/${file}" VERBATIM)
    list(APPEND copies "${to}/${file}")
  endforeach()
  if(copies)
    add_custom_target(${target} ALL DEPENDS ${copies})
  endif()
endfunction()
