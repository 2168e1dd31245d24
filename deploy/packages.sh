# Debian packages of the project, and how missing ones are installed.
# Sourced by deploy/run and tests/run, never run by itself. The lists stand here and nowhere else.
# shellcheck shell=bash

readonly exit_package=3 # What a script exits with when a package is missing and cannot be had.

# "12", "13", or the word "other". Derivatives count by their Debian code name.
debian_release() {
  local codename=''
  [[ -r /etc/os-release ]] && codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  case $codename in
    bookworm) printf '12' ;;
    trixie) printf '13' ;;
    *) printf 'other' ;;
  esac
}

# To build and run: one name a line.
build_packages() {
  case $(debian_release) in
    12) printf '%s\n' libboost1.81-dev libboost-json1.81-dev ;;
    *) printf '%s\n' libboost-dev libboost-json-dev ;;
  esac
  printf '%s\n' g++ cmake ninja-build pkg-config prometheus-cpp-dev libcivetweb-dev \
    libsqlite3-dev libyaml-cpp-dev libcurl4-openssl-dev libssl-dev libspdlog-dev libcli11-dev \
    libdeflate-dev zlib1g-dev libcrypt-dev tzdata
}

# What runs beside the exporter; Grafana is no Debian package.
bundle_packages() {
  printf '%s\n' prometheus prometheus-alertmanager
}

# Beside these: the mail server of the demo.
demo_packages() {
  printf '%s\n' python3 python3-aiosmtpd
}

# To make a Debian package of the build.
packing_packages() {
  printf '%s\n' dpkg-dev file gzip
}

# Beside the build packages: units, fuzzing, sanitizers, lint, rules, packaging, pages.
test_packages() {
  case $(debian_release) in
    12) printf '%s\n' libclang-rt-14-dev victoria-metrics ;;
    13) printf '%s\n' libclang-rt-19-dev ;;
  esac
  printf '%s\n' libgtest-dev libgmock-dev clang lld clang-format clang-tidy \
    docker-compose curl jq iproute2 openssl python3 python3-yaml shellcheck groff-base systemd \
    systemd-container mmdebstrap chromium jsonnet
  # Node.js from another source than Debian brings npm along and excludes the package of that name.
  { command -v node && command -v npm; } >/dev/null || printf '%s\n' nodejs npm
  packing_packages
  bundle_packages
  demo_packages
}

# Names from the arguments that are not installed, one a line.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

# Runs a command as root.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -- "$@"
  fi
}

# Reads apt's output and shows how far it is: a line that changes on a terminal, else a line
# for every tenth package. $1: how many packages come.
show_apt_progress() {
  local total=$1 line word n fetched=0 unpacked=0 configured=0
  while IFS= read -r line; do
    case $line in
      Get:*) word='fetched' n=$((++fetched)) ;;
      'Unpacking '*) word='unpacked' n=$((++unpacked)) ;;
      'Setting up '*) word='set up' n=$((++configured)) ;;
      *) continue ;;
    esac
    ((n <= total)) || continue # apt fetches signatures too.
    if [[ -t 1 ]]; then
      printf '\r\033[K    %s %d of %d' "$word" "$n" "$total"
    elif ((n % 10 == 0 || n == total)); then
      printf '    %s %d of %d\n' "$word" "$n" "$total"
    fi
  done
  [[ -t 1 ]] && printf '\r\033[K'
  return 0
}

# Says what apt said and what to do, then ends the script.
package_failure() {
  local log=$1
  shift
  printf '\nThe packages could not be installed. The last lines of %s:\n' "$log" >&2
  tail -n 15 "$log" | sed 's/^/    /' >&2
  printf '\nCheck the network and the package sources, then start again; or install by hand:\n' >&2
  printf '    apt-get update && apt-get install --no-install-recommends %s\n' "$*" >&2
  exit "$exit_package"
}

# Ends the script when the missing packages ("$@") cannot be installed here.
check_installable() {
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    printf 'These packages are missing, and there is no sudo to install them. As root, run:\n' >&2
    printf '    apt-get update && apt-get install --no-install-recommends %s\n' "$*" >&2
    exit "$exit_package"
  fi
  if [[ " $* " == *' libboost1.81-dev '* && -z $(missing_packages libboost1.74-dev) ]]; then
    printf 'libboost1.74-dev is installed; it excludes libboost1.81-dev, which is needed.\n' >&2
    printf 'Remove it (apt-get remove libboost1.74-dev), or build in a container:\n' >&2
    printf '    docker build -f deploy/docker/Dockerfile .\n' >&2
    exit "$exit_package"
  fi
}

# A package of a service (prometheus) must not start that service: it is used as a program.
# Debian's hook for this is policy-rc.d; an existing one is respected.
keep_services_stopped() {
  services_policy=/usr/sbin/policy-rc.d
  if [[ -e $services_policy ]]; then
    services_policy=''
  else
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$services_policy && chmod 755 $services_policy"
  fi
}
release_services() {
  [[ -n ${services_policy:-} ]] && as_root rm -f "$services_policy"
  services_policy=''
}

# Runs apt-get with everything that keeps it from asking. Its log goes to $1.
quiet_apt() {
  local log=$1
  shift
  as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -y -q \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1
}

# install_missing LOG PACKAGE...: installs what is missing of the packages. Quick and silent when
# nothing is. Ends the script with code 3 when it fails.
install_missing() {
  local log=$1 total
  shift
  if ! command -v dpkg-query >/dev/null; then
    printf 'This is no Debian. Use the container image: deploy/docker/Dockerfile\n' >&2
    exit "$exit_package"
  fi
  local missing=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  [[ $(debian_release) == other ]] &&
    printf 'Note: neither Debian 12 nor 13; the package names of Debian 13 are tried.\n' >&2
  check_installable "${missing[@]}"
  mkdir -p "$(dirname "$log")"
  : >"$log"
  printf '==> Installing %d Debian packages: %s\n' "${#missing[@]}" "${missing[*]}"
  printf '    reading the package lists\n'
  quiet_apt "$log" update || package_failure "$log" "${missing[@]}"
  total=$(apt-get -s install --no-install-recommends "${missing[@]}" 2>/dev/null |
    grep -c '^Inst ') || true
  printf '    %d packages with what they need\n' "$total"
  keep_services_stopped
  local code=0
  { quiet_apt "$log" install --no-install-recommends "${missing[@]}" & } 2>/dev/null
  local apt=$!
  tail -n +1 -f --pid="$apt" "$log" 2>/dev/null | show_apt_progress "$total"
  wait "$apt" || code=$?
  release_services
  ((code == 0)) || package_failure "$log" "${missing[@]}"
  printf '    done\n'
}
