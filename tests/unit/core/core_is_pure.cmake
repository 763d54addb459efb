# Fails when core/ includes anything but the standard library and itself, or reads a clock or a random device.
cmake_minimum_required(VERSION 3.25)
file(GLOB sources ${CORE}/*.hpp ${CORE}/*.cpp)
list(LENGTH sources count)
if(count LESS 10)
  message(FATAL_ERROR "Found only ${count} files in ${CORE}: the check would prove nothing.")
endif()
# Every header of the C++20 standard library that the core may need; <ctime>, <fstream> and the like are I/O or clocks.
set(standard algorithm array bit cassert charconv chrono cmath compare concepts cstddef cstdint cstdlib cstring deque
  functional initializer_list iterator limits map memory numbers numeric optional queue random ranges set span sstream
  stdexcept string string_view tuple type_traits unordered_map unordered_set utility variant vector)
foreach(source IN LISTS sources)
  file(READ ${source} text)
  string(REGEX REPLACE "[][;\\]" " " text "${text}")  # these glue the items of a list together, or cut them
  string(REPLACE "\n" ";" lines "${text}")
  foreach(line IN LISTS lines)
    if(line MATCHES "^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]")
      set(header ${CMAKE_MATCH_1})
      if(NOT header IN_LIST standard AND NOT header MATCHES "^core/[a-z_]+[.]hpp$")
        message(SEND_ERROR "${source} includes ${header}, which is not the standard library.")
      endif()
    endif()
    if(line MATCHES "::now\\(|random_device|getenv|std::time\\(|srand|[^a-z_]rand\\(" OR
        line MATCHES "(^|[^a-z_.>])(time\\( *(nullptr|NULL|0|&)|clock\\( *\\))")
      message(SEND_ERROR "${source} takes time, randomness or environment by itself: ${line}")
    endif()
  endforeach()
endforeach()
