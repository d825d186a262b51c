#!/bin/sh
# See to the programs that come from Debian: install what is missing where that is allowed, else say exactly what to do.
# usage: scripts/debian_packages.sh run|test|bench
set -eu
cd "$(dirname "$0")/.."
. scripts/messages.sh

# The newest server here of version 15 or later; empty when there is none.
newest_server() {
    for folder in /usr/lib/postgresql/*/bin; do
        major=$(basename "$(dirname "$folder")")
        [ -x "$folder/initdb" ] && [ "$major" -ge 15 ] 2>/dev/null && echo "$major"
    done | sort -n | tail -n 1
}

has_postgis() {
    for folder in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /)")"; do
        [ -x "$folder/initdb" ] || continue
        share=$("$folder/pg_config" --sharedir 2>/dev/null || dirname "$folder")
        major=$("$folder/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
        if [ "$major" -ge 15 ]; then
            for place in "$share" "/usr/share/postgresql/$major"; do
                [ -f "$place/extension/postgis.control" ] && return 0
            done
        fi
    done
    return 1
}

# Debian keeps what virtual environments need in a package of its own, for each version of Python.
python_packages() {
    find_python >/dev/null && return
    if any=$(find_python any); then
        "$any" -c 'import sys; print("python{}.{}-venv".format(*sys.version_info[:2]))'
    else
        printf '%s\n' python3 python3-venv
    fi
}

missing_for() {
    python_packages
    if [ -z "${WANGGE_DATABASE_URL:-}" ] || [ "$1" != run ]; then
        major=$(newest_server)
        has_postgis || echo "postgresql-${major:+$major-}postgis${major:+-3}"
    fi
    if [ "$1" = bench ]; then
        command -v wrk >/dev/null || echo wrk
    fi
    if [ "$1" != run ]; then
        command -v chromium >/dev/null || echo chromium
        { fc-list 2>/dev/null || true; } | grep -q 'Noto Sans CJK\|Noto Serif CJK' || echo fonts-noto-cjk
        command -v fc-list >/dev/null || echo fontconfig
    fi
}

packages=$(missing_for "${1:-run}" | xargs)
[ -n "$packages" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    fail "缺少 Debian 软件包：$packages。请管理员执行“apt-get install $packages”后重试，或改用“docker compose up”。" \
        "Debian packages are missing: $packages. Ask an administrator to run 'apt-get install $packages' and try again, or use 'docker compose up'."
fi
command -v apt-get >/dev/null || fail "请安装：$packages" "Please install: $packages (no apt-get here)"

mkdir -p .wangge
log=.wangge/debian_packages.log
say "安装 Debian 软件包 $packages（过程见 $log）" "installing Debian packages $packages (see $log)"
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }
# shellcheck disable=SC2086 # several packages are several words
install() { apt update >> "$log" 2>&1 && apt install --no-install-recommends $packages >> "$log" 2>&1 < /dev/null; }
install || { sleep 5 && install; } || {
    tail -n 20 "$log" >&2
    fail "安装失败：$packages" "Installing $packages failed."
}
