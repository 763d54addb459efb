# The base image debian:bookworm-slim without a registry: made with debootstrap from the package
# mirror that this host uses, kept as a file for the next time. Sourced after common.sh.
# shellcheck shell=bash

LAB_CACHE=${SKEP_LAB_CACHE:-/var/cache/skep-lab}

# The host's own Debian sources, one "deb URI SUITE COMPONENT" a line.
host_apt_sources() {
  # shellcheck disable=SC2016 # apt-get's own variables
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Identifier: Packages' 'Origin: Debian' |
    grep -E ' bookworm(-updates|-security)? ' | sort -u
}

# How the host reaches them (proxy, checks), as lines of an apt configuration.
host_apt_settings() {
  apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries|ForceIPv4)[^ ]* "[^"]*";' || true
}

# make_rootfs FILE LOG: the root file system of the base image as a tar file.
make_rootfs() {
  local file=$1 log=$2 sources mirror folder status=0
  sources=$(host_apt_sources) || true
  if [ -z "$sources" ]; then
    apt-get -qq update >>"$log" 2>&1 || true
    sources=$(host_apt_sources) || true
  fi
  mirror=$(awk '$3 == "bookworm" {print $2; exit}' <<<"$sources")
  [ -n "$mirror" ] || die "No package source for Debian bookworm was found: run apt-get update" \
    "and see that /etc/apt/sources.list names one."
  folder=$LAB_CACHE/build.$$
  mkdir -p "$folder"
  run "$log" debootstrap --variant=minbase --include=ca-certificates bookworm \
    "$folder" "$mirror" || status=$?
  if [ "$status" -ne 0 ]; then
    remove_rootfs_folder "$folder"
    die "Making the base image failed: see $log."
  fi
  printf '%s\n' "$sources" >"$folder/etc/apt/sources.list"
  rm -f "$folder"/etc/apt/sources.list.d/*
  host_apt_settings >"$folder/etc/apt/apt.conf.d/50host"
  # As in Docker's own image: no documentation, no translations, no fsync while installing.
  {
    printf 'path-exclude /usr/share/%s/*\n' doc man info locale
    echo force-unsafe-io
  } >"$folder/etc/dpkg/dpkg.cfg.d/slim"
  rm -rf "$folder"/usr/share/{doc,man,info,locale}/* "$folder"/var/cache/apt/archives/*.deb \
    "$folder"/var/lib/apt/lists/*
  tar -C "$folder" --one-file-system -cf "$file.$$" . && mv "$file.$$" "$file"
  remove_rootfs_folder "$folder"
}

# debootstrap that was cut off may have left /proc mounted in there.
remove_rootfs_folder() {
  unmount_below "$1"
  rm -rf --one-file-system "$1"
}

# unmount_below FOLDER: unmounts what is mounted in it, the innermost first.
unmount_below() {
  local point
  awk -v folder="$1/" 'index($2, folder) == 1 {print $2}' /proc/mounts | sort -r |
    while IFS= read -r point; do umount -l "$point" 2>/dev/null || true; done
}

# import_base_image TAG LOG: makes TAG on the engine that DOCKER_HOST names, when it is not there.
import_base_image() {
  local tag=$1 log=$2 key file folder pid
  docker image inspect "$tag" >/dev/null 2>&1 && return 0
  mkdir -p "$LAB_CACHE"
  for folder in "$LAB_CACHE"/build.*; do  # of runs that were killed
    pid=${folder##*.}
    [ ! -d "$folder" ] || is_running "$pid" || remove_rootfs_folder "$folder"
  done
  # Other sources or settings of the host, or another way of making it, make another file.
  key=$({ host_apt_sources; host_apt_settings; declare -f make_rootfs; } 2>/dev/null |
    sha256sum | cut -c1-12)
  file=$LAB_CACHE/bookworm-$key.tar
  exec 8>"$LAB_CACHE/lock"
  flock 8
  if [ ! -s "$file" ]; then
    say "Making the base image debian:bookworm-slim (once, about a minute)"
    make_rootfs "$file" "$log" 8>&-
  fi
  exec 8>&-
  docker import -c 'CMD ["bash"]' "$file" "$tag" >>"$log" 2>&1 ||
    die "Importing the base image into Docker failed: see $log."
}
