#!/usr/bin/env bash
# Every shell script passes shellcheck and every Python script compiles.
set -euo pipefail

scripts=()
while IFS= read -r -d '' file; do
  if [[ $file == *.sh ]] || head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh\b'; then
    scripts+=("$file")
  fi
done < <(find deploy prometheus tests .ci -type f \( -name '*.sh' -o ! -name '*.*' \) -print0)
((${#scripts[@]} >= 5)) || {
  printf 'only %d scripts found: is this the root of the project?\n' "${#scripts[@]}"
  exit 1
}
printf '%s\n' "${scripts[@]}"
shellcheck -x "${scripts[@]}"

find deploy tests -name '*.py' -print0 |
  PYTHONDONTWRITEBYTECODE=1 xargs -0 -r python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
