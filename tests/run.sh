#!/bin/bash
# All tests of skep, on Debian 12 as root: installs what they need, builds, runs, and cleans up after itself.
#
#   tests/run.sh [--only PART[,PART...]]
#
#   parts, in order:
#     unit   release build (warnings are errors); unit tests and integration tests against loopback servers
#     asan   the same tests under AddressSanitizer and UndefinedBehaviorSanitizer
#     e2e    a private Docker engine in Swarm mode with a real Prometheus
#     report the report pages of skep compare in headless Chromium
#     demo   docker/demo.sh, simulated, and on a real Swarm with skep as a service from its own image
#
# Ends with one line, 'N passed, N failed', and with status 0 only when nothing failed. A build that fails counts as one
# and ends the run. Skipped tests are in neither number: a line before the last says how many there were.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. docker/lib/common.sh
. docker/lib/packages.sh

TEST_PACKAGES=(catch2 libbenchmark-dev)
SCRIPT_PACKAGES=(python3)
BROWSER_PACKAGES=(chromium)

PARTS=unit,asan,e2e,report,demo
PASSED=0
FAILED=0
SKIPPED=()

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --only)
        if [ -z "${2:-}" ]; then
          say "--only needs a part, such as --only unit: see tests/run.sh --help."
          exit 2
        fi
        PARTS=$2
        shift
        ;;
      --help)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' tests/run.sh
        exit 0
        ;;
      *)
        say "Unknown option '$1': see tests/run.sh --help."
        exit 2
        ;;
    esac
    shift
  done
  local part
  for part in ${PARTS//,/ }; do
    [[ $part =~ ^(unit|asan|e2e|report|demo)$ ]] || die "Unknown part '$part': unit, asan, e2e, report and demo are there."
  done
}

wants() { [[ ,$PARTS, == *,$1,* ]]; }

# count PART PASSED FAILED [SKIPPED]: adds to the sums.
count() {
  PASSED=$((PASSED + $2))
  FAILED=$((FAILED + $3))
  [ "${4:-0}" = 0 ] || SKIPPED+=("$4 of $1")
}

# Prints the sums and ends the run.
finish() {
  local skipped
  if [ ${#SKIPPED[@]} -gt 0 ]; then
    skipped=$(printf ', %s' "${SKIPPED[@]}")
    echo "SKIPPED, so not tested: ${skipped:2}"
  fi
  echo "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
  exit
}

build() {
  say "Building the preset $1."
  if ! { cmake --preset "$1" >/dev/null && cmake --build --preset "$1" -- --quiet; }; then
    say "The build of the preset $1 failed, so nothing more is tested."
    count build 0 1
    finish
  fi
}

# run_ctest PART PRESET: runs every test of the preset, each in a process of its own, and counts them.
run_ctest() {
  local log summary failed total skipped
  log=$(mktemp)
  ctest --preset "$2" -j"$(nproc)" 2>&1 | tee "$log" | grep -vE '^ *(Start +[0-9]|[0-9]+/[0-9]+ Test .* Passed)' || true
  summary=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$log" || true)
  skipped=$(grep -cE '^\s+[0-9]+ - .* \(Skipped\)$' "$log" || true)
  rm -f "$log"
  if [ -z "$summary" ]; then
    say "The tests of the preset $2 did not come to an end."
    count "$1" 0 1
    return
  fi
  failed=$(sed -E 's/.*, ([0-9]+) tests failed.*/\1/' <<<"$summary")
  total=$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$summary")
  count "$1" $((total - failed - skipped)) "$failed" "$skipped"
}

# run_script PART SCRIPT: runs a script of tests, whose last line is 'N passed, N failed, N skipped'.
run_script() {
  local log summary passed failed skipped
  log=$(mktemp)
  SKEP_BIN=$PWD/build/release/daemon/skep /usr/bin/python3 -B "$2" 2>&1 | tee "$log" || true
  summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1 || true)
  rm -f "$log"
  if [ -z "$summary" ]; then
    say "The tests of $2 did not come to an end."
    count "$1" 0 1
    return
  fi
  read -r passed _ failed _ skipped _ <<<"$summary"
  count "$1" "$passed" "$failed" "$skipped"
}

run_demo() {
  if docker/demo.sh "$@"; then
    count demo 1 0
  else
    say "The demo failed: docker/demo.sh $*"
    count demo 0 1
  fi
}

read_options "$@"
need_root tests/run.sh "installs Debian packages and starts a Docker engine of its own"
LOG=$(mktemp -t skep-tests.XXXXXX)
install_packages "$LOG" "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${SCRIPT_PACKAGES[@]}"
if wants report; then
  install_packages "$LOG" "${BROWSER_PACKAGES[@]}"
fi
rm -f "$LOG"  # a failed installation has ended the script and points to it

if wants unit || wants e2e || wants report; then
  build release
fi
if wants unit; then
  run_ctest unit release
fi
if wants asan; then
  build asan
  run_ctest asan asan
fi
if wants e2e; then
  run_script e2e tests/e2e/run.py
fi
if wants report; then
  run_script report tests/report/run.py
fi
if wants demo; then
  run_demo --simulated --seconds 60
  run_demo --real --seconds 240
fi

finish
