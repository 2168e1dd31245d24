# Configures and builds with the presets of CMakePresets.json. Sourced by deploy/run and tests/run.
# shellcheck shell=bash

readonly exit_build=2 # What a script exits with when the build fails.

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
