#!/usr/bin/env bash
# clang-tidy (.clang-tidy) over the exporter's own files; minutes. $ANTX_TIDY_FILES (a regular
# expression) narrows it.
set -euo pipefail

build_folder=$1
if ! command -v clang-tidy >/dev/null; then
  printf 'skipped: clang-tidy is not installed\n'
  exit 77
fi
mapfile -t files < <(find exporter -name '*.cc' -not -path '*/gen/*' |
  grep -E "${ANTX_TIDY_FILES:-.}" | sort)
mapfile -t coroutines < <(grep -lE '\bco_(await|return)\b' "${files[@]}" || true)
mapfile -t others < <(grep -LE '\bco_(await|return)\b' "${files[@]}" || true)
printf '%d files, %d of them with coroutines\n' "${#files[@]}" "${#coroutines[@]}"

# tidy CHECKS FILE...
tidy() {
  local checks=$1
  shift
  (($#)) || return 0
  printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 1 clang-tidy --quiet -p "$build_folder" \
    --checks="$checks" --extra-arg=-Wno-unknown-warning-option
}
code=0
tidy '' "${others[@]}" || code=1
# The analyzer does not understand coroutine frames: it reports null pointers inside Asio.
tidy '-clang-analyzer-*' "${coroutines[@]}" || code=1
exit "$code"
