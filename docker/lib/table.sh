#!/bin/bash
# The live table of demo.sh: one line for each decision of the daemon, until it is killed.
#   table.sh AUTOSCALER_SERVICE LOAD_SERVICE START (seconds since 1970)
# The daemon's log and the load generator's are JSON lines; what else may stand there is skipped.
set -euo pipefail

row='%6s  %10s  %6s  %6s  %8s  %-10s  %s\n'
# shellcheck disable=SC2059 # the format is the variable
{
  printf "$row" time 'load req/s' CPU RAM replicas decision reason
}

# shellcheck disable=SC2016 # jq's own variables
decisions='
  def percent: if type == "number" then "\(round)%" else "-" end;
  def seconds: (.ts | sub("\\.[0-9]+"; "") | fromdate) - $start;
  foreach (inputs | fromjson? | objects) as $event ({};
    .row = null
    | if $event.event == "load" then .load = $event.planned_rps
      elif $event.event == "decision" and ($event | seconds) >= 0 then
        .row = [
          "\($event | seconds) s",
          (.load // "-" | tostring),
          ($event.cpu_percent | percent),
          ($event.ram_percent | percent),
          ($event.replicas | if .running != .desired then "\(.running) of \(.desired)"
                             else "\(.running)" end),
          ($event.action + (if $event.applied then " *" else "" end)),
          $event.reason]
      else . end;
    .row // empty | @tsv)'

{
  docker service logs --raw --follow "$1" 2>/dev/null &
  docker service logs --raw --follow "$2" 2>/dev/null &
  wait
} | jq -Rrn --unbuffered --argjson start "$3" "$decisions" |
  while IFS=$'\t' read -r time load cpu ram replicas decision reason; do
    # shellcheck disable=SC2059
    printf "$row" "$time" "$load" "$cpu" "$ram" "$replicas" "$decision" "$reason"
  done
