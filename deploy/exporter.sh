# The exporter with the settings it finds, and what stands beside it. Sourced by deploy/run.
# shellcheck shell=bash disable=SC2154,SC2034 # Variables of deploy/run

readonly exit_port=4
readonly service_database=/var/lib/antminer_exporter/metrics.db # Where no setting says another place.

# Ends the script when something listens there already.
need_free_port() {
  if answers tcp "$1" "$2"; then
    printf '%s:%s is taken: another program listens there%s.\n' "$1" "$2" "${3:-}" >&2
    exit "$exit_port"
  fi
}

need_bundle_ports() {
  local port
  ((bundle)) || return 0
  for ((port = bundle_port; port <= bundle_port + grafana_offset; ++port)); do
    need_free_port 127.0.0.1 "$port" "$1"
  done
}

# The settings the exporter will have, from flags, environment, .env and file. Ends the script with
# the list of faults when they are wrong.
read_settings() {
  settings=$("$programs/antminer_exporter" "${exporter_arguments[@]}" --config.print) && return 0
  printf '%s\n' "$settings" >&2
  exit 1
}

# setting SECTION KEY: its value; nothing when it is not set.
setting() {
  sed -n "/^$1:/,/^[^ ]/s/^  $2: \"\(.*\)\"$/\1/p" <<<"$settings"
}

# Prints "HOST PORT" where the exporter will listen.
listen_address() {
  local first
  first=$(setting web listen | grep -oE '[0-9]+(\.[0-9]+){3}:[0-9]+' | head -n 1) || true
  first=${first:-0.0.0.0:14028}
  printf '%s %s' "${first%:*}" "${first##*:}"
}

# Notes why the Prometheus of the bundle could not scrape the exporter, which has no login for it.
closed_to_bundle() {
  local by=''
  [[ -n $(setting web tokens_file) ]] && by=WEB_TOKENS_FILE
  [[ -n $(setting web config_file) ]] && by=WEB_CONFIG_FILE
  [[ -n $by ]] || return 1
  bundle_notes+=("Prometheus, mails, dashboards: with $by /metrics is not open to all, so use a"
    "Prometheus of your own with a login (exporter/api/ACCESS.md, prometheus/README.md)")
}

add_exporter() {
  local settings host port environment=()
  read_settings
  read -r host port <<<"$(listen_address)"
  [[ $host == 0.0.0.0 ]] && host=127.0.0.1
  need_free_port "$host" "$port" ' (choose another with --web.listen-address)'
  # The default folder belongs to the service; a start by hand keeps its data in the checkout.
  if [[ -z ${STORAGE_PATH:-} && " ${exporter_arguments[*]} " != *' --config'* &&
    $(setting storage path) == "$service_database" ]]; then
    mkdir -p "$source_folder/data"
    environment=("STORAGE_PATH=$source_folder/data/metrics.db")
  fi
  mkdir -p "$source_folder/data/log"
  local exporter=(env "${environment[@]}" "$programs/antminer_exporter" "${exporter_arguments[@]}")
  add_child exporter "$source_folder/data/log/exporter.log" "tcp $host $port" "${exporter[@]}"
  exporter_url=http://$host:$port
  ((bundle)) || return 0
  closed_to_bundle && return 0
  need_bundle_ports ' (choose others with --bundle-port)'
  add_alertmanager "$source_folder/data" "$bundle_port" "${exporter[@]}"
  add_prometheus "$source_folder/data" "$host:$port" 30s "$bundle_port"
  add_grafana "$source_folder/data" 30s "$bundle_port"
}
