#!/usr/bin/env bash
# Takes Waterwall's service away. Configuration, keys, audit log and users stay unless --purge.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: uninstall.sh [--purge] [--prefix DIR]

  --purge       also removes configuration, CA, keys, audit log, the signer's state and the users.
                Without a copy of the log and signing.pub nothing of it can be proved any more
  --prefix DIR  what install.sh --prefix DIR made
TEXT
}

prefix=
purge=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift 2 ;;
    --purge) purge=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -z "$prefix" ] || prefix=$(cd "$prefix" && pwd)
if [ -z "$prefix" ] && [ "$(id -u)" != 0 ]; then
  printf 'uninstall.sh: this needs root\n  fix: sudo %s\n' "$0" >&2
  exit 1
fi

say() { printf '%-8s %s\n' "$1" "$2"; }
remove() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  rm -rf "$1"
  say removed "$1"
}

opt=$prefix/opt/waterwall
units=$prefix/usr/local/lib/systemd/system
if [ -z "$prefix" ]; then
  for unit in waterwall-restart.timer waterwall.service waterwall-signer.service; do
    if [ -e "$units/$unit" ]; then
      systemctl disable --now "$unit"
      say stopped "$unit"
    fi
  done
fi
for unit in waterwall.service waterwall-signer.service waterwall-restart.service waterwall-restart.timer; do
  remove "$units/$unit"
done
[ -n "$prefix" ] || systemctl daemon-reload
for name in waterwall waterwall-launch waterwall-tui; do
  case $(readlink "$prefix/usr/local/bin/$name" || true) in
    /opt/waterwall/*) remove "$prefix/usr/local/bin/$name" ;;
  esac
done
# Wrappers under agents' names, where somebody linked them.
for name in "$prefix"/usr/local/bin/*; do
  case $(readlink "$name" || true) in
    waterwall-launch | */waterwall-launch) remove "$name" ;;
  esac
done
remove "$prefix/etc/logrotate.d/waterwall"
remove "$opt"
remove "$prefix/run/waterwall"
remove "$prefix/run/waterwall-signer"

kept=("$prefix/etc/waterwall" "$prefix/var/log/waterwall" "$prefix/var/lib/waterwall-signer")
for path in "${kept[@]}"; do
  if $purge; then remove "$path"; elif [ -e "$path" ]; then say kept "$path"; fi
done
if [ -z "$prefix" ]; then
  for user in waterwall waterwall-signer; do
    getent passwd "$user" >/dev/null || continue
    if $purge; then
      userdel "$user"
      say removed "user $user"
    else say kept "user $user"; fi
  done
  for group in waterwall waterwall-signer waterwall-keys; do
    getent group "$group" >/dev/null || continue
    if $purge; then
      groupdel "$group"
      say removed "group $group"
    fi
  done
fi
$purge || printf '\nKeys and logs stay. To remove them too: %s --purge\n' "$0"
