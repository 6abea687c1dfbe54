#!/usr/bin/env bash
# Installs the Debian packages that are missing for: build | test | bench | lint. Quick when none is.
set -euo pipefail

# "package?command" is only needed where the command is missing (it may come from elsewhere).
build=(
  ccache clang-19 cmake g++-12 libarchive-dev libboost1.81-dev libboost-json1.81-dev libcrypt-dev libcurl4-openssl-dev
  libfmt-dev libgif-dev libicu-dev libisal-dev libmaxminddb-dev libpng-dev libpq-dev libqrencode-dev libsodium-dev libsqlite3-dev libssl-dev
  libtomlplusplus-dev libturbojpeg0-dev libwebp-dev libzip-dev libzxcvbn-dev lld-19
  'make?make' ninja-build 'npm?npm' pkg-config prometheus-cpp-dev util-linux
)
tests=(
  ca-certificates chromium curl fonts-inter git libarchive-tools libclang-rt-19-dev libgmock-dev libgtest-dev llvm-19 oathtool openssl postgresql-15
  python3 sqlite3 sqlmap unzip valgrind
)
lint=(clang-format-19 clang-tidy-19 python3)
# From libcbor0.8 on: what glewlwyd needs (scripts/glewlwyd.sh).
bench=(
  chromium 'nginx-light?nginx' postgresql-15 python3
  libcbor0.8 libconfig9 libgnutls30 libhoel1.4 libiddawc1.1 libjansson4 libldap-2.5-0 libnettle8 liboath0 liborcania2.3
  librhonabwy1.1 libulfius2.7 libyder2.0
)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${tests[@]}" "${lint[@]}") ;;
  bench) wanted=("${build[@]}" "${bench[@]}") ;;
  lint) wanted=("${build[@]}" "${lint[@]}" libgtest-dev libgmock-dev) ;;
  *)
    echo "usage: scripts/setup.sh build|test|bench|lint" >&2
    exit 2
    ;;
esac

packages=()
for entry in "${wanted[@]}"; do
  package=${entry%%\?*}
  if [[ $entry == *\?* ]] && command -v "${entry#*\?}" >/dev/null; then
    continue
  fi
  packages+=("$package")
done

# One question for all of them; a package that was never heard of is only named on standard error.
# That one makes dpkg-query end with 1, which is no failure: whatever is not named is missing.
installed=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>&1 || true; } | sed -n 's/^installed //p')
missing=()
for package in "${packages[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "setup: these packages are missing, and neither root nor sudo is at hand: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi

# Debian starts a service when its package is installed. The tests start their own on free ports,
# so this says no (101) while we install; an operator's own policy is left alone.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}"
