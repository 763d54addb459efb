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
LOG=       # of the step under way
PART_PID=  # its process, and the group of it

# run_part COMMAND...: in a process group of its own. A signal to this shell ends the wait at once, and clean_up the part.
run_part() {
  local status=0
  set -m
  "$@" </dev/null &
  PART_PID=$!
  set +m
  wait "$PART_PID" || status=$?
  PART_PID=
  return "$status"
}

clean_up() {
  local status=$? tries=600
  trap '' INT TERM
  if [ -n "$PART_PID" ]; then
    kill -TERM -- "-$PART_PID" 2>/dev/null || true
    # It takes down what it has started, such as a Docker engine.
    while kill -0 -- "-$PART_PID" 2>/dev/null && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
    kill -KILL -- "-$PART_PID" 2>/dev/null || true
  fi
  # A failed installation points to its log.
  [ "$status" -eq 1 ] || rm -f "$LOG"
  exit "$status"
}

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
    [[ $part =~ ^(unit|asan|e2e|report|demo)$ ]] && continue
    say "Unknown part '$part': unit, asan, e2e, report and demo are there."
    exit 2
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

build_preset() { cmake --preset "$1" >/dev/null && cmake --build --preset "$1" -- --quiet; }

build() {
  say "Building the preset $1."
  if ! run_part build_preset "$1"; then
    say "The build of the preset $1 failed, so nothing more is tested."
    count build 0 1
    finish
  fi
}

# into_log COMMAND...: shows what it writes, and keeps it in LOG. A signal ends the command alone, which may still write.
into_log() { "$@" 2>&1 | (trap '' INT TERM && exec tee "$LOG"); }

ctest_preset() {
  into_log ctest --preset "$1" -j"$(nproc)" |
    (trap '' INT TERM && exec grep -vE '^ *(Start +[0-9]|[0-9]+/[0-9]+ Test .* Passed)')
}

# run_ctest PART PRESET: runs every test of the preset, each in a process of its own, and counts them.
run_ctest() {
  local summary failed total skipped
  LOG=$(mktemp -t skep-tests.XXXXXX)
  run_part ctest_preset "$2" || true
  summary=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$LOG" || true)
  skipped=$(grep -cE '^\s+[0-9]+ - .* \(Skipped\)$' "$LOG" || true)
  rm -f "$LOG"
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
  local summary passed failed skipped
  LOG=$(mktemp -t skep-tests.XXXXXX)
  SKEP_BIN=$PWD/build/release/daemon/skep run_part into_log /usr/bin/python3 -B "$2" || true
  summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$LOG" | tail -n 1 || true)
  rm -f "$LOG"
  if [ -z "$summary" ]; then
    say "The tests of $2 did not come to an end."
    count "$1" 0 1
    return
  fi
  read -r passed _ failed _ skipped _ <<<"$summary"
  count "$1" "$passed" "$failed" "$skipped"
}

run_demo() {
  if run_part docker/demo.sh "$@"; then
    count demo 1 0
  else
    say "The demo failed: docker/demo.sh $*"
    count demo 0 1
  fi
}

read_options "$@"
need_root tests/run.sh "installs Debian packages and starts a Docker engine of its own"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
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
