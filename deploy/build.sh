# Configures and builds with the presets of CMakePresets.json. Sourced by deploy/run and tests/run.
# shellcheck shell=bash

readonly exit_build=2 # What a script exits with when the build fails.

readonly swagger_ui_version=5.35.0

# Fetches Swagger UI for /docs into build/npm, once, and prints its folder. Where npm is missing or
# cannot fetch, nothing is printed and /docs is a plain list.
swagger_ui_folder() {
  local folder=$PWD/build/npm/node_modules/swagger-ui-dist
  if [[ ! -e $folder/swagger-ui-bundle.js ]]; then
    command -v npm >/dev/null || return 0
    mkdir -p build/log
    npm install --prefix build/npm --no-save --no-audit --no-fund --ignore-scripts \
      "swagger-ui-dist@$swagger_ui_version" </dev/null >build/log/npm-swagger-ui.log 2>&1 || return 0
  fi
  printf '%s' "$folder"
}

# configure_preset PRESET [-DNAME=VALUE...]: quick when nothing changed. Starts afresh where a
# build folder is half-made or came from another place.
configure_preset() {
  local preset=$1 folder=build/$1 fresh=()
  shift
  if [[ -e $folder/CMakeCache.txt ]]; then
    if [[ ! -e $folder/build.ninja ]] ||
      ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$folder/CMakeCache.txt"; then
      fresh=(--fresh)
    fi
  fi
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
  mkdir -p build/log
  if ! cmake "${fresh[@]}" --preset "$preset" "$@" >"build/log/configure-$preset.log" 2>&1; then
    printf '\nCMake could not configure the build. The end of build/log/configure-%s.log:\n' \
      "$preset" >&2
    tail -n 25 "build/log/configure-$preset.log" | sed 's/^/    /' >&2
    exit "$exit_build"
  fi
}

# build_preset PRESET [TARGET...]: all targets when none is named.
build_preset() {
  local preset=$1 targets=()
  shift
  (($#)) && targets=(--target "$@")
  if ! cmake --build "build/$preset" "${targets[@]}"; then
    printf '\nThe build failed; the first error is above. Start again after mending it,\n' >&2
    printf 'or with a fresh folder: rm -r build/%s\n' "$preset" >&2
    exit "$exit_build"
  fi
}
