#!/usr/bin/env bash
# Builds TARGET… of a preset under build/, configuring it when needed; says little when there is nothing to do.
# usage: scripts/build.sh release|debug|asan|tsan|coverage|gcc TARGET…
set -euo pipefail

preset=${1:?usage: scripts/build.sh PRESET TARGET…}
shift
mkdir -p build
log=build/$preset.configure.log
# Ninja configures again by itself when the CMake files change; the preset file it does not know.
if [[ ! -f build/$preset/build.ninja || CMakePresets.json -nt build/$preset/build.ninja ]]; then
  rm -f "build/$preset/CMakeCache.txt" # so that a changed preset is taken over whole
  cmake --preset "$preset" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
  }
fi
exec cmake --build "build/$preset" --parallel "${GATEHOUSE_JOBS:-$(nproc)}" --target "$@" -- --quiet
