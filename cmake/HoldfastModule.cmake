# One call per folder. `holdfast_module(lock SOURCES a.cc b.cc USES base)` makes the static library
# holdfast_lock from the folder's sources; `holdfast_test(lock_test SOURCES … USES lock)` makes a
# GoogleTest program and registers it with ctest.

# GoogleTest's headers, precompiled once for all test programs.
if(HOLDFAST_TESTS)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/test_headers.cc" CONTENT "int main() {}\n")
  add_executable(holdfast_test_headers "${PROJECT_BINARY_DIR}/test_headers.cc")
  target_link_libraries(holdfast_test_headers PRIVATE holdfast_settings GTest::gtest GTest::gmock)
  target_precompile_headers(holdfast_test_headers PRIVATE
    <algorithm> <map> <memory> <optional> <string> <variant> <vector> <gmock/gmock.h> <gtest/gtest.h>)
endif()

function(holdfast_use target)
  foreach(module IN LISTS ARGN)
    if(TARGET holdfast_${module} OR NOT TARGET ${module})
      target_link_libraries(${target} PUBLIC holdfast_${module})
    else()
      target_link_libraries(${target} PUBLIC ${module})
    endif()
  endforeach()
endfunction()

function(holdfast_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_library(holdfast_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(holdfast_${name} PUBLIC holdfast_settings)
  holdfast_use(holdfast_${name} ${ARG_USES})
endfunction()

function(holdfast_test name)
  if(NOT HOLDFAST_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;ARGUMENTS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  # g++ 12 warns of bounds that the concatenation of two strings does not break.
  target_compile_options(${name} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  target_precompile_headers(${name} REUSE_FROM holdfast_test_headers)
  target_link_libraries(${name} PRIVATE holdfast_settings GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE HOLDFAST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(module IN LISTS ARG_USES)
    if(TARGET holdfast_${module})
      target_link_libraries(${name} PRIVATE holdfast_${module})
    else()
      target_link_libraries(${name} PRIVATE ${module})
    endif()
  endforeach()
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGUMENTS})
endfunction()
