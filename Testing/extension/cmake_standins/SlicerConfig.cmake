# Stand-in for the file that find_package(Slicer) reads in a Slicer build tree.
# Imitates Slicer 5.12: CMake/SlicerConfig.cmake.in, and CMake/SlicerDirectories.cmake for folders.
# With the files beside it the extension can be configured, built and installed on a machine without
# Slicer. Each names the file that it imitates, what it leaves out and where it is stricter.

set(Slicer_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")
list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")

set(Slicer_USE_FILE "${Slicer_CMAKE_DIR}/UseSlicer.cmake")
set(Slicer_EXTENSION_GENERATE_CONFIG "${Slicer_CMAKE_DIR}/SlicerExtensionGenerateConfig.cmake")
set(Slicer_EXTENSION_CPACK "${Slicer_CMAKE_DIR}/SlicerExtensionCPack.cmake")

set(Slicer_USE_PYTHONQT ON)
set(Slicer_INSTALL_ROOT "./")
set(Slicer_LIB_DIR "lib/Slicer-5.12")
set(Slicer_SHARE_DIR "share/Slicer-5.12")
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR "${Slicer_LIB_DIR}/qt-scripted-modules")
