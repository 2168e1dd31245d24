# Starts a list of programs, waits until each is ready, and stops all of them when one ends, on
# Ctrl-C and on SIGTERM. Sourced by deploy/run. A child is one call of add_child.
# shellcheck shell=bash

# Longer than the exporter needs to finish open exchanges and write its history.
stop_grace_seconds=${ANTX_STOP_GRACE_SECONDS:-15}
ready_limit_seconds=${ANTX_READY_LIMIT_SECONDS:-60}

declare -a child_names=()
declare -A child_command=() child_check=() child_log=() child_pid=()
running=()       # Names of the started children, in the order of their start.
real_stderr=2    # A copy of the script's own, from guard_children on.
stopping=0       # 1 from the first signal or the first dead child on.

# add_child NAME LOG CHECK COMMAND...: CHECK is "tcp HOST PORT" or "http HOST PORT PATH"; the child
# is ready when the port answers (with status 200).
add_child() {
  local name=$1
  child_log[$name]=$2
  child_check[$name]=$3
  shift 3
  child_names+=("$name")
  child_command[$name]=$(printf '%q ' "$@")
}

# Whether something answers: "tcp HOST PORT" or "http HOST PORT PATH". Needs no curl.
# In a subshell: a failed connect must not end the script, and closes its descriptor.
answers() {
  local kind=$1 host=$2 port=$3 path=${4:-/} status
  (
    exec 3<>"/dev/tcp/$host/$port" || exit 1
    [[ $kind == tcp ]] && exit 0
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$path" "$host" >&3
    IFS= read -r -t 5 status <&3
    [[ $status == *' 200 '* ]]
  ) 2>/dev/null
}

start_child() {
  local name=$1 command
  mkdir -p "$(dirname "${child_log[$name]}")"
  eval "command=(${child_command[$name]})"
  # Own session: Ctrl-C reaches this script only, which stops the children in order.
  # Death signal: the child goes even when this script is killed.
  setsid setpriv --pdeathsig TERM -- "${command[@]}" >"${child_log[$name]}" 2>&1 </dev/null \
    {real_stderr}>&- &
  child_pid[$name]=$!
  running+=("$name")
}

# Ends with the name of a running child that has ended, or fails when all are alive.
dead_child() {
  local name
  for name in "${running[@]}"; do
    kill -0 "${child_pid[$name]}" 2>/dev/null || {
      printf '%s' "$name"
      return 0
    }
  done
  return 1
}

# Says that a child has ended and why, with the end of its log; then ends the script.
report_dead_child() {
  local name=$1 code=0
  wait "${child_pid[$name]}" 2>/dev/null || code=$?
  printf '\n%s ended with exit code %d. The end of %s:\n' "$name" "$code" "${child_log[$name]}" >&2
  tail -n 20 "${child_log[$name]}" | sed 's/^/    /' >&2
  exit 1
}

wait_until_ready() {
  local name=$1 check dead deadline=$((SECONDS + ready_limit_seconds))
  read -ra check <<<"${child_check[$name]}"
  until answers "${check[@]}"; do
    dead=$(dead_child) && report_dead_child "$dead"
    if ((SECONDS >= deadline)); then
      printf '\n%s is not ready after %d s (%s). The end of %s:\n' "$name" "$ready_limit_seconds" \
        "${child_check[$name]}" "${child_log[$name]}" >&2
      tail -n 20 "${child_log[$name]}" | sed 's/^/    /' >&2
      exit 1
    fi
    sleep 0.1
  done
}

# Newest first, so that nobody sees the child it depends on go before.
stop_children() {
  stopping=1
  exec 2>&"$real_stderr" # A trap that fires inside `wait` has the descriptors of that command.
  local i name deadline=$((SECONDS + stop_grace_seconds))
  for ((i = ${#running[@]} - 1; i >= 0; --i)); do
    kill -TERM "${child_pid[${running[i]}]}" 2>/dev/null || true
  done
  for name in "${running[@]}"; do
    while kill -0 "${child_pid[$name]}" 2>/dev/null; do
      if ((SECONDS >= deadline)); then
        printf '%s did not stop within %d s and is killed.\n' "$name" "$stop_grace_seconds" >&2
        kill -KILL "${child_pid[$name]}" 2>/dev/null || true
        break
      fi
      sleep 0.1
    done
    wait "${child_pid[$name]}" 2>/dev/null || true
  done
  running=()
}

# on_signal CODE: the first one ends the script in order, the next one at once.
on_signal() {
  local name
  if ((stopping)); then
    for name in "${running[@]}"; do kill -KILL "${child_pid[$name]}" 2>/dev/null || true; done
    return 0
  fi
  printf '\nStopping.\n'
  exit "$1"
}

# From here on every way out of the script stops the children.
guard_children() {
  exec {real_stderr}>&2
  trap 'stop_children' EXIT
  trap 'on_signal 130' INT
  trap 'on_signal 143' TERM
  trap 'on_signal 129' HUP
}

start_children() {
  local name
  for name in "${child_names[@]}"; do
    printf '==> Starting %s\n' "$name"
    start_child "$name"
    wait_until_ready "$name"
  done
}

# Returns only by ending the script: when a child ends (code 1) or on a signal. Looks twice a second:
# `wait -n` does not tell of a child that ended before it was called.
watch_children() {
  local dead never
  exec {never}<> <(:) # A pipe with nothing in it, to wait at without a process.
  while true; do
    { # Without the shell's own words on a killed job.
      read -r -t 0.5 -u "$never" || true
      dead=$(dead_child) || true
    } 2>/dev/null
    [[ -z $dead ]] || report_dead_child "$dead"
  done
}
