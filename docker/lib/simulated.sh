# The simulated demo: the daemon, built from this tree, against skep-simulated-swarm. Needs neither
# Docker nor root. Sourced by demo.sh after common.sh and packages.sh; the current folder is
# docker/. LOG and KEEP are the caller's.
# shellcheck shell=bash

SIMULATED_FOLDER=  # of sockets, log and state
SIMULATED_SWARM=   # process ids, while they run
SIMULATED_SKEP=

# False for a build folder that was made for another place, such as the tree before it was copied.
is_build_of_this_tree() {
  [ "$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$1/CMakeCache.txt" 2>/dev/null)" -ef .. ]
}

# A release build that is there is used, else one of its own is made.
configure_simulated() {
  BUILD=../build/release
  if [ -f "$BUILD/build.ninja" ] && [ -w "$BUILD" ] && is_build_of_this_tree "$BUILD"; then
    return
  fi
  BUILD=../build/demo
  local folder
  for folder in ../build "$BUILD"; do
    [ ! -e "$folder" ] || [ -w "$folder" ] ||
      die "The folder $(realpath "$folder") may not be written: remove it and try again."
  done
  is_build_of_this_tree "$BUILD" || rm -rf "$BUILD"
  command -v cmake >>"$LOG" || return
  local generator=()
  if command -v ninja >>"$LOG"; then generator=(-G Ninja); fi
  cmake -S .. -B "$BUILD" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DSKEP_TESTS=OFF \
    >>"$LOG" 2>&1 || {
    rm -rf "$BUILD/CMakeCache.txt" "$BUILD/CMakeFiles"  # it would remember what is missing
    return 1
  }
}

need_build_packages() {
  if ! command -v dpkg-query >>"$LOG"; then
    die "The build of skep could not be prepared (see $LOG). It needs CMake 3.25, g++ 12 or" \
      "later, Boost 1.81, nlohmann-json, spdlog, yaml-cpp, CLI11 and zlib: install them and" \
      "try again."
  fi
  local missing
  mapfile -t missing < <(missing_packages "${BUILD_PACKAGES[@]}")
  [ ${#missing[@]} -gt 0 ] || die "The build of skep could not be prepared: see $LOG."
  if [ "$(id -u)" -eq 0 ]; then
    install_packages "$LOG" "${missing[@]}"
  else
    die "To build skep, these packages are missing (see $LOG); install them and try again:" \
      "sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
}

# Shows how far the build has come, where there is a terminal to show it on.
show_progress() {
  local step
  while is_running "$1"; do
    step=$(grep -oE '^\[[ 0-9]+[/%][^]]*\]' "$LOG" | tail -n 1 || true)
    printf '\rBuilding skep %s ' "$step" >&2
    sleep 1
  done
  printf '\r\033[K' >&2
}

build_simulated() {
  if ! configure_simulated; then
    need_build_packages
    configure_simulated || die "The build of skep could not be prepared: see $LOG."
  fi
  say "Building skep (the first time this takes some minutes)"
  local progress='' status=0
  setsid cmake --build "$BUILD" --parallel "$(nproc)" --target skep skep-simulated-swarm \
    >>"$LOG" 2>&1 </dev/null &
  STEP_PID=$!
  if [ -t 2 ]; then
    show_progress "$STEP_PID" &
    progress=$!
  fi
  wait "$STEP_PID" || status=$?
  STEP_PID=
  [ -z "$progress" ] || wait "$progress"
  [ "$status" -eq 0 ] || die "Building skep failed: see $LOG."
  rm -f "$LOG"  # nothing points to it from here on
}

# run_simulated SECONDS: a day of traffic in that time; half a minute of it is a tick.
run_simulated() {
  local tick_ms=$(($1 * 1000 / 2880)) status=0 there
  there="$((1440 / $1)) minutes"
  if (($1 > 720)); then there="$((86400 / $1)) s"; fi
  SIMULATED_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/skep-demo.XXXXXX")
  local log=$SIMULATED_FOLDER/skep.log errors=$SIMULATED_FOLDER/errors
  touch "$log"
  say "The real daemon on a simulated Swarm: a day of traffic passes in $1 s, so that a second" \
    "here is $there there. A load of 1 keeps one replica fully busy."
  say "  #  a busy replica    .  one to spare    !  one that is missing    *  done by skep"
  say ""
  "$BUILD/docker/simulated/skep-simulated-swarm" --folder "$SIMULATED_FOLDER" \
    --tick-ms "$tick_ms" &
  SIMULATED_SWARM=$!
  until [ -e "$SIMULATED_FOLDER/prometheus.url" ]; do
    is_running "$SIMULATED_SWARM" || die "The simulated Swarm did not start."
    sleep 0.05
  done
  DEMO_PROMETHEUS=$(cat "$SIMULATED_FOLDER/prometheus.url") \
  DEMO_DOCKER=unix://$SIMULATED_FOLDER/docker.sock DEMO_STATE=$SIMULATED_FOLDER/state \
  DEMO_INTERVAL=${tick_ms}ms DEMO_COOLDOWN=$((2 * tick_ms))ms \
  DEMO_STABILIZATION=$((10 * tick_ms))ms \
    "$BUILD/daemon/skep" run --config demo-simulated.yaml >"$log" 2>"$errors" &
  SIMULATED_SKEP=$!
  wait -n "$SIMULATED_SWARM" "$SIMULATED_SKEP" || status=$?
  if is_running "$SIMULATED_SWARM"; then
    tail -n 10 "$errors" >&2
    die "FAILED: skep ended with status $status."
  fi
  SIMULATED_SWARM=
  [ "$status" -eq 0 ] || exit "$status"  # 141 when nobody reads the table any more: no failure
  kill -TERM "$SIMULATED_SKEP"
  wait "$SIMULATED_SKEP" || die "FAILED: skep ended with status $?."
  SIMULATED_SKEP=
}

# stop_simulated STATUS: ends what run_simulated has started, and removes its folder unless KEEP is
# yes or STATUS says that it failed.
stop_simulated() {
  local pid
  for pid in $SIMULATED_SKEP $SIMULATED_SWARM; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [ -n "$SIMULATED_FOLDER" ] || return 0
  if [ "$KEEP" = yes ] || [ "$1" -eq 1 ]; then
    say "Left behind: skep's log $SIMULATED_FOLDER/skep.log, and what it learned beside it."
  else
    rm -rf "$SIMULATED_FOLDER"
  fi
}
