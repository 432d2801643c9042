#!/usr/bin/env bash
# Installs Waterwall as a service. Run it as often as you like: it makes what is missing, replaces
# only the program and its units, and never touches configuration, keys or logs that are there.
set -euo pipefail
shopt -s inherit_errexit

usage() {
  cat <<'TEXT'
usage: install.sh [--operator USER]... [--start] [--prefix DIR]

  --operator USER  may use the dashboard, the kill switch and `waterwall run`: a member of the
                   group waterwall. Reads no key. May be given more than once
  --start          enables and starts the service, and the weekly restart
  --prefix DIR     puts everything below DIR: no users, no units loaded (for packages and tests)

Run it as root from a checkout after `npm ci`, or from an installed package.
TEXT
}

prefix=
start=false
operators=()
while [ $# -gt 0 ]; do
  case $1 in
    --operator) operators+=("${2:?--operator needs a user}"); shift 2 ;;
    --prefix) prefix=${2:?--prefix needs a folder}; shift 2 ;;
    --start) start=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

changed=false
say() {
  printf '%-8s %s\n' "$1" "$2"
  case $1 in made | updated) changed=true ;; esac
}
refuse() { printf 'install.sh: %s\n  fix: %s\n' "$1" "$2" >&2; exit 1; }

source_folder=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
if [ -n "$prefix" ]; then
  mkdir -p "$prefix"
  prefix=$(cd "$prefix" && pwd)
fi
opt=$prefix/opt/waterwall
etc=$prefix/etc/waterwall
log=$prefix/var/log/waterwall
state=$prefix/var/lib/waterwall-signer
units=$prefix/usr/local/lib/systemd/system
bin=$prefix/usr/local/bin

# --- What must be there -----------------------------------------------------------------------
[ -n "$prefix" ] || [ "$(id -u)" = 0 ] || refuse 'this needs root' "sudo $0 $*"
[ -n "$prefix" ] || [ -d /run/systemd/system ] ||
  refuse 'systemd does not run this machine' 'start it with `waterwall up`, or give --prefix'
for tool in flock systemd-notify; do
  command -v "$tool" >/dev/null || refuse "$tool is missing" 'apt install util-linux systemd'
done
node=$(command -v node) || refuse 'node is missing' 'install Node 20.19 or later (apt install nodejs)'
node=$(readlink -f "$node")
"$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  refuse "$("$node" --version) is too old" 'install Node 20.19 or later'
case $node in
  /home/* | /root/* | /run/user/*)
    [ -n "$prefix" ] || refuse "$node lies in a user's folder, which a service must not run from" \
      "install Node for the whole system, or: sudo cp $node /usr/local/bin/" ;;
esac
[ -f "$source_folder/dist/program/main.js" ] ||
  refuse 'the program is not built' "cd $source_folder && npm ci"
packages=$("$node" "$source_folder/deploy/systemd/runtime-packages.mjs" "$source_folder")
for user in ${operators[@]+"${operators[@]}"}; do
  [ -n "$prefix" ] || id "$user" >/dev/null 2>&1 || refuse "there is no user $user" "adduser $user"
done

# --- Users and groups -------------------------------------------------------------------------
make_group() {
  if getent group "$1" >/dev/null; then say kept "group $1"; else
    groupadd --system "$1"
    say made "group $1"
  fi
}
make_user() { # name, its group, what it is
  if getent passwd "$1" >/dev/null; then say kept "user $1"; else
    useradd --system --gid "$2" --home-dir /nonexistent --no-create-home \
      --shell /usr/sbin/nologin --comment "$3" "$1"
    say made "user $1"
  fi
}
if [ -z "$prefix" ]; then
  make_group waterwall
  make_group waterwall-keys
  make_group waterwall-signer
  make_user waterwall waterwall 'Waterwall, the proxy'
  make_user waterwall-signer waterwall-signer 'Waterwall, the signer of the audit log'
  for user in ${operators[@]+"${operators[@]}"}; do
    if id -nG "$user" | tr ' ' '\n' | grep -qx waterwall; then say kept "operator $user"; else
      usermod --append --groups waterwall "$user"
      say made "operator $user (after the next login)"
    fi
  done
fi

# owner:group mode path. A prefix has no users: there nobody but its maker reads a key.
own() {
  if [ -n "$prefix" ]; then
    chmod "${2/64/60}" "$3"
  else
    chown "$1" "$3"
    chmod "$2" "$3"
  fi
}
make_folder() {
  if [ -d "$3" ]; then say kept "$3"; else
    mkdir -p "$3"
    say made "$3"
  fi
  own "$1" "$2" "$3"
}

# --- The program: a folder of its own for each version, out of everybody's reach ---------------
umask 022
mkdir -p "$opt" "$units" "$bin"
parts=(bin dist/program share deploy docs README.md LICENSE package.json)
mapfile -t packages <<<"$packages"
version=$("$node" -p 'require(process.argv[1]).version' "$source_folder/package.json")
digest=$(cd "$source_folder" && find "${parts[@]}" "${packages[@]}" -type f -print0 |
  LC_ALL=C sort -zu | xargs -0 sha256sum | sha256sum)
release=$version-${digest:0:12}
staging=$opt/.staging.$$
scratch=$(mktemp -d)
trap 'rm -rf "$staging" "$scratch"' EXIT
if [ -d "$opt/$release" ]; then say kept "$opt/$release"; else
  mkdir "$staging"
  for part in "${parts[@]}" "${packages[@]}"; do
    mkdir -p "$staging/$(dirname "$part")"
    [ -e "$staging/$part" ] ||
      cp -RP --preserve=mode "$source_folder/$part" "$staging/$part"
  done
  # npm packs no links.
  for agent in claude codex opencode hermes; do
    ln -sf waterwall-launch "$staging/deploy/wrappers/$agent"
  done
  [ -n "$prefix" ] || chown -R root:root "$staging"
  chmod -R u=rwX,go=rX "$staging"
  mv "$staging" "$opt/$release"
  say made "$opt/$release"
fi

link() { # target, name; a name that is somebody else's stays
  if [ "$(readlink "$2" || true)" = "$1" ]; then say kept "$2"
  elif [ -L "$2" ] && [[ $(readlink "$2") == *waterwall* || $2 == "$opt"/* ]]; then
    ln -s "$1" "$2.new.$$" && mv -T "$2.new.$$" "$2"
    say updated "$2 -> $1"
  elif [ -e "$2" ] || [ -L "$2" ]; then say left "$2, which is not Waterwall's: use $1"
  else
    ln -s "$1" "$2"
    say made "$2 -> $1"
  fi
}
link "$node" "$opt/node"
link "$release" "$opt/current"
link /opt/waterwall/current/bin/waterwall.js "$bin/waterwall"
link /opt/waterwall/current/deploy/wrappers/waterwall-launch "$bin/waterwall-launch"
link /opt/waterwall/current/deploy/waterwall-tui "$bin/waterwall-tui"

# --- Homes, CA, keys --------------------------------------------------------------------------
make_folder root:waterwall 0750 "$etc"
make_folder waterwall:waterwall 0750 "$log"
make_folder waterwall-signer:waterwall-signer 0700 "$state"
# Before the log is made: with a signer of its own, the proxy makes no keys for it.
if [ -e "$etc/config.yaml" ]; then say kept "$etc/config.yaml"; else
  cat >"$scratch/config.yaml" <<'YAML'
# Settings that differ from the defaults; `waterwall config` prints all, with where each came from.
audit:
  # The signer is a service of its own user: the proxy cannot rewrite what was signed.
  signer: /run/waterwall-signer/signer.sock
YAML
  install -m 0640 "$scratch/config.yaml" "$etc/config.yaml"
  say made "$etc/config.yaml"
fi
own_signer=true
if ! grep -qF waterwall-signer/signer.sock "$etc/config.yaml"; then
  own_signer=false
  say left "the signer with the proxy: $etc/config.yaml names no socket of its own (docs/deploy.md)"
elif [ -e "$etc/signing.pub" ]; then say kept "$etc/signing.pub"
else
  # The keys are made by their own user; an installation that was cut short has them already.
  as_signer=()
  [ -n "$prefix" ] ||
    as_signer=(setpriv --reuid waterwall-signer --regid waterwall-signer --clear-groups)
  [ -e "$state/vkeys" ] || (cd "$state" && env -i PATH="$PATH" ${as_signer[@]+"${as_signer[@]}"} \
    "$node" "$opt/$release/bin/waterwall.js" signer --init --state "$state") >/dev/null
  install -m 0640 "$state/vkeys" "$etc/signing.pub"
  say made "$etc/signing.pub, the signer's keys in $state"
fi
if [ -f "$etc/ca.key" ] && [ -f "$etc/session.key" ] && [ ! -e "$etc/.init-pending" ]; then
  say kept "CA, keys and configuration in $etc"
else
  env -u WATERWALL_HOME -u NODE_OPTIONS CONFIGURATION_DIRECTORY="$etc" LOGS_DIRECTORY="$log" \
    RUNTIME_DIRECTORY="$scratch" "$node" "$opt/$release/bin/waterwall.js" init |
    while read -r path; do say made "$path"; done
fi
# What root made there, now or with `waterwall init --new-log`, is the proxy's to write.
[ -n "$prefix" ] || chown -R waterwall:waterwall "$log"
# Known-good modes: the proxy reads all of it and writes none; operators read no key.
for file in "$etc"/*; do
  case ${file##*/} in
    ca.key | ca.key.* | session.key | session.key.* | known_secrets.yaml | known_secrets.yaml*)
      own root:waterwall-keys 0640 "$file" ;;
    *) [ ! -f "$file" ] || own root:waterwall 0640 "$file" ;;
  esac
done

# --- Units and log rotation -------------------------------------------------------------------
put() { # from, to: ours, so that a new version replaces it
  if cmp -s "$1" "$2"; then say kept "$2"; else
    local word=made
    [ ! -e "$2" ] || word=updated
    install -m 0644 "$1" "$2"
    say "$word" "$2"
  fi
}
here=$opt/$release/deploy
for unit in "$here"/systemd/*.service "$here"/systemd/*.timer; do put "$unit" "$units/${unit##*/}"; done
mkdir -p "$prefix/etc/logrotate.d"
if [ -e "$prefix/etc/logrotate.d/waterwall" ]; then say kept "$prefix/etc/logrotate.d/waterwall"; else
  put "$here/logrotate/waterwall" "$prefix/etc/logrotate.d/waterwall"
fi

if [ -z "$prefix" ]; then
  systemctl daemon-reload
  if $start; then
    services=(waterwall.service waterwall-restart.timer)
    ! $own_signer || services=(waterwall-signer.service "${services[@]}")
    systemctl enable --now "${services[@]}"
    say started "${services[*]}"
  elif $changed && systemctl is-active --quiet waterwall.service; then
    say running 'the version before, until: systemctl restart waterwall-signer waterwall'
  fi
fi

cat <<TEXT

What comes next
  1. look at $etc/permitted_hosts.yaml; after a change: waterwall regen-ca
  2. name secrets no pattern knows in $etc/known_secrets.yaml
  3. systemctl enable --now waterwall-signer waterwall waterwall-restart.timer
  4. waterwall verify-install --runtime; copy $etc/signing.pub to another machine
  5. as an operator (install.sh --operator USER): waterwall run -- claude
Changes of the units belong into drop-ins: systemctl edit waterwall
TEXT
