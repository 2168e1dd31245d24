#!/usr/bin/env bash
# Lints /openapi.json of a running exporter with Redocly.
# Usage: api_document.sh EXPORTER. Exit code 77: skipped, the reason is printed.
set -euo pipefail

exporter=$1

skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}

command -v npm >/dev/null || skip 'npm is not installed'
npm view @redocly/cli version >/dev/null 2>&1 || skip 'npm does not reach @redocly/cli'

folder=$(mktemp -d)
pid=
finish() {
  [[ -z $pid ]] || kill "$pid" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

port=$(PYTHONPATH=$(dirname "$0")/.. python3 -c 'import loopback; print(loopback.free_port())')
MINER_IP_RANGE=127.0.0.1 DISCOVERY_MDNS=false STORAGE_PATH=$folder/metrics.db \
  LISTEN_ADDRESS=127.0.0.1:$port "$exporter" >"$folder/log" 2>&1 &
pid=$!
curl --silent --fail --retry 20 --retry-connrefused --retry-delay 1 --output "$folder/openapi.json" \
  "http://127.0.0.1:$port/openapi.json" || {
  cat "$folder/log"
  exit 1
}

# What a tool for local networks need not have; /dashboard/ is a fixed address, and /dashboard
# only leads there.
cat >"$folder/redocly.yaml" <<'RULES'
extends: [recommended]
rules:
  no-server-example.com: off
  operation-4xx-response: off
  no-empty-servers: off
  no-path-trailing-slash: off
  operation-2xx-response: off
RULES
cd "$folder"
npx --yes @redocly/cli lint --config redocly.yaml openapi.json
