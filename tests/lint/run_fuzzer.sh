#!/usr/bin/env bash
# Runs one fuzz target for $ANTX_FUZZ_SECONDS (default 20). What it finds of new inputs goes to
# the build folder, never to the checked-in corpus; a crash leaves its input there too.
set -euo pipefail

name=$1
program=build/asan/bin/$name
corpus=tests/fuzz/corpus/${name#fuzz_}
found=build/asan/found/$name
if [[ ! -x $program ]]; then
  printf 'skipped: %s is not built (tests/run without --quick builds it)\n' "$program"
  exit 77
fi
mkdir -p "$found"
inputs=("$found")
[[ -d $corpus ]] && inputs+=("$corpus")
exec "$program" -max_total_time="${ANTX_FUZZ_SECONDS:-20}" -timeout=10 -rss_limit_mb=2048 \
  -verbosity=0 -print_final_stats=1 -artifact_prefix="$found-" "${inputs[@]}"
