# The lines above say what was packed, and where. As root: sh wangge-install.sh FILE.tar [USER]
# Installs the Debian packages from the file, puts the checkout where its .venv expects it, and gives it to USER.
set -eu
fail() {
    printf '✗ %s\n  %s\n' "$1" "$2" >&2
    exit 1
}
bundle=$(realpath "${1:?usage: sh wangge-install.sh FILE.tar [USER]}")
user=${2:-wangge}
. /etc/os-release
[ "$(id -u)" = 0 ] || fail "请以 root 执行。" "Run this as root."
[ "$VERSION_CODENAME" = "$release" ] && [ "$(dpkg --print-architecture)" = "$architecture" ] ||
    fail "此包用于 Debian $release $architecture。" "This bundle is for Debian $release on $architecture."
[ ! -e "$checkout" ] || [ -x "$checkout/.venv/bin/wangge" ] ||
    fail "$checkout 已有别的内容。" "Something else is at $checkout."
[ "$user" != root ] || fail "服务不应以 root 运行，请给出普通用户名。" "The service should not run as root; name a plain user."
for note in "$checkout"/.wangge/up-*.json; do
    [ ! -e "$note" ] || flock -n "$note" true || fail "服务正在运行，请先停止。" "The service is running; stop it first."
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar xf "$bundle" -C "$folder" debian
mkdir -p "$folder/lists/partial"
echo "deb [trusted=yes] file:$folder/debian ./" > "$folder/sources.list"
apt() {
    env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dir::Etc::SourceList="$folder/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$folder/lists" -o APT::Sandbox::User=root "$@"
}
echo "· 安装 Debian 软件包 / installing Debian packages"
# shellcheck disable=SC2086 # several packages are several words
{ apt update && apt install --no-install-recommends $wanted; } > "$folder/log" 2>&1 ||
    { tail -n 20 "$folder/log" >&2; fail "软件包安装失败。" "The packages could not be installed."; }

echo "· 放置 $checkout / putting the checkout in place"
getent passwd "$user" >/dev/null || useradd --system --create-home --home-dir "/var/lib/$user" --shell /bin/bash "$user"
mkdir -p "$checkout"
# An upgrade must not leave files of the former version behind; what the installation made itself stays.
find "$checkout" -mindepth 1 -maxdepth 1 ! -name .wangge ! -name deployment ! -name secrets -exec rm -rf {} +
tar xf "$bundle" -C "$checkout" --strip-components=1 --no-same-owner checkout
chown -R "$user:" "$checkout"
echo "· 自检 / checking"
su "$user" -c "cd '$checkout' && .venv/bin/wangge doctor" || true
printf '✓ 完成。以 %s 的身份：%s/.venv/bin/wangge up\n  Done. As %s: %s/.venv/bin/wangge up\n' "$user" "$checkout" "$user" "$checkout"
