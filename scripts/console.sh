#!/bin/sh
# Build the console (map_ui/web) into map_ui/static when its sources changed since the last build.
# usage: scripts/console.sh [test]     (test runs its own tests as well)
set -eu
cd "$(dirname "$0")/.."
. scripts/messages.sh

web=map_ui/web
[ -f "$web/package.json" ] || exit 0

# Node comes with the virtual environment; a system's node of version 20 or later serves as well.
root=$PWD
if [ -x .venv/bin/node ]; then
    PATH=$root/.venv/bin:$PATH
    export PATH
elif ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2>/dev/null; then
    fail "缺少 Node 20 以上。" "Node 20 or later is missing; it is part of requirements/dev.txt."
fi

hash_of() { find "$@" -type f ! -path '*/node_modules/*' ! -path '*/.*' -exec sha256sum {} + | sort | sha256sum | cut -c1-16; }

packages_stamp=$web/node_modules/.stamp-$(sha256sum "$web/package-lock.json" | cut -c1-16)
install_packages() {
    [ -f "$packages_stamp" ] && return
    say "安装控制台的构建工具" "installing the console's build tools"
    (cd "$web" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) >&2
    : > "$packages_stamp"
}

build_stamp=map_ui/static/.stamp-$(hash_of "$web")
if [ ! -f "$build_stamp" ]; then
    install_packages
    say "构建控制台" "building the console"
    (cd "$web" && npm run --silent build) >&2
    mkdir -p map_ui/static
    rm -f map_ui/static/.stamp-*
    : > "$build_stamp"
fi

if [ "${1:-}" = test ]; then
    install_packages
    (cd "$web" && npm test --if-present)
fi
