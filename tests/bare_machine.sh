#!/usr/bin/env bash
# Runs the README's two commands on a bare Debian 12 that has only `python3`: a fresh root made by debootstrap, a clone
# of this project inside, nothing else. Needs root, debootstrap, git and the network. The root is left standing.
#
#   tests/bare_machine.sh FOLDER [MIRROR]
#
# The machine's own settings for pip are taken along (PIP_*, pip.conf, certificates, an index on its disk).
# COMMANDS="demo" or COMMANDS="test --quick" runs something else than both.
set -euo pipefail

folder=${1:?a folder for the new root, outside the project}
mirror=${2:-}
project=$(cd "$(dirname "$0")/.." && pwd)
root=$folder/root

# A mount namespace of its own: what is mounted below ends with this script, however it ends.
if [ -z "${BARE_MACHINE:-}" ]; then BARE_MACHINE=1 exec unshare --mount "$0" "$@"; fi

mkdir -p "$folder"
if [ ! -e "$root/srv/bare" ]; then
    debootstrap --variant=minbase --include=python3 bookworm "$root" ${mirror:+"$mirror"}
    touch "$root/srv/bare"
fi
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind /dev "$root/dev"
mkdir -p "$root/dev/shm"
mount -t tmpfs tmpfs "$root/dev/shm"

for file in /etc/resolv.conf /etc/hosts; do
    if [ -e "$file" ]; then cp -L "$file" "$root$file"; fi
done
# Certificates go to a place that no package of the new root writes to, and the settings that name them are turned there.
bundle=/etc/ssl/certs/ca-certificates.crt
turn() { sed "s,$bundle,/srv/certificates.crt,g"; }
if [ -e "$bundle" ]; then cp -L "$bundle" "$root/srv/certificates.crt"; fi
if [ -e /etc/pip.conf ]; then turn < /etc/pip.conf > "$root/etc/pip.conf"; fi
# The folders that pip is set to look into.
places=$( (env | grep '^PIP_'; cat /etc/pip.conf) 2>/dev/null | grep -o '/[^ ,:=]*' | sed 's,^//*,/,' | sort -u)
for place in $places; do
    case $place in */simple) place=${place%/simple} ;; esac
    if [ -d "$place" ]; then mkdir -p "$root$place" && mount --rbind -o ro "$place" "$root$place"; fi
done

rm -rf "$root/srv/assay"
git clone -q "$project" "$root/srv/assay"

settings=()
while IFS= read -r setting; do settings+=("$setting"); done \
    < <(env | grep -E '^(PIP_|SSL_CERT_FILE=|REQUESTS_CA_BUNDLE=|https?_proxy=|HTTPS?_PROXY=)' | turn || true)
inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${settings[@]}" chroot "$root" /bin/sh -c "cd /srv/assay && $1"
}
timed() {
    echo "== $1"
    local began=$EPOCHREALTIME status=0
    inside "$1" || status=$?
    echo "== $1: status $status, $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms"
    return "$status"
}

inside 'python3 --version; python3 -c "import ensurepip" 2>&1 | tail -1; for tool in pip git; do command -v $tool || echo no $tool; done'
if [ -n "${COMMANDS:-}" ]; then
    timed "python3 run.py $COMMANDS"
else
    timed 'python3 run.py demo'
    timed 'python3 run.py test'
fi
timed 'python3 run.py extractors >/dev/null'
