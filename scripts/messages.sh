# Sourced by the other scripts: progress and failure in both languages, on standard error; which Python serves.
# A Python of 3.11 or later that can make virtual environments, or any of 3.11 or later with `find_python any`.
# The lock was resolved for 3.11, so that one is tried first.
find_python() {
    for name in python3.11 python3 python3.12 python3.13; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            if [ "${1:-}" = any ] || "$name" -c 'import venv, ensurepip' 2>/dev/null; then
                echo "$name"
                return
            fi
        fi
    done
    return 1
}

say() { printf '· %s / %s\n' "$1" "$2" >&2; }
fail() {
    printf '✗ %s\n  %s\n' "$1" "$2" >&2
    exit 1
}
