# Debian packages that the lab and a build of skep need; sourced after common.sh.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by those who source this
BUILD_PACKAGES=(g++ cmake ninja-build libboost1.81-dev libboost-url1.81-dev libcli11-dev
  libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev zlib1g-dev)
# shellcheck disable=SC2034 # used by lab.sh and demo.sh
LAB_PACKAGES=(docker.io iptables iproute2 util-linux debootstrap ca-certificates jq)

# missing_packages PACKAGE...: prints those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' ||
      echo "$package"
  done
}

# install_packages LOG PACKAGE...: installs those that are missing. A service that a package would
# start (dockerd, prometheus) is kept from starting: the lab has its own.
install_packages() {
  local log=$1 missing
  shift
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]}"
  install_without_starting "$log" "${missing[@]}" ||
    die "Installing ${missing[*]} failed: see $log."
}

# install_without_starting LOG PACKAGE...: in a subshell, whose traps take back the policy of the host
# whatever ends it. A signal waits for apt-get: a package manager that is cut off leaves a broken
# system.
install_without_starting() (
  exec >>"$1" 2>&1
  shift
  policy=/usr/sbin/policy-rc.d
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"
)
