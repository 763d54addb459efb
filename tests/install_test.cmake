# `cmake --install --prefix /usr` brings a program that runs, and a unit that systemd accepts.
cmake_minimum_required(VERSION 3.25)
set(root ${BUILD}/install-test)
file(REMOVE_RECURSE ${root})
set(ENV{DESTDIR} ${root})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix /usr
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

foreach(file bin/skep share/skep/skep.yaml share/skep/minimal.yaml share/skep/seed.yaml
    lib/systemd/system/skep.service share/doc/skep/operating.md)
  if(NOT EXISTS ${root}/usr/${file})
    message(SEND_ERROR "${file} was not installed.")
  endif()
endforeach()
foreach(config skep minimal seed)
  execute_process(COMMAND ${root}/usr/bin/skep check --config ${root}/usr/share/skep/${config}.yaml
    OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The unit names /usr/bin/skep; here the program is below another root.
file(READ ${root}/usr/lib/systemd/system/skep.service unit)
string(REPLACE "/usr/bin/skep" "${root}/usr/bin/skep" unit "${unit}")
file(WRITE ${root}/skep.service "${unit}")
find_program(systemd_analyze systemd-analyze)
if(systemd_analyze)
  execute_process(COMMAND ${systemd_analyze} verify --man=no ${root}/skep.service
    RESULT_VARIABLE status ERROR_VARIABLE complaints)
  if(NOT status EQUAL 0 OR complaints MATCHES "skep.service")
    message(SEND_ERROR "systemd refuses the unit: ${complaints}")
  endif()
else()
  message("SKIPPED: the unit was not verified, because there is no systemd-analyze here.")
endif()
file(REMOVE_RECURSE ${root})
