# skep_own_code(TARGET): the warnings that skep's own code must be free of.
function(skep_own_code target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(SKEP_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
