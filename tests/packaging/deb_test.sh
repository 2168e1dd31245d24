#!/usr/bin/env bash
# Builds the Debian package, looks into it, installs it in a fresh minimal Debian and runs it
# there, in a network namespace that has nothing but loopback.
set -euo pipefail

build_folder=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}
fail() {
  printf 'FAILED: %s\n' "$1"
  exit 1
}

for program in dpkg-shlibdeps file; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done

printf '== build\n'
cpack --config "$build_folder/CPackConfig.cmake" -G DEB -B "$folder/package" >"$folder/cpack.log" ||
  { cat "$folder/cpack.log" && fail 'cpack'; }
packages=("$folder"/package/*.deb)
((${#packages[@]} == 1)) || fail "${#packages[@]} packages were made"
package=${packages[0]}
printf '%s\n' "$(basename "$package")"

printf '== contents\n'
contents=$(dpkg-deb -c "$package" | awk '{print $6}')
for path in ./usr/bin/antminer_exporter ./usr/bin/antminer_farm ./etc/default/antminer-exporter \
  ./usr/lib/systemd/system/antminer_exporter.service ./usr/share/man/man1/antminer_exporter.1.gz \
  ./usr/share/doc/antminer-exporter/copyright ./usr/share/doc/antminer-exporter/changelog.gz \
  ./usr/share/doc/antminer-exporter/examples/antminer_exporter.example.yml; do
  grep -qxF "$path" <<<"$contents" || fail "$path is not in the package"
done
dpkg-deb -f "$package" Depends | grep -q 'libc6 (>=' || fail 'no library in Depends'
dpkg-deb -I "$package" conffiles | grep -qx /etc/default/antminer-exporter || fail 'no conffile'
for script in postinst prerm postrm; do
  dpkg-deb -I "$package" "$script" >"$folder/$script"
  sh -n "$folder/$script" || fail "$script"
done

# What the service wrote goes with a purge, and only then. In a folder, with stand-ins for systemd.
sandbox=$folder/sandbox
mkdir -p "$sandbox/bin"
printf '#!/bin/sh\n' | tee "$sandbox/bin/systemctl" >"$sandbox/bin/deb-systemd-helper"
chmod +x "$sandbox/bin/"*
for kind in lib log; do
  mkdir -p "$sandbox/var/$kind/private/antminer_exporter"
  ln -s private/antminer_exporter "$sandbox/var/$kind/antminer_exporter"
done
sed -E "s#(^|[[:space:]])/(var|run)/#\1$sandbox/\2/#g" "$folder/postrm" >"$sandbox/postrm"
grep -qE '(^|[[:space:]])/(var|run)' "$sandbox/postrm" && fail 'postrm would leave the sandbox'
PATH="$sandbox/bin:$PATH" sh "$sandbox/postrm" remove
[[ -d $sandbox/var/lib/antminer_exporter && -d $sandbox/var/log/antminer_exporter ]] ||
  fail 'a removal takes data along'
PATH="$sandbox/bin:$PATH" sh "$sandbox/postrm" purge
left=$(find "$sandbox/var" -name '*antminer*')
[[ -z $left ]] || fail "a purge leaves $left"

if command -v lintian >/dev/null; then
  lintian --fail-on error "$package" || fail 'lintian'
fi

((EUID == 0)) || skip 'the package is good; installing it in a fresh Debian needs root'
for program in mmdebstrap unshare ip curl; do
  command -v "$program" >/dev/null || skip "the package is good; $program is not installed"
done
unshare --net true 2>/dev/null || skip 'the package is good; no network namespace can be made here'
release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")

printf '== fresh Debian\n'
root=$folder/root
mmdebstrap --mode=root --variant=minbase "$release" "$root" >"$folder/mmdebstrap.log" 2>&1 ||
  { tail -n 5 "$folder/mmdebstrap.log" && skip 'the package is good; no fresh Debian could be made'; }
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$package" "$root/antminer.deb"
chroot "$root" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
  --no-install-recommends ./antminer.deb' >"$folder/install.log" 2>&1 ||
  { tail -n 20 "$folder/install.log" && fail 'the package does not install'; }
chroot "$root" antminer_exporter --version | grep -q '^antminer_exporter, version ' ||
  fail '--version'
chroot "$root" env MINER_IP_RANGE=127.0.0.0/30 antminer_exporter --config.check || fail 'settings'

printf '== run\n'
# Loopback only; three simulated miners as the whole network.
cat >"$folder/inside" <<'INSIDE'
set -euo pipefail
ip link set lo up
chroot "$1" antminer_farm --miners 3 --base 127.10.0.1 &
farm=$!
trap 'kill $farm 2>/dev/null || true' EXIT
chroot "$1" env MINER_IP_RANGE=127.10.0.1-3 LISTEN_ADDRESS=127.0.0.1:14028 POLL_INTERVAL=1 \
  DISCOVERY_MDNS=false PROFITABILITY_ENABLED=false antminer_exporter >"$2" 2>&1 &
exporter=$!
curl -sS --retry 60 --retry-delay 1 --retry-all-errors -o /dev/null -f \
  http://127.0.0.1:14028/-/ready 2>/dev/null || { kill $exporter; echo 'not ready'; exit 1; }
curl -sS http://127.0.0.1:14028/metrics | grep '^antminer_up{' | grep -c ' 1$' |
  grep -qx 3 || { kill $exporter; echo 'three miners are not up'; exit 1; }
kill -TERM $exporter
wait $exporter
INSIDE
unshare --net bash "$folder/inside" "$root" "$folder/exporter.log" ||
  { tail -n 20 "$folder/exporter.log" && fail 'the installed program does not run'; }

printf '== removal\n'
chroot "$root" dpkg --purge antminer-exporter >/dev/null
[[ ! -e $root/usr/bin/antminer_exporter && ! -e $root/etc/default/antminer-exporter ]] ||
  fail 'something is left after the removal'
