#!/usr/bin/env bash
# Every rule file and every example configuration of Prometheus passes promtool.
# Usage: configs.sh ROOT
set -euo pipefail

if ! command -v promtool >/dev/null; then
  printf 'skipped: promtool is not installed (package prometheus)\n'
  exit 77
fi
cd "$1"
mapfile -t configs < <(find prometheus deploy/sites -maxdepth 1 -name 'prometheus*.yml' 2>/dev/null | sort)
((${#configs[@]} >= 2))
for config in "${configs[@]}"; do
  agent=()
  [[ $config == *agent* ]] && agent=(--agent)
  promtool check config "${agent[@]}" "$config"
done
mapfile -t rules < <(find prometheus/rules prometheus/compat -name '*.yml' 2>/dev/null | sort)
promtool check rules "${rules[@]}"
promtool --version 2>&1 | head -n 1
