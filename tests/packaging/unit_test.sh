#!/usr/bin/env bash
# The systemd unit has no unknown line, and its exposure is at most 2.0 of 10.
set -euo pipefail

if ! command -v systemd-analyze >/dev/null; then
  printf 'skipped: systemd-analyze is not installed\n'
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
# The program is not installed here; everything else of the unit is checked.
sed 's,^ExecStart=/usr/bin/antminer_exporter,ExecStart=/bin/true,' \
  deploy/systemd/antminer_exporter.service >"$folder/antminer_exporter.service"
complaints=$(systemd-analyze verify --man=no "$folder/antminer_exporter.service" 2>&1 |
  grep -F "antminer_exporter.service" || true)
if [[ -n $complaints ]]; then
  printf '%s\n' "$complaints"
  exit 1
fi
systemd-analyze security --offline=yes --no-pager --threshold=20 \
  "$folder/antminer_exporter.service" | tail -n 1
