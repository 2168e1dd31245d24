# What stands around the exporter: Prometheus, Alertmanager, Grafana, and in the demo a mail server.
# Sourced by deploy/run. Programs of Debian packages are used as programs, with data folders of
# their own; services of the system are left alone.
# shellcheck shell=bash disable=SC2154 # source_folder and programs come from deploy/run

# Ports of the bundle, counted from its first one, which is that of Prometheus.
readonly alertmanager_offset=1 mail_page_offset=2 smtp_offset=3 grafana_offset=4

bundle_addresses=() # What is there, a line each.
bundle_notes=()     # What is not there, and how to get it.

# True when the program of a package is there; else notes which package has it.
have_program() {
  command -v "$1" >/dev/null && return 0
  bundle_notes+=("$2")
  return 1
}

# install_bundle LOG PACKAGE...: the exporter runs without them, so a failure is told, not fatal.
install_bundle() {
  local missing
  missing=$(missing_packages "${@:2}")
  [[ -z $missing ]] && return 0
  (install_missing "$@") || printf 'Going on without what could not be installed.\n' >&2
}

# write_prometheus_config FILE TARGET INTERVAL PORT
write_prometheus_config() {
  local file=$1 target=$2 interval=$3 port=$4
  local rules=${file%/*}/rules
  cat >"$file" <<YAML
# Written by deploy/run at each start. For a Prometheus of your own: prometheus/README.md.
global:
  scrape_interval: $interval
  evaluation_interval: $interval
rule_files: ["$rules/*.yml"]
alerting:
  alertmanagers:
    - static_configs: [{targets: ["127.0.0.1:$((port + alertmanager_offset))"]}]
scrape_configs:
  - job_name: antminer
    static_configs: [{targets: ["$target"]}]
YAML
}

add_prometheus() {
  local data=$1 target=$2 interval=$3 port=$4
  have_program prometheus 'Prometheus: apt-get install prometheus' || return 0
  mkdir -p "$data/prometheus"
  rm -rf -- "$data/rules"
  "$source_folder/prometheus/install-rules" \
    --grafana "http://127.0.0.1:$((port + grafana_offset))" "$data/rules" >"$data/install-rules.log"
  write_prometheus_config "$data/prometheus.yml" "$target" "$interval" "$port"
  add_child prometheus "$data/prometheus.log" "http 127.0.0.1 $port /-/ready" \
    env -C "$data" prometheus --config.file="$data/prometheus.yml" \
    --storage.tsdb.path="$data/prometheus" --storage.tsdb.retention.time=90d \
    --web.listen-address="127.0.0.1:$port" --web.external-url="http://127.0.0.1:$port" \
    --web.user-assets="$source_folder/prometheus"
  bundle_addresses+=("Prometheus      http://127.0.0.1:$port/")
}

# add_alertmanager DATA PORT COMMAND...: COMMAND is the exporter with its settings. Ends the script
# when these do not fit: mail that never comes is worse than no start.
add_alertmanager() {
  local data=$1 port=$(($2 + alertmanager_offset)) render
  shift 2
  have_program prometheus-alertmanager 'Mails: apt-get install prometheus-alertmanager' || return 0
  mkdir -p "$data/alertmanager"
  render=("$@" render alertmanager --output "$data/alertmanager.yml"
    --password-file "$data/smtp-password")
  if ! "${render[@]}" 2>"$data/render.log"; then
    cat "$data/render.log" >&2
    exit 1
  fi
  grep -q '^note: no mail' "$data/render.log" &&
    bundle_notes+=('Mails: set SMTP_SERVER and ALERT_EMAIL (alertmanager/README.md)')
  add_child alertmanager "$data/alertmanager.log" "http 127.0.0.1 $port /-/ready" \
    env -C "$data" prometheus-alertmanager --config.file="$data/alertmanager.yml" \
    --storage.path="$data/alertmanager" --data.retention=200h --cluster.listen-address= \
    --web.listen-address="127.0.0.1:$port" --web.external-url="http://127.0.0.1:$port"
  bundle_addresses+=("Alertmanager    http://127.0.0.1:$port/")
}

# The mail server of the demo: keeps every mail and shows it on a page.
add_mail_sink() {
  local data=$1 page=$(($2 + mail_page_offset)) smtp=$(($2 + smtp_offset))
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || {
    bundle_notes+=('Mails: apt-get install python3-aiosmtpd')
    return 0
  }
  add_child mail "$data/mail.log" "http 127.0.0.1 $page /" \
    /usr/bin/python3 "$source_folder/deploy/demo/mail_sink.py" --smtp "127.0.0.1:$smtp" \
    --web "127.0.0.1:$page" --folder "$data/mails"
  bundle_addresses+=("Mails           http://127.0.0.1:$page/")
}

# The provisioning of grafana/ with the places of this bundle.
provision_grafana() {
  local folder=$1 prometheus=$2 interval=$3 file
  rm -rf -- "$folder"
  mkdir -p "$folder/datasources" "$folder/dashboards"
  for file in "$source_folder"/grafana/provisioning/*/*.yml; do
    sed -e "s#http://127.0.0.1:9090#http://127.0.0.1:$prometheus#" \
      -e "s#timeInterval: .*#timeInterval: $interval#" \
      -e "s#path: /var/lib/grafana/dashboards/antminer#path: $source_folder/grafana/dashboards#" \
      "$file" >"$folder/${file#"$source_folder"/grafana/provisioning/}"
  done
}

# add_grafana DATA INTERVAL PORT: Grafana is no Debian package; where it is installed it gets the
# dashboards.
add_grafana() {
  local data=$1 interval=$2 port=$(($3 + grafana_offset)) server
  if command -v grafana-server >/dev/null; then
    server=(grafana-server)
  elif command -v grafana >/dev/null; then
    server=(grafana server)
  else
    bundle_notes+=('Dashboards: install Grafana (https://grafana.com/grafana/download), start again')
    return 0
  fi
  mkdir -p "$data/grafana"
  provision_grafana "$data/grafana-provisioning" "$3" "$interval"
  add_child grafana "$data/grafana.log" "http 127.0.0.1 $port /api/health" \
    env -C "$data" GF_PATHS_DATA="$data/grafana" GF_PATHS_LOGS="$data/grafana" \
    GF_PATHS_PROVISIONING="$data/grafana-provisioning" \
    GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT="$port" GF_AUTH_ANONYMOUS_ENABLED=true \
    GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false \
    "${server[@]}" --homepath "${GRAFANA_HOME:-/usr/share/grafana}"
  bundle_addresses+=("Grafana         http://127.0.0.1:$port/")
}

print_bundle() {
  ((${#bundle_addresses[@]})) && printf '  %s\n' "${bundle_addresses[@]}"
  if ((${#bundle_notes[@]})); then
    printf 'Not there:\n'
    printf '  %s\n' "${bundle_notes[@]}"
  fi
  return 0
}
