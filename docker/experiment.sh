#!/bin/bash
# The same load on a real Swarm for target tracking and for the agent that skep ships with, trained
# before, several times in turn. A private Docker engine as in demo.sh; the same stack, application
# and load curve. Prints a table and writes a CSV file; says nothing about who is better.
#
#   docker/experiment.sh [--runs N] [--minutes M] [--out FILE]
#
#   --runs N      how often each of the two runs (3; 1 to 100)
#   --minutes M   length of the load curve (4; 2 to 60)
#   --out FILE    the CSV file (experiment.csv in the current folder)
#
#   violations %    decisions of skep that saw CPU over its limit of 80%
#   bad requests %  requests that were answered later than after 500 ms, or not at all
#   replica-s       replicas that Docker was told to run, summed over the seconds
#   changes         scale commands
#   machine busy %  of this machine's processors, whatever for: what else disturbed the run
#
# Debian 12, as root. Installs the Debian packages that it needs. Nothing else should run.
set -euo pipefail
CALLED_FROM=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. lib/common.sh
. lib/packages.sh
. lib/base_image.sh
. lib/stack.sh

RUNS=3
MINUTES=4
OUT=experiment.csv
LAB=experiment-$$
FOLDER=  # of the two configurations and the history

AGENT=mixture
# The interval is a third of the usual 15 s, and so is the usual stabilisation of 300 s.
declare -A AGENT_LINES=(
  [target_tracking]='{policy: target_tracking, target: {cpu: 60, stabilization: {scale_in: 100s}}}'
  [$AGENT]="{policy: $AGENT}"
)
# What the agent is told of its world: containers start in some seconds, and rate(...[20s]) is the
# mean of the last 20 s.
ENVIRONMENT='{startup: 5s, lag: 10s}'
# Requests a second that keep one replica of the application busy: 15 of 10 ms at 0.15 CPUs, less
# what HTTP costs.
RATE_OF_ONE=14

read_number() {
  if ! [[ $2 =~ ^[0-9]{1,3}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
    say "$1 needs a whole number from $3 to $4."
    exit 2
  fi
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --runs)
        read_number "$1" "${2:-}" 1 100
        RUNS=$((10#$2))
        shift
        ;;
      --minutes)
        read_number "$1" "${2:-}" 2 60
        MINUTES=$((10#$2))
        shift
        ;;
      --out)
        if [ -z "${2:-}" ]; then
          say "--out needs a file."
          exit 2
        fi
        OUT=$2
        shift
        ;;
      --help)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' experiment.sh
        exit 0
        ;;
      *)
        say "Unknown option '$1': see docker/experiment.sh --help."
        exit 2
        ;;
    esac
    shift
  done
  [[ $OUT == /* ]] || OUT=$CALLED_FROM/$OUT
  SECONDS_OF_LOAD=$((60 * MINUTES))
}

# ---- what the two are told ---------------------------------------------------------------------

write_configurations() {
  local policy
  for policy in "${!AGENT_LINES[@]}"; do
    sed "/^    replicas:/a\\    environment: $ENVIRONMENT\n    agent: ${AGENT_LINES[$policy]}" \
      demo-skep.yaml >"$FOLDER/$policy.yaml"
  done
}

# The load of some days before: 60 times the curve of docker/demo/curve.hpp, each with another
# length, base and peak, at steps of 5 s. The same every time.
write_history() {
  awk 'BEGIN {
    print "second,requests_per_second"
    state = 7
    for (day = 0; day < 60; day++) {
      length_s = 150 + 200 * uniform()
      base = 3 + 3 * uniform()
      peak = 16 + 24 * uniform()
      for (t = 0; t < length_s; t += 5) {
        part = t / length_s
        rate = base
        if (part >= 0.1 && part < 0.3) rate = base + (peak - base) * (part - 0.1) / 0.2
        if (part >= 0.3 && part < 0.5) rate = peak
        if (part >= 0.5 && part < 0.6) rate = peak - (peak - base) * (part - 0.5) / 0.1
        printf "%d,%.3f\n", second, rate
        second += 5
      }
    }
  }
  function uniform() {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }' >"$FOLDER/history.csv"
}

# Fills the volume of the state before skep starts.
train() {
  local peak
  # The 99.9th percentile, as `skep train --peak` wants it.
  peak=$(tail -n +2 "$FOLDER/history.csv" | cut -d, -f2 | sort -g |
    awk -v one="$RATE_OF_ONE" '{ v[NR] = $1 } END { print v[int(0.999 * NR) + 1] / one }')
  run "$LOG" docker run --rm --volume "${STACK}_skep-state:/var/lib/skep" \
    --volume "$FOLDER:/experiment:ro" skep-demo/skep train --config "/experiment/$AGENT.yaml" \
    --trace /experiment/history.csv --step 5s --peak "$peak" ||
    die "Training the agent failed: see $LOG."
}

# ---- one run -----------------------------------------------------------------------------------

forget_daemon() {
  local tries=60
  docker service rm "${STACK}_autoscaler" >>"$LOG" 2>&1 || true
  docker service rm "${STACK}_load" >>"$LOG" 2>&1 || true
  # The volume can go when the last container of the service has gone.
  while [ -n "$(docker volume ls -q --filter "name=^${STACK}_skep-state\$")" ] &&
    ! docker volume rm "${STACK}_skep-state" >>"$LOG" 2>&1; do
    [ $((tries -= 1)) -gt 0 ] || die "The volume of the last run cannot be removed: see $LOG."
    sleep 1
  done
}

# Of all processors since the machine started: user, nice, system, idle, iowait, irq and so on.
busy_and_all_ticks() {
  awk '/^cpu / { all = $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9; print all - $5 - $6, all }' /proc/stat
}

# one_run NUMBER POLICY: appends a line to the CSV file.
one_run() {
  local start replicas before after violations bad changes
  local replica_ms=0 now_ms last_ms
  say "Run $1 of $RUNS with $2"
  forget_daemon
  if [ "$2" = "$AGENT" ]; then train; fi
  deploy_stack "$FOLDER/$2.yaml"
  wait_for_first_decision
  sleep 25  # the rates look back 20 s: nothing of the run before is left in them
  start=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
  before=$(busy_and_all_ticks)
  start_load
  last_ms=$(date +%s%3N)
  local end_ms=$((last_ms + 1000 * SECONDS_OF_LOAD))
  while [ "$last_ms" -lt "$end_ms" ]; do
    sleep 1
    replicas=$(desired_replicas)
    now_ms=$(date +%s%3N)
    replica_ms=$((replica_ms + replicas * (now_ms - last_ms)))
    last_ms=$now_ms
  done
  after=$(busy_and_all_ticks)
  violations=$(daemon_log | jq -Rrn --arg start "$start" '
    [inputs | fromjson? | select(.event == "decision" and .ts >= $start)]
    | 100 * (map(select(.cpu_percent > .thresholds.cpu)) | length) / length')
  changes=$(count_scaled ".ts >= \"$start\"")
  bad=$(docker service logs --raw "${STACK}_load" 2>/dev/null | jq -Rrn '
    [inputs | fromjson? | select(.event == "load")] | last
    | 100 * (.slow + .failed + .dropped) / (.answered + .failed + .dropped)')
  awk -v run="$1" -v policy="$2" -v violations="$violations" -v bad="$bad" \
    -v replica_s=$((replica_ms / 1000)) -v changes="$changes" -v ticks="$before $after" 'BEGIN {
      split(ticks, t, " ")
      printf "%d,%s,%.1f,%.2f,%d,%d,%.0f\n", run, policy, violations, bad, replica_s, changes,
        100 * (t[3] - t[1]) / (t[4] - t[2])
    }' >>"$OUT"
}

# All runs, and the mean of each policy.
print_table() {
  awk -F, 'BEGIN { format = "%4s  %-16s  %12s  %14s  %9s  %7s  %14s\n" }
    NR == 1 { printf format, "run", "policy", "violations %", "bad requests %", "replica-s",
                "changes", "machine busy %"; next }
    {
      printf format, $1, $2, $3, $4, $5, $6, $7
      if (!count[$2]++) order[++policies] = $2
      for (i = 3; i <= 7; i++) sum[$2, i] += $i
    }
    END {
      for (k = 1; k <= policies; k++) {
        p = order[k]
        n = count[p]
        printf format, "mean", p, sprintf("%.1f", sum[p, 3] / n), sprintf("%.2f", sum[p, 4] / n),
          sprintf("%.0f", sum[p, 5] / n), sprintf("%.1f", sum[p, 6] / n),
          sprintf("%.0f", sum[p, 7] / n)
      }
    }' "$OUT"
}

clean_up() {
  local status=$?
  trap '' INT TERM
  trap - EXIT
  stop_step
  if [ "$status" -ne 0 ] && [ "$DEPLOYED" = yes ]; then
    say "The last lines of skep's log:"
    daemon_log | tail -n 10 >&2 || true
  fi
  if [ "$LAB_STARTED" = yes ]; then
    say "Taking the private engine down"
    ./lab.sh stop "$LAB"
  fi
  [ -z "$FOLDER" ] || rm -rf "$FOLDER"
  if [ "$status" -ne 1 ] || [ ! -s "$LOG" ]; then rm -f "$LOG"; fi
  exit "$status"
}

read_options "$@"
need_root docker/experiment.sh "installs packages and starts a Docker engine"
LOG=$(mktemp "${TMPDIR:-/tmp}/skep-experiment.XXXXXX.log")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/skep-experiment.XXXXXX")
chmod 755 "$FOLDER"  # the container that trains is not root
write_configurations
write_history
columns=run,policy,violations_percent,bad_requests_percent
echo "$columns,replica_seconds,changes,machine_busy_percent" >"$OUT" || die "Cannot write $OUT."
start_private_engine || die "The private engine did not start: see $LOG."
build_images
for ((number = 1; number <= RUNS; number++)); do
  one_run "$number" target_tracking
  one_run "$number" "$AGENT"
done
print_table
say "Written to $OUT"
