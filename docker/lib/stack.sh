# The demo stack (docker/mystack.yml) on a private engine, for demo.sh and experiment.sh. Sourced
# after the other files of lib/; the current folder is docker/. LOG and LAB are the caller's.
# shellcheck shell=bash disable=SC2034,SC2154

STACK=mystack
IMAGES=(skep-demo/prometheus skep-demo/application skep-demo/skep)
LAB_STARTED=no
BASE=  # the name of the base image, set when there is an engine to build on
DEPLOYED=no

# False when this machine cannot run one.
start_private_engine() {
  ( install_packages "$LOG" "${LAB_PACKAGES[@]}" ) || return
  say "Starting a private Docker engine"
  LAB_STARTED=yes
  if ! run "$LOG" ./lab.sh start "$LAB" --owner $$; then
    LAB_STARTED=no  # it has cleaned up after itself
    return 1
  fi
  eval "$(./lab.sh env "$LAB")"
  BASE=debian:bookworm-slim
}

build_images() {
  local image file started
  import_base_image "$BASE" "$LOG"
  for image in "${IMAGES[@]}"; do
    case $image in
      */prometheus) file=demo/prometheus.Dockerfile ;;
      */application) file=demo/Dockerfile ;;
      *) file=Dockerfile ;;
    esac
    started=$SECONDS
    run "$LOG" docker build --network host --build-arg "BASE=$BASE" -f "$file" -t "$image" .. ||
      die "Building the image $image failed: see $LOG."
    say "Built $image in $((SECONDS - started)) s"
  done
}

# deploy_stack CONFIG: with these settings of skep, a path from docker/ or an absolute one.
deploy_stack() {
  local socket=${DOCKER_HOST#unix://}
  DOCKER_SOCKET=$socket DOCKER_GID=$(stat -Lc %g "$socket") SKEP_CONFIG_FILE=$1
  SKEP_CONFIG_VERSION=$(cat "$1" demo/prometheus.yml | sha256sum | cut -c1-12)
  export DOCKER_SOCKET DOCKER_GID SKEP_CONFIG_FILE SKEP_CONFIG_VERSION
  DEPLOYED=yes
  run "$LOG" docker stack deploy --resolve-image never -c mystack.yml "$STACK" ||
    die "Deploying the stack failed: see $LOG."
}

daemon_log() { docker service logs --raw "${STACK}_autoscaler" 2>/dev/null; }

wait_for_first_decision() {
  local tries=60
  say "Waiting for the first decision of skep"
  until daemon_log | grep '"event":"decision"' >/dev/null; do
    [ $((tries -= 1)) -gt 0 ] || die "skep made no decision within 2 minutes."
    sleep 2
  done
}

# The label makes it a part of the stack: `docker stack rm` removes it too.
start_load() {
  run "$LOG" docker service create --detach --no-resolve-image --name "${STACK}_load" \
    --label "com.docker.stack.namespace=$STACK" --network "${STACK}_backend" \
    --endpoint-mode dnsrr --restart-condition none --limit-memory 64M \
    skep-demo/application skep-demo-load --seconds "$SECONDS_OF_LOAD" ||
    die "Starting the load generator failed: see $LOG."
}

desired_replicas() {
  docker service inspect --format '{{.Spec.Mode.Replicated.Replicas}}' "${STACK}_application"
}

# count_scaled CONDITION: how many `scaled` events in the daemon's log satisfy it.
count_scaled() {
  daemon_log | jq -Rn "[inputs | fromjson? | select(.event == \"scaled\") | select($1)] | length"
}
