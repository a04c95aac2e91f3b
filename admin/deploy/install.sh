#!/bin/sh
# 安装灯哨。不用网络，可以再运行一次。
#
#   sh install.sh [--key 发布公钥.pem] dengshao-版本-linux-机型.tar.zst
#
# 它放好程序、用户、目录和服务，不启动服务，不改数据。接下来用 dengshao setup 设置。
# 软件包（.deb、.rpm）自己放好程序，再用 --unpacked 版本 来做后面的事。
set -eu
umask 022

# 只在测试里用：装进一个假的根目录。
root=${DENGSHAO_INSTALL_ROOT-}
versions=$root/opt/dengshao/versions
current=$root/opt/dengshao/current
user=dengshao

say() { printf '%s\n' "$*"; }
fail() {
  printf '没有装：%s\n' "$*" >&2
  exit 1
}

key='' artefact='' unpacked=''
while [ $# -gt 0 ]; do
  case "$1" in
    --key) key=${2-} && shift ;;
    --unpacked) unpacked=${2-} && shift ;;
    -*) fail "不认识 $1。写法：sh install.sh [--key 公钥] 发布文件" ;;
    *) artefact=$1 ;;
  esac
  shift
done

# --- 缺什么，先说清楚 ---
[ "$(uname -s)" = Linux ] || fail "只能装在 Linux 上。"
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "请用 root 运行。"
missing=''
for program in readlink sha256sum tar df cp mv ln chown chmod mkdir; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
if [ -z "$root" ]; then
  id "$user" >/dev/null 2>&1 || command -v useradd >/dev/null 2>&1 || missing="$missing useradd（软件包 passwd 或 shadow-utils）"
fi
[ -z "$missing" ] || fail "缺这些程序：$missing。请先装上。"

fresh=''
trap '[ -z "$fresh" ] || rm -rf "$fresh"' EXIT
trap 'exit 1' HUP INT TERM

check_sums() { # 发布文件的校验和
  sums=$(dirname "$artefact")/SHA256SUMS
  name=$(basename "$artefact")
  [ -r "$sums" ] || fail "旁边没有 SHA256SUMS，不能核对。请把它和发布文件放在一起。"
  line=$(grep "  $name\$" "$sums") || fail "SHA256SUMS 里没有 $name。"
  (cd "$(dirname "$artefact")" && printf '%s\n' "$line" | sha256sum -c - >/dev/null 2>&1) ||
    fail "$name 的校验和不对：传坏了，或者被改过。请重新拷贝。"
  say "校验和对。"
}

check_signature() { # 签名
  [ -n "$key" ] || [ ! -r "$current/release.pub.pem" ] || key=$current/release.pub.pem
  if [ -z "$key" ]; then
    say "没有验签名：没有给发布公钥（--key）。请用别的途径核对 SHA256SUMS。"
    return 0
  fi
  [ -r "$key" ] || fail "读不到公钥 $key。"
  [ -r "$sums.sig" ] || fail "旁边没有 SHA256SUMS.sig，验不了签名。"
  command -v openssl >/dev/null 2>&1 || fail "验签名要 openssl 3。请先装上，或者在别的机器上验好，再不带 --key 运行。"
  openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$sums" -sigfile "$sums.sig" >/dev/null 2>&1 ||
    fail "签名不对：不是用这把发布密钥签的，或者 openssl 太旧（要 3.0 以上）。"
  say "签名对。"
}

unpack() { # 放好程序
  case "$(basename "$artefact")" in
    dengshao-*-linux-*.tar.zst) ;;
    *) fail "$artefact 不是发布文件。名字应该是 dengshao-版本-linux-机型.tar.zst。" ;;
  esac
  [ -r "$artefact" ] || fail "读不到 $artefact。"
  version=$(basename "$artefact" .tar.zst) && version=${version#dengshao-}
  arch=${version##*-linux-} version=${version%-linux-*}
  case "$(uname -m)" in
    "$arch" | "$arch"l) ;;
    *) fail "这个文件是给 $arch 的，这台机器是 $(uname -m)。" ;;
  esac
  check_sums
  check_signature
  if [ -L "$current" ] && [ "$(readlink "$current")" != "versions/$version" ]; then
    fail "已经装了 $(basename "$(readlink "$current")")。升级请用：dengshao upgrade $artefact"
  fi
  mkdir -p "$versions"
  if [ -d "$versions/$version" ]; then
    (cd "$versions/$version" && sha256sum -c --quiet SHA256SUMS >/dev/null 2>&1) ||
      fail "$versions/$version 已经有了，但是不完整。请删掉这个目录，再运行一次。"
    say "$version 的程序已经放好了。"
    return 0
  fi
  free=$(df -Pk "$versions" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)
  [ "$free" -gt 1000000 ] || fail "$versions 只剩 $((free / 1024)) MB，要 1000 MB。"
  fresh=$versions/.$version.new
  rm -rf "$fresh"
  mkdir "$fresh"
  zstd=$(find_zstd)
  "$zstd" -dc "$artefact" | tar -x -f - --no-same-owner -C "$fresh" || fail "解不开 $artefact。"
  (cd "$fresh/$version" && sha256sum -c --quiet SHA256SUMS >/dev/null 2>&1) || fail "解开以后的文件不对。"
  "$fresh/$version/bin/dengshao" --version >/dev/null || fail "程序在这台机器上运行不了，原因见上一行。"
  mv "$fresh/$version" "$versions/$version"
  say "程序放在 /opt/dengshao/versions/$version。"
}

find_zstd() { # 机器自己的，或者旁边带来的
  if command -v zstd >/dev/null 2>&1; then
    command -v zstd
    return 0
  fi
  brought=$(dirname "$artefact")/zstd-$arch.tar.gz
  [ -r "$brought" ] || fail "没有 zstd，解不开。请装软件包 zstd，或者把 zstd-$arch.tar.gz 放在旁边。"
  (cd "$(dirname "$artefact")" && grep "  zstd-$arch.tar.gz\$" SHA256SUMS | sha256sum -c - >/dev/null 2>&1) ||
    fail "zstd-$arch.tar.gz 的校验和不对。"
  tar -xz -f "$brought" --no-same-owner -C "$fresh" || fail "解不开 zstd-$arch.tar.gz。"
  printf '%s\n' "$fresh/zstd/bin/zstd"
}

keep_newer() { # 软件包重装：正在用的是别的版本，就不动它。数据库可能已经是新版本的
  serving=$(readlink "$current" 2>/dev/null) || return 0
  [ "$serving" != "versions/$version" ] || return 0
  say "正在用的还是 $(basename "$serving")，没有换成 $version。换版本请用 dengshao upgrade。"
  exit 0
}

make_user() {
  [ -z "$root" ] || return 0
  nologin=/usr/sbin/nologin
  [ -x "$nologin" ] || nologin=/sbin/nologin
  # 日志另有一个用户：它碰不到线索，程序也碰不到日志。
  for name in "$user" "$user-edge"; do
    id "$name" >/dev/null 2>&1 && continue
    useradd --system --user-group --no-create-home --home-dir "/var/lib/$name" --shell "$nologin" "$name"
    say "建了用户 $name，它不能登录。"
  done
}

folder() { # 路径 权限 属主
  [ -d "$root$1" ] || mkdir -p "$root$1"
  chmod "$2" "$root$1"
  [ -n "$root" ] || chown "$3" "$root$1"
}

make_folders() {
  folder /etc/dengshao 0750 "root:$user"
  folder /var/lib/dengshao 0700 "$user:$user"
  folder /var/backups/dengshao 0700 "$user:$user"
  folder /srv/dengshao 0755 "$user:$user"
  folder /srv/dengshao/site 0755 "$user:$user"
  [ -d "$root/srv/dengshao/content" ] && return 0
  # 本地的文字和数据从这一份开始，以后都改这里的。程序升级不碰它。
  cp -R "$versions/$version/app/content" "$root/srv/dengshao/content"
  [ -n "$root" ] || chown -R "$user:$user" /srv/dengshao/content
  say "本地的文字和数据放在 /srv/dengshao/content。"
}

switch() {
  [ "$(readlink "$current" 2>/dev/null)" = "versions/$version" ] || ln -sfn "versions/$version" "$current"
  mkdir -p "$root/usr/bin"
  ln -sfn /opt/dengshao/current/bin/dengshao "$root/usr/bin/dengshao"
}

add_units() {
  if [ ! -d "$root/etc/systemd" ]; then
    say "没有 systemd，不放服务文件。它们在 /opt/dengshao/current/deploy。"
    return 0
  fi
  mkdir -p "$root/etc/systemd/system"
  for unit in "$versions/$version"/deploy/*.service "$versions/$version"/deploy/*.timer "$versions/$version"/deploy/*.socket; do
    # 已经有的不动：里面可能有本地改过的。
    [ ! -e "$unit" ] || [ -e "$root/etc/systemd/system/$(basename "$unit")" ] || cp "$unit" "$root/etc/systemd/system/"
  done
  [ ! -d /run/systemd/system ] || [ -n "$root" ] || systemctl daemon-reload
  say "服务文件放在 /etc/systemd/system，还没有启用。"
}

if [ -n "$unpacked" ]; then
  version=$unpacked
  [ -d "$versions/$version" ] || fail "没有 $versions/$version。"
  keep_newer
else
  [ -n "$artefact" ] || fail "请写上发布文件：sh install.sh dengshao-版本-linux-机型.tar.zst"
  unpack
fi
make_user
make_folders
switch
add_units
say "装好了：灯哨 $version。接下来请用 root 运行：dengshao setup"
