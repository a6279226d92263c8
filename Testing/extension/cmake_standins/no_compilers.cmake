# A toolchain without compilers: project() asks for C and C++, which Slicer's own macros need, but
# an extension of Python files compiles nothing.

foreach(language IN ITEMS C CXX)
  set(CMAKE_${language}_COMPILER "${CMAKE_COMMAND}")
  set(CMAKE_${language}_COMPILER_FORCED TRUE)
  set(CMAKE_${language}_COMPILER_ID_RUN TRUE)
endforeach()
