#!/bin/bash
# Shows skep at work: builds the images, starts a private Docker engine in Swarm mode, deploys
# docker/mystack.yml, sends load that rises and falls, and prints what skep decides at every tick.
# Ends with status 0 when skep has scaled the application out under load and in again after it.
# Takes everything down again at the end and on Ctrl-C.
#
#   docker/demo.sh [--simulated | --real | --use-engine] [--seconds N] [--keep]
#
#   --simulated    the same daemon against a simulated Swarm and Prometheus, which show a day of
#                  traffic in a minute: builds skep from this tree, and needs neither Docker nor
#                  root. It is what runs, with a notice, where no engine can be started
#   --real         never the simulated one: fail where no engine can be started
#   --use-engine   use the Docker engine that runs already (a Swarm manager) instead of a private
#                  one; only the stack 'mystack' and images named skep-demo/* are made and removed
#   --seconds N    length of the load curve (240; 120 to 3600. Simulated: 60; 10 to 3600)
#   --keep         leave the stack running at the end, and say how to look at it and remove it
#
# The real one: Debian 12, as root. Installs the Debian packages that it needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. lib/common.sh
. lib/packages.sh
. lib/base_image.sh
. lib/simulated.sh
. lib/stack.sh

LAB=demo-$$
OWN_BASE=skep-demo/debian:bookworm-slim  # with --use-engine: a name of our own for the base image
SECONDS_OF_LOAD=  # empty: as long as is usual
KEEP=no
USE_ENGINE=no
SIMULATED=no
REAL=no  # fail rather than simulate
TABLE_PID=

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --seconds)
        SECONDS_OF_LOAD=${2:-none}
        [ $# -lt 2 ] || shift
        ;;
      --keep) KEEP=yes ;;
      --use-engine) USE_ENGINE=yes ;;
      --simulated) SIMULATED=yes ;;
      --real) REAL=yes ;;
      --help)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' demo.sh
        exit 0
        ;;
      *)
        say "Unknown option '$1': see docker/demo.sh --help."
        exit 2
        ;;
    esac
    shift
  done
  if [[ $SIMULATED$REAL$USE_ENGINE =~ yes.*yes ]]; then
    say "--simulated, --real and --use-engine exclude each other."
    exit 2
  fi
  if [ "$SIMULATED$REAL$USE_ENGINE" = nonono ] && [ "$(id -u)" -ne 0 ]; then
    say "A Docker engine of its own needs root, so this is the simulated demo (--real forbids it)."
    SIMULATED=yes
  fi
  [ -n "$SECONDS_OF_LOAD" ] || return 0
  local least=120
  if [ "$SIMULATED" = yes ]; then least=10; fi
  if ! [[ $SECONDS_OF_LOAD =~ ^[0-9]{1,4}$ ]] || ((10#$SECONDS_OF_LOAD < least)) ||
    ((10#$SECONDS_OF_LOAD > 3600)); then
    say "--seconds needs a whole number from $least to 3600."
    exit 2
  fi
  SECONDS_OF_LOAD=$((10#$SECONDS_OF_LOAD))
}

# ---- the engine --------------------------------------------------------------------------------

# Falls back to the simulated demo, unless the real one was asked for.
start_engine() {
  if [ "$USE_ENGINE" = yes ]; then
    check_running_engine
  else
    need_root docker/demo.sh "installs packages and starts a Docker engine"
    if start_private_engine; then return; fi
    [ "$REAL" = no ] || die "The private engine did not start: see $LOG."
    tail -n 2 "$LOG" >&2
    say "No Docker engine can be started here, so this is the simulated demo (--real forbids it)."
    SIMULATED=yes
  fi
}

check_running_engine() {
  command -v docker >/dev/null ||
    die "No docker command was found: install docker.io, or leave out --use-engine."
  install_packages "$LOG" debootstrap jq
  export DOCKER_BUILDKIT=0 DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
  [[ $DOCKER_HOST == unix://* ]] ||
    die "DOCKER_HOST is '$DOCKER_HOST', but the demo mounts the engine's unix socket: unset it."
  local manager
  manager=$(docker info --format '{{.Swarm.ControlAvailable}}' 2>/dev/null) ||
    die "No Docker engine answers at $DOCKER_HOST: start it, or leave out --use-engine."
  [ "$manager" = true ] ||
    die "The running engine is not a Swarm manager: run 'docker swarm init'," \
      "or leave out --use-engine."
  [ -z "$(docker service ls -q --filter "label=com.docker.stack.namespace=$STACK")" ] ||
    die "A stack named '$STACK' runs already and is left alone: remove it with" \
      "'docker stack rm $STACK', or leave out --use-engine."
  [ -z "$(docker volume ls -q --filter "name=^${STACK}_skep-state\$")" ] ||
    die "A volume named '${STACK}_skep-state' is there already and is left alone: when nobody" \
      "needs what skep learned in it, remove it with 'docker volume rm ${STACK}_skep-state'," \
      "or leave out --use-engine."
  BASE=$OWN_BASE
}

# ---- the load ----------------------------------------------------------------------------------


# Shows the table for the length of the curve (docker/demo/curve.hpp: it rises from 0.1 on, falls
# from 0.5 on), and looks with its own eyes at what becomes of the replicas.
watch_load() {
  local start replicas before part most scaled_out=no scaled_in=no
  before=$(desired_replicas)
  most=$before
  start=$(date +%s)
  setsid lib/table.sh "${STACK}_autoscaler" "${STACK}_load" "$start" &
  TABLE_PID=$!
  while part=$((100 * ($(date +%s) - start) / SECONDS_OF_LOAD)) && ((part < 100)); do
    sleep 1
    replicas=$(desired_replicas)
    if ((replicas > most)); then most=$replicas; fi
    if ((part >= 10 && part < 60 && replicas > before)); then scaled_out=yes; fi
    if ((part >= 50 && replicas < most)); then scaled_in=yes; fi
  done
  sleep 1
  stop_table
  local scale_outs scale_ins
  scale_outs=$(count_scaled '.to > .from')
  scale_ins=$(count_scaled '.to < .from')
  say ""
  say "From $before to $most replicas and down to $replicas: skep scaled out $scale_outs times" \
    "and in $scale_ins times."
  if [ "$scaled_out" = no ] || ((scale_outs == 0)); then
    die "FAILED: skep did not scale out under load."
  fi
  if [ "$scaled_in" = no ] || ((scale_ins == 0)); then
    die "FAILED: skep did not scale in after the load."
  fi
  say "OK: skep scaled out under load and in again after it."
}

# ---- taking it down ----------------------------------------------------------------------------

stop_table() {
  [ -n "$TABLE_PID" ] || return 0
  kill -TERM -- "-$TABLE_PID" 2>/dev/null || true
  wait "$TABLE_PID" 2>/dev/null || true
  TABLE_PID=
}

remove_from_running_engine() {
  local tries=60
  if [ "$DEPLOYED" = yes ]; then
    docker stack rm "$STACK" >>"$LOG" 2>&1 || true
    # The volume can go when its last container has gone.
    while [ -n "$(docker volume ls -q --filter "name=^${STACK}_skep-state\$")" ] &&
      ! docker volume rm "${STACK}_skep-state" >>"$LOG" 2>&1; do
      [ $((tries -= 1)) -gt 0 ] || break
      sleep 1
    done
    while [ -n "$(docker network ls -q --filter "name=^${STACK}_backend\$")" ]; do
      [ $((tries -= 1)) -gt 0 ] || break
      sleep 1
    done
  fi
  docker image rm -f "${IMAGES[@]}" >>"$LOG" 2>&1 || true
  docker image prune -f --filter label=skep.stage >>"$LOG" 2>&1 || true
  docker image rm "$OWN_BASE" >>"$LOG" 2>&1 || true
}

say_how_to_look() {
  say ""
  say "Left running. To look at it:  docker -H $DOCKER_HOST service logs --raw ${STACK}_autoscaler"
  if [ "$USE_ENGINE" = yes ]; then
    say "To remove it:  docker stack rm $STACK; docker volume rm ${STACK}_skep-state"
  else
    ./lab.sh keep "$LAB"
    say "To remove it:  docker/lab.sh stop $LAB"
  fi
}

clean_up() {
  local status=$?
  trap '' INT TERM
  trap - EXIT
  stop_step
  stop_table
  stop_simulated "$status"
  if [ "$status" -ne 0 ] && [ "$DEPLOYED" = yes ]; then
    say "The last lines of skep's log:"
    daemon_log | tail -n 10 >&2 || true
  fi
  if [ "$KEEP" = yes ] && [ "$DEPLOYED" = yes ]; then
    say_how_to_look
  elif [ "$USE_ENGINE" = yes ] && [ -n "$BASE" ]; then
    say "Removing the stack and its images"
    remove_from_running_engine
  elif [ "$LAB_STARTED" = yes ]; then
    say "Taking the private engine down"
    ./lab.sh stop "$LAB"
  fi
  # Only a failure leaves its log behind, for whoever reads the message that names it.
  if [ "$status" -ne 1 ] || [ ! -s "$LOG" ]; then
    rm -f "$LOG"
  elif [ "$DEPLOYED" = yes ]; then
    say "The log of building and deploying: $LOG"
  fi
  exit "$status"
}

read_options "$@"
LOG=$(mktemp "${TMPDIR:-/tmp}/skep-demo.XXXXXX.log")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ "$SIMULATED" = no ]; then start_engine; fi
if [ "$SIMULATED" = yes ]; then
  build_simulated
  run_simulated "${SECONDS_OF_LOAD:-60}"
else
  SECONDS_OF_LOAD=${SECONDS_OF_LOAD:-240}
  build_images
  deploy_stack ./demo-skep.yaml
  wait_for_first_decision
  start_load
  watch_load
fi
