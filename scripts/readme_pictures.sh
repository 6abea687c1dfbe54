#!/usr/bin/env bash
# Takes the four pictures that README.md shows from those that `make screenshots` has made.
# usage: scripts/readme_pictures.sh
set -euo pipefail

take() { cp "build/screenshots/$1.png" "docs/pictures/$2.png"; }

take dashboard-owner.desktop-light dashboard
take clients.desktop-dark clients-dark
take login-locked.phone-light locked-phone
take profile-security.phone-dark security-phone-dark
