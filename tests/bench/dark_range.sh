#!/usr/bin/env bash
# Runs a command in a network namespace in which 127.31.0.0/16 is silent: what is sent there is never
# answered, apart from 127.31.0.0/28. A silent host of the simulator takes three descriptors; this
# takes none. Needs root. Usage: dark_range.sh COMMAND [ARGUMENT]...
set -euo pipefail

if (($# == 0)); then
  printf 'Usage: dark_range.sh COMMAND [ARGUMENT]...\n' >&2
  exit 64
fi
# shellcheck disable=SC2016
exec unshare --net bash -euo pipefail -c '
  ip link set lo up
  ip link add dark type veth peer name hole
  ip link set hole arp off up
  ip link set dark arp off up
  echo 1 >/proc/sys/net/ipv4/conf/dark/route_localnet
  ip route add 127.31.0.0/16 dev dark src 127.0.0.1 table local
  ip route add local 127.31.0.0/28 dev lo table local
  exec "$@"' -- "$@"
