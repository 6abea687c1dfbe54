#!/usr/bin/env bash
# Unpacks Debian's glewlwyd into build/bench/glewlwyd and prints that folder. Its package wants a database to be set up while it
# is installed, and fails without; what it needs is installed by `scripts/setup.sh bench`.
set -euo pipefail

folder=$PWD/build/bench/glewlwyd
if [[ ! -d $folder/usr/share/glewlwyd/webapp ]]; then
  mkdir -p "$folder"
  (cd "$folder" && apt-get -o APT::Sandbox::User=root download -qq glewlwyd glewlwyd-common && for package in ./*.deb; do dpkg -x "$package" .; done) >&2
fi
printf '%s\n' "$folder"
