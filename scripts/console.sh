#!/usr/bin/env bash
# Builds the web console: types from the interface, type check, bundle, compressed forms, a C++ file that holds them.
# Does nothing where none of its inputs has changed since.
# usage: scripts/console.sh OPENAPI_JSON FOLDER        writes FOLDER/embedded.cpp
set -euo pipefail

document=$(realpath "${1:?usage: scripts/console.sh OPENAPI_JSON FOLDER}")
folder=$(realpath "${2:?usage: scripts/console.sh OPENAPI_JSON FOLDER}")

# One at a time: several builds share web/node_modules and the generated types.
exec 8>"$folder/../../.console.lock"
flock 8

inputs=$({
  sha256sum "$document" scripts/console.sh
  find web -path web/node_modules -prune -o -type f ! -name schema.d.ts ! -name .npm-ci.lock -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum
} | sed "s|$document|openapi.json|" | sha256sum)
if [[ -f $folder/embedded.cpp && -f $folder/stamp && $(<"$folder/stamp") == "$inputs" ]]; then
  exit 0
fi
rm -f "$folder/stamp"

node=$(scripts/node.sh web)
cd web
run() { # says nothing unless it fails
  local said
  said=$("$@" 2>&1) || {
    printf '%s\n' "$said" >&2
    return 1
  }
}
run "$node" node_modules/openapi-typescript/bin/cli.js "$document" --output src/api/schema.d.ts
run "$node" scripts/check.ts
run "$node" node_modules/svelte-check/bin/svelte-check --tsconfig ./tsconfig.json --fail-on-warnings
run "$node" node_modules/vite/bin/vite.js build --outDir "$folder/files" --emptyOutDir --logLevel warn
run "$node" scripts/documents.ts "$folder/files"
run "$node" scripts/embed.ts "$folder/files" "$folder"
printf '%s' "$inputs" >"$folder/stamp"
