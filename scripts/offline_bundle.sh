#!/bin/sh
# Pack one file for a machine without a network: this checkout with its .venv and console, and the Debian packages that
# it needs with all they depend on, as an archive that apt can read.
# usage: scripts/offline_bundle.sh FILE.tar      (after `make setup`; Debian's package lists must be there)
# There, as root: tar xf FILE.tar wangge-install.sh && sh wangge-install.sh FILE.tar [USER]
set -eu
cd "$(dirname "$0")/.."
. scripts/messages.sh

[ $# = 1 ] || fail "用法：scripts/offline_bundle.sh 文件.tar" "usage: scripts/offline_bundle.sh FILE.tar"
target=$(realpath -m "$1")
checkout=$PWD
[ -x .venv/bin/wangge ] && ls map_ui/static/.stamp-* >/dev/null 2>&1 ||
    fail "请先执行 make setup。" "Run make setup first."
# What the service runs with; chromium and the fonts print sheets and maps.
wanted="python3 make postgresql-postgis chromium fonts-noto-cjk fontconfig"
if ! apt-cache show postgresql-postgis >/dev/null 2>&1; then
    fail "没有软件包清单，请管理员执行 apt-get update。" "No package lists; ask an administrator to run apt-get update."
fi

folder=$(mktemp -d "$(dirname "$target")/.bundle-XXXXXX")
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/debian"
: > "$folder/nothing"

say "选出并下载 Debian 软件包" "choosing and downloading Debian packages"
# What apt would install where nothing is: so nothing that the target may lack is left out.
# shellcheck disable=SC2086 # several packages are several words
apt-get -s -o Dir::State::status="$folder/nothing" install --no-install-recommends $wanted |
    sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p' > "$folder/chosen"
[ -s "$folder/chosen" ] || fail "软件包清单不完整。" "apt could not choose packages."
# shellcheck disable=SC2046
(cd "$folder/debian" && apt-get -q -q -o APT::Sandbox::User=root download $(cat ../chosen))
for file in "$folder"/debian/*.deb; do
    dpkg-deb -f "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$(basename "$file")" "$(stat -c %s "$file")" \
        "$(sha256sum "$file" | cut -d' ' -f1)"
done > "$folder/debian/Packages"

. /etc/os-release
printf 'checkout=%s\nrelease=%s\narchitecture=%s\nwanted="%s"\n' \
    "$checkout" "$VERSION_CODENAME" "$(dpkg --print-architecture)" "$wanted" > "$folder/about"
cat "$folder/about" scripts/wangge-install.sh > "$folder/wangge-install.sh"

say "打包" "packing"
part=$target.part
tar cf "$part" -C "$folder" wangge-install.sh debian
tar rf "$part" --owner=0 --group=0 --exclude=.git --exclude=.wangge --exclude=node_modules --exclude='.*_cache' \
    --transform "s|^\.|checkout|" -C "$checkout" .
mv "$part" "$target"
say "完成：$target" "done: $target ($(wc -l < "$folder/chosen") packages, $(du -h "$target" | cut -f1))"
