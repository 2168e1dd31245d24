#!/usr/bin/env bash
# clang-tidy (.clang-tidy) over the exporter's own files. Slow: about a minute for a file with
# coroutines. $ANTX_TIDY_FILES (a regular expression) narrows it.
set -euo pipefail

build_folder=$1
if ! command -v clang-tidy >/dev/null; then
  printf 'skipped: clang-tidy is not installed\n'
  exit 77
fi
find exporter -name '*.cc' -not -path '*/gen/*' | grep -E "${ANTX_TIDY_FILES:-.}" | sort |
  xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p "$build_folder" \
    --extra-arg=-Wno-unknown-warning-option
