#!/usr/bin/env bash
# deploy/docker-compose.yml with .env.example: complete, and nothing starts without a password.
set -euo pipefail

command -v docker-compose >/dev/null || {
  printf 'skipped: docker-compose is not installed\n'
  exit 77
}
exporter=$(realpath "$1")
prometheus=$PWD/prometheus
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
# value SERVICE KEY...: what stands there.
value() {
  /usr/bin/python3 - "$@" <<'PYTHON'
import sys
import yaml
found = yaml.safe_load(open("full", encoding="utf-8"))["services"]
for key in sys.argv[1:]:
    found = found[key]
def text(one):  # Compose 2 writes mounts in the long form.
    return one if isinstance(one, str) else "{source}:{target}:{mode}".format(
        mode="ro" if one.get("read_only") else "rw", **one)
print("\n".join(map(text, found)) if isinstance(found, list) else found)
PYTHON
}

# The settings as they are shipped: good for the exporter, and no mail.
mapfile -t settings < <(grep -E '^[A-Z_]+=' .env)
env -i "${settings[@]}" "$exporter" --config.check >checked 2>&1 || fail "$(<checked)"
env -i "${settings[@]}" "$exporter" render alertmanager 2>notes >rendered.yml || fail "$(<notes)"
grep -q 'nobody gets mail' notes || fail "mail without settings: $(<notes)"

services=$(compose --services | sort | paste -sd ' ')
[[ $services == 'alertmanager alertmanager_config exporter grafana prometheus prometheus_rules' ]] ||
  fail "services: $services"
images=$(sed -n 's/^ *image: //p' full)
while IFS= read -r image; do
  [[ $image =~ :v?[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "no pinned version: $image"
done <<<"$images"
# All but those that end by themselves.
(($(grep -c 'healthcheck:' full) == 4)) || fail 'a service without a health check'
# Programs for this machine only must not listen to the network.
for port in 9090 9093 14028; do
  grep -qE "(address=|LISTEN_ADDRESS: )127\.0\.0\.1:$port" full || fail "port $port is not on loopback"
done

# Links lead where .env says; silences go to the Alertmanager of this file all the same.
sed -i '/_URL=/d' .env
cat >>.env <<'ENV'
ALERTMANAGER_URL=https://alerts.example
ALERTMANAGER_EXTERNAL_URL=https://alerts.example
PROMETHEUS_EXTERNAL_URL=https://metrics.example
GRAFANA_URL=https://grafana.example/base
ENV
compose >full
printed=$(env -i MINER_IP_RANGE=127.0.0.1 ALERTMANAGER_URL="$(value exporter environment ALERTMANAGER_URL)" \
  GRAFANA_URL="$(value exporter environment GRAFANA_URL)" "$exporter" --config.print)
grep -q 'alertmanager_url:.*http://127.0.0.1:9093' <<<"$printed" || fail "silences go to: $printed"
grep -q 'grafana_url:.*https://grafana.example/base' <<<"$printed" || fail "pages lead to: $printed"
grep -q -- '--web.external-url=https://alerts.example$' <<<"$(value alertmanager command)" ||
  fail 'the link to Alertmanager'
grep -q -- '--web.external-url=https://metrics.example$' <<<"$(value prometheus command)" ||
  fail 'the link to Prometheus'

# The step that makes the rules, with folders of this test in place of its volumes.
mkdir rules
touch rules/antminer-of-an-older-version.yml
step=$(value prometheus_rules command)
step=${step//'$$'/'$'}
step=${step//\/prometheus\//$prometheus/}
step=${step//\/rules/$folder/rules}
mapfile -t entry < <(value prometheus_rules entrypoint)
env -i PATH="$PATH" GRAFANA_URL="$(value prometheus_rules environment GRAFANA_URL)" \
  "${entry[@]}" "$step" >made || fail "$(<made)"
[[ $(cd rules && echo *) == $(cd "$prometheus/rules" && echo *) ]] || fail "rules: $(ls rules)"
grep -q "dashboard_url: 'https://grafana.example/base/d/antminer-" rules/*.yml || fail 'no link to Grafana'
grep -q '127.0.0.1:3000' rules/*.yml && fail 'a link to a Grafana on this machine'
# Prometheus reads this copy where its configuration looks.
grep -qx 'prometheus_rules:/rules:rw' <<<"$(value prometheus_rules volumes)" || fail 'where rules go'
grep -qx 'prometheus_rules:/etc/prometheus/rules:ro' <<<"$(value prometheus volumes)" ||
  fail 'where Prometheus finds rules'
grep -qx '  - rules/antminer-\*.yml' "$prometheus/prometheus.yml" || fail 'where Prometheus looks'

# What a mistake looks like to this test.
sed -i 's/^    healthcheck:/    healthchek:/' docker-compose.yml
compose -q 2>/dev/null && fail 'an unknown key is not seen'
printf 'ok\n'
