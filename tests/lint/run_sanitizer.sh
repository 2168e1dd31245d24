#!/usr/bin/env bash
# Runs the tests of a sanitizer's build, but for those that look at files, or at other programs than
# the ones of this build: rules and dashboards are Prometheus's work.
set -euo pipefail

name=$1
if [[ " ${ANTX_SANITIZERS:-} " != *" $name "* ]]; then
  printf 'skipped: not asked for (tests/run --sanitizer %s)\n' "$name"
  exit 77
fi
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
exec ctest --test-dir "build/$name" --output-on-failure --no-tests=error -j "$(nproc)" \
  -LE 'lint|packaging|rules|dashboards|fuzz|sanitizer|long'
