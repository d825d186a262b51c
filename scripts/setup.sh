#!/bin/sh
# Prepare .venv with the locked packages and the `wangge` command, what it needs from Debian, and the console.
# usage: scripts/setup.sh run|test|bench      (what for decides which Debian packages and which lock)
# Everything done leaves a stamp, so a second run takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."
. scripts/messages.sh

purpose=${1:-run}
lock=requirements/dev.txt
[ "$purpose" = bench ] && lock=requirements/bench.txt

make_venv() {
    python=$(find_python) || fail "需要 Python 3.11 以上。" "Python 3.11 or later is needed."
    say "建立虚拟环境" "creating the virtual environment with $python"
    rm -rf .venv
    "$python" -m venv .venv
}

# uv installs the lock several times faster than pip. It does not read pip's configuration, so it is told what pip
# knows. Where it cannot reach the index all the same, pip does the work.
install_lock() {
    say "安装已锁定的依赖（首次约一两分钟）" "installing the locked packages (a minute or two the first time)"
    uv_lock=$(mktemp)
    awk '/^[^ #]/ {on = /^uv==/} on' "$lock" > "$uv_lock"
    if .venv/bin/python -m pip install --quiet --require-hashes -r "$uv_lock" && with_uv --require-hashes -r "$lock"
    then :; else
        say "uv 不可用，改用 pip" "uv could not do it, so pip does; this takes longer"
        .venv/bin/python -m pip install --quiet --require-hashes -r "$lock"
    fi
    rm -f "$uv_lock"
    # setuptools is part of the lock where it is listed there; otherwise it is fetched for the build alone.
    isolation=
    grep -q '^setuptools==' "$lock" && isolation=--no-build-isolation
    with_uv --no-deps $isolation -e . || .venv/bin/python -m pip install --quiet --no-deps $isolation -e .
}

with_uv() {
    index=$(pip_knows index-url)
    extra=$(pip_knows extra-index-url)
    links=$(pip_knows find-links)
    certificate=$(pip_knows cert)
    system=
    [ -f /etc/ssl/certs/ca-certificates.crt ] && system=1
    env UV_NO_CONFIG=1 UV_HTTP_TIMEOUT=180 UV_INDEX_STRATEGY=unsafe-best-match VIRTUAL_ENV="$PWD/.venv" \
        ${index:+UV_DEFAULT_INDEX="$index"} ${extra:+UV_INDEX="$extra"} ${links:+UV_FIND_LINKS="$links"} \
        ${certificate:+SSL_CERT_FILE="$certificate"} ${system:+UV_SYSTEM_CERTS=1} \
        .venv/bin/uv pip install --quiet "$@"
}

# A setting of pip, from its environment or its files; empty when it has none.
pip_knows() {
    .venv/bin/python -m pip config list |
        sed -n "s/^:env:\.$1='\(.*\)'\$/\1/p; s/^\(global\|site\|install\)\.$1='\(.*\)'\$/\2/p" | head -n 1
}

scripts/debian_packages.sh "$purpose"

stamp=.venv/.stamp-$({ pwd; cat "$lock" pyproject.toml; } | sha256sum | cut -c1-16)
if [ ! -f "$stamp" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    # A virtual environment that was copied from another place knows only that place.
    if ! grep -qs "^command = .* $PWD/.venv$" .venv/pyvenv.cfg || ! .venv/bin/python -m pip -V >/dev/null 2>&1; then
        make_venv
    fi
    install_lock
    rm -f .venv/.stamp-*
    : > "$stamp"
fi

scripts/console.sh
