#!/usr/bin/env bash
# deploy/docker-compose.yml with .env.example: complete, and nothing starts without a password.
set -euo pipefail

command -v docker-compose >/dev/null || {
  printf 'skipped: docker-compose is not installed\n'
  exit 77
}
exporter=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cp deploy/docker-compose.yml "$folder/"
cp deploy/.env.example "$folder/.env"
cd "$folder"
compose() { env -i PATH="$PATH" HOME="$folder" docker-compose -f docker-compose.yml config "$@"; }
fail() {
  printf 'FAILED: %s\n' "$1"
  exit 1
}

compose -q 2>refused && fail 'Grafana would start without a password'
grep -q 'set a password for Grafana' refused || fail "another complaint: $(<refused)"
printf 'GRAFANA_ADMIN_PASSWORD=word-of-the-test\n' >>.env
compose -q
compose >full

# The settings as they are shipped: good for the exporter, and no mail.
mapfile -t settings < <(grep -E '^[A-Z_]+=' .env)
env -i "${settings[@]}" "$exporter" --config.check >checked 2>&1 || fail "$(<checked)"
env -i "${settings[@]}" "$exporter" render alertmanager 2>notes >rendered.yml || fail "$(<notes)"
grep -q 'nobody gets mail' notes || fail "mail without settings: $(<notes)"

services=$(compose --services | sort | paste -sd ' ')
[[ $services == 'alertmanager alertmanager_config exporter grafana prometheus' ]] ||
  fail "services: $services"
images=$(sed -n 's/^ *image: //p' full)
while IFS= read -r image; do
  [[ $image =~ :v?[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "no pinned version: $image"
done <<<"$images"
# All but the one that ends by itself.
(($(grep -c 'healthcheck:' full) == 4)) || fail 'a service without a health check'
# Programs for this machine only must not listen to the network.
for port in 9090 9093 14028; do
  grep -qE "(address=|LISTEN_ADDRESS: )127\.0\.0\.1:$port" full || fail "port $port is not on loopback"
done
# What a mistake looks like to this test.
sed -i 's/^    healthcheck:/    healthchek:/' docker-compose.yml
compose -q 2>/dev/null && fail 'an unknown key is not seen'
printf 'ok\n'
