#!/usr/bin/env bash
# deploy/packages.sh with stand-ins for dpkg-query and apt-get: what is called, what is said.
# shellcheck disable=SC2317 # functions are called through expect
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
export INSTALLED="$folder/installed" CALLS="$folder/calls" APT_CODE=0
mkdir "$folder/bin"
# Knows the packages of the file $INSTALLED, answers like the real one.
cat >"$folder/bin/dpkg-query" <<'STAND_IN'
#!/usr/bin/env bash
code=0
for name in "${@:3}"; do
  if grep -qxF "$name" "$INSTALLED"; then echo "installed $name"; else code=1; fi
done
exit $code
STAND_IN
cat >"$folder/bin/apt-get" <<'STAND_IN'
#!/usr/bin/env bash
echo "$*" >>"$CALLS"
[[ $* == *-s\ install* ]] && { echo 'Inst one'; exit 0; }
[[ $* == *install* ]] && { echo 'Setting up one'; echo 'E: no such mirror'; exit "$APT_CODE"; }
exit 0
STAND_IN
printf '#!/bin/sh\nexec "$@"\n' >"$folder/bin/as_root"
chmod +x "$folder"/bin/*

failures=0
# expect WHAT CONDITION...: counts and names what does not hold.
expect() {
  local what=$1
  shift
  if "$@"; then
    printf 'ok: %s\n' "$what"
  else
    printf 'FAILED: %s\n' "$what"
    sed 's/^/    /' "$folder/output"
    failures=$((failures + 1))
  fi
}
# install PACKAGE...: runs install_missing in a shell of its own; sets `code`.
install() {
  : >"$CALLS"
  code=0
  PATH="$folder/bin:$PATH" bash -c '
    set -euo pipefail
    . deploy/packages.sh
    as_root() { "$@"; }
    keep_services_stopped() { :; }
    command() { if [[ $* == "-v sudo" ]]; then return 0; fi; builtin command "$@"; }
    install_missing "$@"' packages "$folder/apt.log" "$@" >"$folder/output" 2>&1 || code=$?
}
said() { grep -qF -- "$1" "$folder/output"; }
called() { grep -qE -- "$1" "$CALLS"; }
silent() { [[ ! -s $CALLS && ! -s $folder/output ]]; }
ended_with() { [[ $code == "$1" ]]; }

printf '%s\n' g++ cmake >"$INSTALLED"
install g++ cmake
expect 'nothing is asked of apt when nothing is missing' silent
install g++ cmake ninja-build
expect 'the lists are read first' called 'update$'
expect 'only what is missing is installed' called 'install --no-install-recommends ninja-build$'
expect 'it succeeds' ended_with 0
expect 'the missing package is named' said 'Installing 1 Debian packages: ninja-build'

APT_CODE=100 install ninja-build
expect 'a failure has its exit code' ended_with 3
expect "apt's words are shown" said 'E: no such mirror'
expect 'the remedy is shown' said 'apt-get install --no-install-recommends ninja-build'

echo libboost1.74-dev >>"$INSTALLED"
install libboost1.81-dev
expect 'the older Boost is refused' ended_with 3
expect 'and the way out is named' said 'apt-get remove libboost1.74-dev'
install ninja-build
expect 'the older Boost is no matter otherwise' ended_with 0

exit "$((failures > 0))"
