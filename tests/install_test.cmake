# `cmake --install --prefix /usr` brings a program that runs, its unit and its pages.
cmake_minimum_required(VERSION 3.25)
set(root ${BUILD}/install-test)
file(REMOVE_RECURSE ${root})
set(ENV{DESTDIR} ${root})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix /usr
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

foreach(file bin/skep share/skep/skep.yaml share/skep/minimal.yaml share/skep/seed.yaml
    lib/systemd/system/skep.service share/doc/skep/README.md)
  if(NOT EXISTS ${root}/usr/${file})
    message(SEND_ERROR "${file} was not installed.")
  endif()
endforeach()
# The links of the pages lead to what was installed too.
file(GLOB_RECURSE pages ${root}/usr/share/doc/*.md)
foreach(page IN LISTS pages)
  get_filename_component(folder ${page} DIRECTORY)
  file(READ ${page} text)
  string(REPLACE "](" "<" text "${text}")  # a bracket would glue the list together
  string(REGEX MATCHALL "<[^<():# ]+[#)]" links "${text}")
  foreach(link IN LISTS links)
    string(REGEX REPLACE "[<#)]" "" link "${link}")
    if(NOT EXISTS ${folder}/${link})
      message(SEND_ERROR "${page} links to ${link}, which was not installed.")
    endif()
  endforeach()
endforeach()
foreach(config skep minimal seed)
  execute_process(COMMAND ${root}/usr/bin/skep check --config ${root}/usr/share/skep/${config}.yaml
    OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(REMOVE_RECURSE ${root})
