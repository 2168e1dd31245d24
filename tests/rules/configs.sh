#!/usr/bin/env bash
# Every rule file and every example configuration of Prometheus passes promtool, and every example
# that names rules finds them where its page says that they are put.
# Usage: configs.sh ROOT
set -euo pipefail

if ! command -v promtool >/dev/null; then
  printf 'skipped: promtool is not installed (package prometheus)\n'
  exit 77
fi
cd "$1"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
fail() {
  printf 'FAILED: %s\n' "$1"
  exit 1
}
mapfile -t configs < <(find prometheus deploy/sites -maxdepth 1 -name 'prometheus*.yml' 2>/dev/null | sort)
((${#configs[@]} >= 2))
for config in "${configs[@]}"; do
  agent=()
  [[ $config == *agent* ]] && agent=(--agent)
  if [[ $config == deploy/sites/* ]]; then
    # As the page says: the example alone is copied, and what it asks for beside it.
    cp "$config" "$folder/"
    config=$folder/${config##*/}
    step=$(grep -oE 'prometheus/install-rules .* /etc/prometheus/\S+' deploy/sites/README.md) ||
      fail 'deploy/sites/README.md does not say how the rules get there'
    read -ra step <<<"${step//\/etc\/prometheus/$folder}"
    "${step[@]}"
  fi
  checked=$(promtool check config "${agent[@]}" "$config") || fail "$checked"
  printf '%s\n' "$checked"
  # A pattern without a match is no error for Prometheus.
  if grep -q '^rule_files:' "$config"; then
    grep -qE 'SUCCESS: [1-9][0-9]* rule files? found' <<<"$checked" || fail "$config loads no rules"
  fi
done
mapfile -t rules < <(find prometheus/rules prometheus/compat -name '*.yml' 2>/dev/null | sort)
promtool check rules "${rules[@]}"
promtool --version 2>&1 | head -n 1
