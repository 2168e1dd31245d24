#!/usr/bin/env bash
# Every C++ file is as clang-format leaves it. Versions differ in detail: 14 decides.
set -euo pipefail

if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  printf 'skipped: clang-format 14 is not here (Debian 12 has it)\n'
  exit 77
fi
find exporter tests \( -name '*.h' -o -name '*.cc' \) -print0 |
  xargs -0 clang-format --dry-run -Werror
