# systemd accepts the unit.
cmake_minimum_required(VERSION 3.25)
find_program(systemd_analyze systemd-analyze)
if(NOT systemd_analyze)
  message("SKIPPED: the unit was not verified, because there is no systemd-analyze here.")
  return()
endif()

# The unit names /usr/bin/skep; here the program is in the build folder.
file(READ ${UNIT} unit)
string(REPLACE "/usr/bin/skep" "${BUILD}/daemon/skep" unit "${unit}")
file(WRITE ${BUILD}/unit-file-test/skep.service "${unit}")
execute_process(COMMAND ${systemd_analyze} verify --man=no ${BUILD}/unit-file-test/skep.service
  RESULT_VARIABLE status ERROR_VARIABLE complaints)
if(NOT status EQUAL 0 OR complaints MATCHES "skep.service")
  message(SEND_ERROR "systemd refuses the unit: ${complaints}")
endif()
file(REMOVE_RECURSE ${BUILD}/unit-file-test)
