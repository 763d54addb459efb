# Helpers shared by lab.sh and demo.sh; sourced by them, runs nothing itself.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

need_root() {
  [ "$(id -u)" -eq 0 ] || die "$1 must run as root, because it $2: try again with sudo."
}

# run LOG COMMAND...: runs a step that may take long in its own process group, with its output in
# LOG. A signal to this shell ends the wait at once; call stop_step from the trap then.
STEP_PID=
run() {
  local log=$1 status=0
  shift
  setsid "$@" >>"$log" 2>&1 </dev/null &
  STEP_PID=$!
  wait "$STEP_PID" || status=$?
  STEP_PID=
  return "$status"
}

# Ends the step that `run` has under way, with everything it started in its group.
stop_step() {
  [ -n "$STEP_PID" ] || return 0
  kill -TERM -- "-$STEP_PID" 2>/dev/null || true
  wait_gone 5 "$STEP_PID" || kill -KILL -- "-$STEP_PID" 2>/dev/null || true
  STEP_PID=
}

# A zombie counts as gone: its parent may not have looked yet.
is_running() {
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  [[ ${line##*) } != Z* ]]
}

# wait_gone SECONDS PID...: false when one of them still runs after that time.
wait_gone() {
  local deadline=$((SECONDS + $1)) pid
  shift
  for pid in "$@"; do
    while is_running "$pid"; do
      ((SECONDS < deadline)) || return 1
      sleep 0.1
    done
  done
}
