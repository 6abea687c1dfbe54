#!/usr/bin/env bash
# The checks that read the code without running it.
# usage: scripts/lint.sh house|format|headers|tidy|swallowed|all
set -euo pipefail

sources() { git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp'; }

house() {
  tools/check_house.py
  tools/check_words.py
}

format() {
  local said status=0
  said=$(sources | xargs clang-format-19 --dry-run --Werror 2>&1) || status=$?
  [[ $status -eq 0 ]] || {
    echo "make fmt mends these:"
    sed -n 's/:[0-9:]* error: .*//p' <<<"$said" | sort -u | grep . || printf '%s\n' "$said"
    return 1
  }
}

# Each header compiles by itself, included twice: here those that no source of theirs includes first.
headers() {
  scripts/build.sh release header_check
}

# Only what CMake compiles, since tidy needs its flags and its generated headers.
tidied() {
  scripts/build.sh release all bench_tools
  tools/run_tidy.py build/release "$@"
}

tidy() { tidied; }

# The two checks that no change may land without: nothing is swallowed. Several sources are read as
# one, as that build compiles them.
swallowed() {
  scripts/build.sh asan gatehouse
  tools/run_tidy.py build/asan --checks='-*,bugprone-empty-catch,bugprone-unused-return-value' --header-filter='.*'
}

case "${1:-}" in
  house | format | headers | tidy | swallowed) "$1" ;;
  all)
    house
    format
    headers
    tidy
    ;;
  *)
    echo "usage: scripts/lint.sh house|format|headers|tidy|swallowed|all" >&2
    exit 2
    ;;
esac
