#!/bin/bash
# A private Docker engine in Swarm mode, in a network namespace of its own, for the demo and the
# end-to-end tests. It does not touch a Docker that runs on this host, and several labs can run at
# once. Debian 12, as root.
#
#   lab.sh start NAME [--owner PID]  start one, ready for services, with the image
#                                    debian:bookworm-slim; it is swept away when its owner
#                                    (default: the calling process) has ended without stopping it
#   lab.sh exec NAME COMMAND...      run a command in its network, with DOCKER_HOST set to it
#   lab.sh env NAME                  print DOCKER_HOST, LAB_ADDRESS and so on, for `eval`
#   lab.sh engine-stop NAME          stop dockerd and its containers, keep everything else
#   lab.sh engine-start NAME         start dockerd again
#   lab.sh keep NAME                 no owner from now on: it stays until `stop`
#   lab.sh stop NAME                 take everything away again
#
# The host end of the lab's veth pair is 198.18.N.1, the namespace 198.18.N.2 (a range set aside
# for tests, RFC 2544).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. lib/common.sh
. lib/packages.sh
. lib/base_image.sh

LAB_ROOT=${SKEP_LAB_ROOT:-/var/lib/skep-lab}
RUN_DIR=/run/skep-lab  # the lock, the logs, and what ip_forward was before the first lab

use_name() {
  [[ ${1:-} =~ ^[a-z0-9-]{1,20}$ ]] ||
    die "A lab's name is 1 to 20 of a-z, 0-9 and '-', but this one is '${1:-}'."
  NAME=$1
  DIR=$LAB_ROOT/$NAME
  LOG=$RUN_DIR/$NAME.log
  NETNS=skep-$NAME
  CGROUP=skep-$NAME
}

process_start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# True when the lab's owner still runs, or the lab is to be kept.
has_owner() {
  local pid started
  read -r pid started <"$DIR/owner" 2>/dev/null || return 1
  [ "$pid" = keep ] && return 0
  [ -n "$started" ] && [ "$(process_start_time "$pid")" = "$started" ]
}

# ---- network -----------------------------------------------------------------------------------

read_network() {
  N=$(cat "$DIR/subnet" 2>/dev/null) || return 1
  LAB_ADDRESS=198.18.$N.2
  HOST_LINK=skeplab$N
}

# Claims the first subnet that neither a lab nor the host uses. Under the lock.
claim_subnet() {
  for ((N = 1; N < 255; N++)); do
    if [ -z "$(ip -4 route show root 198.18.$N.0/24)" ] &&
      ! grep -qsx "$N" "$LAB_ROOT"/*/subnet; then
      echo "$N" >"$DIR/subnet"
      return 0
    fi
  done
  die "All 254 lab networks are in use: stop labs that are not needed any more (lab.sh stop NAME)."
}

# for_each_rule FUNCTION: calls it with each host rule that gives the lab the way to the package
# mirror, as `TABLE CHAIN MATCH...`.
for_each_rule() {
  "$1" nat POSTROUTING -s "198.18.$N.0/30" ! -o "$HOST_LINK" -j MASQUERADE
  "$1" filter FORWARD -i "$HOST_LINK" -j ACCEPT
  "$1" filter FORWARD -o "$HOST_LINK" -j ACCEPT
}

insert_rule() { iptables -w -t "$1" -I "${@:2}"; }

# A crashed run may have left more than one.
delete_rule() { while iptables -w -t "$1" -D "${@:2}" 2>/dev/null; do :; done; }

start_network() {
  read_network
  ip netns add "$NETNS"
  ip link add "$HOST_LINK" type veth peer name uplink netns "$NETNS"
  ip addr add "198.18.$N.1/30" dev "$HOST_LINK"
  ip link set "$HOST_LINK" up
  ip -n "$NETNS" addr add "$LAB_ADDRESS/30" dev uplink
  ip -n "$NETNS" link set lo up
  ip -n "$NETNS" link set uplink up
  ip -n "$NETNS" route add default via "198.18.$N.1"
  for_each_rule insert_rule
}

stop_network() {
  read_network || return 0
  for_each_rule delete_rule
  ip netns del "$NETNS" 2>/dev/null || true
  ip link del "$HOST_LINK" 2>/dev/null || true
}

# ---- engine ------------------------------------------------------------------------------------

# in_lab COMMAND...: starts it in the lab's network, with the lab's name as its host name, and sets
# STARTED to its process id. Not `ip netns exec`: that mounts a new /sys, and the cgroups are gone.
in_lab() {
  # shellcheck disable=SC2016
  setsid nsenter --net="/run/netns/$NETNS" unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' \
    sh "$NAME" "$@" >>"$LOG" 2>&1 </dev/null &
  STARTED=$!
  disown "$STARTED"
}

start_engine() {
  local parent=(--cgroup-parent "/$CGROUP") tries=300
  # Where systemd manages the cgroups it makes and removes one for each container itself.
  [ ! -d /run/systemd/system ] || parent=()
  rm -f "$DIR"/*.pid
  # A containerd of its own: dockerd would take the host's wherever there is one.
  cat >"$DIR/containerd.toml" <<END
version = 2
root = "$DIR/containerd"
state = "$DIR/exec/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$DIR/containerd.sock"
END
  in_lab containerd --config "$DIR/containerd.toml" --log-level warn
  echo "$STARTED" >"$DIR/containerd.pid"
  # An empty configuration file: the host's own /etc/docker/daemon.json is not meant for this one.
  echo '{}' >"$DIR/daemon.json"
  in_lab dockerd --config-file "$DIR/daemon.json" --data-root "$DIR/data" \
    --exec-root "$DIR/exec" --pidfile "$DIR/docker.pid" -H "$DOCKER_HOST" \
    --containerd "$DIR/containerd.sock" --shutdown-timeout 5 "${parent[@]}"
  until docker info >/dev/null 2>&1; do
    is_running "$STARTED" || die "The private dockerd ended at its start: see $LOG."
    [ $((tries -= 1)) -gt 0 ] || die "The private dockerd does not answer: see $LOG."
    sleep 0.1
  done
}

# What runs in the lab's network (dockerd, containerd and its shims, what `lab.sh exec` started),
# and what runs in a container: that has its root file system in the lab's folder.
lab_processes() {
  {
    ip netns pids "$NETNS" 2>/dev/null || true
    grep -lsE "^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ / .*upperdir=$DIR/" /proc/[0-9]*/mountinfo |
      cut -d/ -f3 || true
  } | sort -u
}

# Lets dockerd stop its containers and itself, then containerd.
stop_engine() {
  local program pid
  for program in docker containerd; do
    pid=$(cat "$DIR/$program.pid" 2>/dev/null || true)
    [ -n "$pid" ] || continue
    kill -TERM "$pid" 2>/dev/null || true
    wait_gone 30 "$pid" || die "The private engine's process $pid does not end: see $LOG."
  done
}

# Not gently: nothing of the lab is needed any more.
kill_processes() {
  local pids
  for _ in 1 2 3 4 5; do
    mapfile -t pids < <(lab_processes)
    [ ${#pids[@]} -gt 0 ] || return 0
    kill -KILL "${pids[@]}" 2>/dev/null || true
    wait_gone 3 "${pids[@]}" || true
  done
}

# The sockets of the containers' shims are the only files of an engine outside its folder.
remove_shim_sockets() {
  local file socket
  for file in "$DIR"/exec/containerd/io.containerd.runtime.v2.task/*/*/address; do
    [ -e "$file" ] || continue
    socket=$(cat "$file")
    rm -f "${socket#unix://}"
  done
}

remove_cgroups() {
  for _ in 1 2 3 4 5; do  # the kernel may need a moment after the last process has gone
    find /sys/fs/cgroup -depth -type d \( -name "$CGROUP" -o -path "*/$CGROUP/*" \) \
      -exec rmdir {} + 2>/dev/null || true
    [ -n "$(find /sys/fs/cgroup -type d -name "$CGROUP" -print -quit)" ] || return 0
    sleep 0.2
  done
}

# ---- commands ----------------------------------------------------------------------------------

set_environment() {
  read_network || die "There is no lab named '$NAME': start it with lab.sh start $NAME."
  export DOCKER_HOST=unix://$DIR/docker.sock
  export DOCKER_CONFIG=$DIR/client DOCKER_BUILDKIT=0
  export LAB_ADDRESS LAB_NETNS=$NETNS LAB_DIR=$DIR
}

# Takes everything of the lab away; safe to call at any time, any number of times.
remove_lab() {
  kill_processes
  stop_network
  remove_shim_sockets
  unmount_below "$DIR"
  remove_cgroups
  rm -rf --one-file-system "$DIR"
  if [ -e "$RUN_DIR/ip_forward" ] && [ -z "$(ls -A "$LAB_ROOT" 2>/dev/null)" ]; then
    # A Docker that came up in the meantime needs forwarding as it is now.
    ip link show docker0 >/dev/null 2>&1 || cat "$RUN_DIR/ip_forward" >/proc/sys/net/ipv4/ip_forward
    rm -f "$RUN_DIR/ip_forward"
    rmdir "$LAB_ROOT" 2>/dev/null || true
  fi
}

# One at a time, since labs share the choice of subnets and ip_forward.
locked() {
  exec 9>"$RUN_DIR/lock"
  flock 9
  "$@" 9>&-
  exec 9>&-
}

sweep_and_claim() {
  local folder wanted=$NAME
  mkdir -p "$LAB_ROOT"
  for folder in "$LAB_ROOT"/*/; do
    [ -d "$folder" ] || continue
    use_name "$(basename "$folder")"
    if ! has_owner; then
      say "Taking away what is left of the lab '$NAME'"
      remove_lab
      rm -f "$LOG"
    fi
  done
  use_name "$wanted"
  [ ! -e "$DIR" ] || die "The lab '$NAME' runs already: stop it with lab.sh stop $NAME."
  mkdir -p "$DIR/client"
  echo "$OWNER $(process_start_time "$OWNER")" >"$DIR/owner"
  [ -e "$RUN_DIR/ip_forward" ] || cat /proc/sys/net/ipv4/ip_forward >"$RUN_DIR/ip_forward"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  claim_subnet
}

abandon_start() {
  trap - EXIT INT TERM
  stop_step
  locked remove_lab  # but not the log: it says why
  exit 1
}

start() {
  need_root lab.sh "starts a Docker engine in a network namespace"
  mkdir -p "$RUN_DIR"
  install_packages "$LOG" "${LAB_PACKAGES[@]}"
  locked sweep_and_claim
  trap abandon_start EXIT INT TERM
  set_environment
  say "Starting the private engine '$NAME'"
  start_network
  start_engine
  docker swarm init --advertise-addr "$LAB_ADDRESS" >>"$LOG" 2>&1 ||
    die "The private engine did not become a Swarm manager: see $LOG."
  import_base_image debian:bookworm-slim "$LOG"
  trap - EXIT INT TERM
}

command=${1:-}
case $command in
  start)
    use_name "${2:-}"
    OWNER=$PPID
    [ "${3:-}" != --owner ] || OWNER=${4:?--owner needs a process id}
    start
    ;;
  stop)
    use_name "${2:-}"
    need_root lab.sh "takes a network namespace away"
    mkdir -p "$RUN_DIR"
    locked remove_lab
    rm -f "$LOG"
    ;;
  exec)
    use_name "${2:-}"
    set_environment
    shift 2
    exec nsenter --net="/run/netns/$NETNS" "$@"
    ;;
  env)
    use_name "${2:-}"
    set_environment
    for variable in DOCKER_HOST DOCKER_CONFIG DOCKER_BUILDKIT LAB_ADDRESS LAB_NETNS LAB_DIR; do
      printf 'export %s=%q\n' "$variable" "${!variable}"
    done
    ;;
  engine-stop)
    use_name "${2:-}"
    stop_engine
    ;;
  engine-start)
    use_name "${2:-}"
    set_environment
    start_engine
    ;;
  keep)
    use_name "${2:-}"
    set_environment
    echo keep >"$DIR/owner"
    ;;
  *)
    say "Usage: lab.sh start|stop|exec|env|engine-start|engine-stop|keep NAME ..." \
      "(see the top of lab.sh)"
    exit 2
    ;;
esac
