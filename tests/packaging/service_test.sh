#!/usr/bin/env bash
# Boots a minimal Debian with the package in it and looks at the service under a real systemd:
# ready, unprivileged, reload, watchdog, stop. The machine has a network of its own without uplink.
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

((EUID == 0)) || skip 'needs root'
for program in systemd-nspawn mmdebstrap dpkg-shlibdeps file; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done

cpack --config "$build_folder/CPackConfig.cmake" -G DEB -B "$folder/package" >"$folder/log" ||
  { cat "$folder/log" && fail 'cpack'; }
release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
root=$folder/root
mmdebstrap --mode=root --variant=minbase --include=systemd,systemd-sysv,dbus "$release" "$root" \
  >"$folder/log" 2>&1 || { tail -n 5 "$folder/log" && skip 'no fresh Debian could be made'; }
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$folder"/package/*.deb "$root/antminer.deb"
chroot "$root" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
  --no-install-recommends ./antminer.deb' >"$folder/log" 2>&1 ||
  { tail -n 20 "$folder/log" && fail 'the package does not install'; }

cat >"$root/etc/default/antminer-exporter" <<'SETTINGS'
MINER_IP_RANGE=127.10.0.1-3
LISTEN_ADDRESS=127.0.0.1:14028
POLL_INTERVAL=1
DISCOVERY_MDNS=false
PROFITABILITY_ENABLED=false
ARGS="--log.format text"
SETTINGS
mkdir -p "$root/etc/systemd/system/antminer_exporter.service.d"
# A watchdog that bites soon, and a restart soon after.
printf '[Service]\nWatchdogSec=3\nRestartSec=0\n' \
  >"$root/etc/systemd/system/antminer_exporter.service.d/test.conf"
cat >"$root/etc/systemd/system/look.service" <<'LOOK'
[Unit]
After=antminer_exporter.service
[Service]
Type=oneshot
ExecStart=/bin/bash /look
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=multi-user.target
LOOK
cat >"$root/look" <<'INSIDE'
exec >/result 2>&1
unit=antminer_exporter.service
property() { systemctl show -P "$1" "$unit"; }
status() {
  (exec 3<>/dev/tcp/127.0.0.1/14028 && printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3 &&
    IFS= read -r -t 5 line <&3 && printf '%s' "$line") 2>/dev/null
}
# until_true WHAT COMMAND...: gives it a minute.
until_true() {
  local what=$1
  shift
  for ((i = 0; i < 300; ++i)); do "$@" >/dev/null 2>&1 && { echo "ok: $what"; return; }; sleep 0.2; done
  echo "FAILED: $what"
  systemctl status --no-pager "$unit"
}
is() { [[ $(property "$1") == "$2" ]]; }
ready() { [[ $(status /-/ready) == *' 200 '* ]]; }
unprivileged() { [[ $(stat -c %U /proc/"$(property MainPID)") != root ]]; }
has_state() { [[ -s /var/lib/antminer_exporter/metrics.db ]]; }
restarted() { (($(property NRestarts) > 0)); }

antminer_farm --miners 3 --base 127.10.0.1 &
until_true 'systemd was told READY=1' is ActiveState active
until_true 'no restart was needed' is NRestarts 0
until_true 'it is enabled' systemctl is-enabled --quiet "$unit"
until_true 'it answers ready' ready
until_true 'it is not root' unprivileged
until_true 'its state is written' has_state
pid=$(property MainPID)
until_true 'a reload succeeds' systemctl reload "$unit"
until_true 'the reload kept the process' is MainPID "$pid"
systemctl kill --signal=STOP "$unit"
until_true 'the watchdog restarts a process that hangs' restarted
until_true 'it is active again' is ActiveState active
until_true 'it answers ready again' ready
systemctl stop "$unit"
until_true 'it stops' is ActiveState inactive
until_true 'without an error' is Result success
echo 'done'
INSIDE
chroot "$root" systemctl enable look.service >/dev/null 2>&1
timeout 300 systemd-nspawn -q -D "$root" --private-network --register=no --keep-unit -b \
  >"$folder/console" 2>&1 </dev/null || true
[[ -e $root/result ]] || { tail -n 20 "$folder/console" && skip 'no system could be booted here'; }
cat "$root/result"
grep -qx 'done' "$root/result" || fail 'it did not come to its end'
if grep -q '^FAILED' "$root/result"; then exit 1; fi
