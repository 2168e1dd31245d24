#!/usr/bin/env bash
# The man page is well-formed, and its flags are exactly those of --help.
set -euo pipefail

program=$1
page=deploy/antminer_exporter.1
faults=$(groff -man -ww -z "$page" 2>&1)
if [[ -n $faults ]]; then
  printf '%s\n' "$faults"
  exit 1
fi
flags() { grep -oE -- '--[a-z][a-z.-]*[a-z]' | sort -u; }
# Other spellings of a flag are no flags of their own.
aliases='--config-file|--check-config|--print-config'
help=$({
  "$program" --help
  "$program" scan --help
  "$program" probe --help
  "$program" export --help
  "$program" render alertmanager --help
  "$program" token --help
  "$program" token create --help
  "$program" token list --help
  "$program" token revoke --help
  "$program" audit verify --help
} | flags | grep -vxE -- "$aliases")
page_flags=$(sed 's/\\-/-/g' "$page" | flags)
if [[ $help != "$page_flags" ]]; then
  printf 'only in --help (<) or only in the man page (>):\n'
  diff <(printf '%s\n' "$help") <(printf '%s\n' "$page_flags")
  exit 1
fi
printf 'flags: %s\n' "$(tr '\n' ' ' <<<"$help")"
