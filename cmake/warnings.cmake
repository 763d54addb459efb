# skep_own_code(TARGET): the warnings that skep's own code must be free of.
function(skep_own_code target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees an overlap in "text" + std::string (GCC bug 105651) and a wrong operator delete in Asio's coroutines.
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-mismatched-new-delete)
  endif()
  if(SKEP_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
