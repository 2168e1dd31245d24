#!/usr/bin/env bash
# The pages in a real browser. Usage: run.sh EXPORTER FARM FOLDER
# Modules and screenshots go to FOLDER. Exit code 77: skipped, the reason is printed.
set -euo pipefail

source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export ANTX_EXPORTER=$1 ANTX_FARM=$2
folder=$3

skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}

for program in node npm; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
ANTX_BROWSER=$(command -v chromium || command -v chromium-browser) || skip 'chromium is not installed'
export ANTX_BROWSER ANTX_SCREENSHOTS=$folder/screenshots

mkdir -p "$ANTX_SCREENSHOTS"
cp "$source_folder"/*.mjs "$source_folder"/package.json "$source_folder"/package-lock.json "$folder"
cd "$folder"
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  npm ci --no-audit --no-fund >npm.log 2>&1 || skip "npm cannot install playwright-core, see $folder/npm.log"
  cp package-lock.json node_modules/.installed-lock
fi
exec node --test --test-reporter=spec pages.test.mjs
