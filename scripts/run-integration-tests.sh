#!/usr/bin/env bash
# Brings a test stack up, migrates it, runs the M cases against it, takes it down again.
#
# usage: scripts/run-integration-tests.sh [argument for vitest…]
#   DATABASE=sqlite|postgres          which database (default sqlite)
#   GATEHOUSE_BINARY                  the server to test (default build/release/gatehouse)
#   GATEHOUSE_TEST_LISTEN             its address and port (default 127.0.0.1 and a free one)
#   GATEHOUSE_TEST_PUBLIC_URL         its public address (default: http:// and the address above)
#   GATEHOUSE_TEST_MAIL               its mail setting (default capture)
#   GATEHOUSE_TEST_DATABASE_NAME      name of the database, or of the SQLite file (default a fresh one)
#   GATEHOUSE_TEST_DATABASE_URL       a database that exists and is to stay (with the KEK of its keys in
#                                     GATEHOUSE_TEST_KEK), instead of one made for this run
#   GATEHOUSE_TEST_POSTGRES           superuser connection of a running cluster (default: a cluster of its own)
#   GATEHOUSE_TEST_RUN_FOLDER         where logs and mails go (default a fresh folder under build/)
#   KEEP_STACK=1                      leaves everything up and says how to end it
# A red run keeps the server's log and the captured mails and says where.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
begun=$(date +%s%N)

export DATABASE=${DATABASE:-sqlite}
export GATEHOUSE_BINARY=${GATEHOUSE_BINARY:-$root/build/release/gatehouse}
export GATEHOUSE_TEST_RUN_FOLDER=${GATEHOUSE_TEST_RUN_FOLDER:-$root/build/api-runs/stack-$DATABASE-$$}
mkdir -p "$GATEHOUSE_TEST_RUN_FOLDER"

scripts/node.sh tests/api >"$GATEHOUSE_TEST_RUN_FOLDER/node.txt"

# A cluster of its own lives as a process group beside this script, so that KEEP_STACK can leave it there.
cluster=
if [[ $DATABASE == postgres && -z ${GATEHOUSE_TEST_POSTGRES:-} ]]; then
  url=$GATEHOUSE_TEST_RUN_FOLDER/postgres.url
  rm -f "$url"
  # shellcheck disable=SC2016 # the inner shell expands it
  setsid scripts/with-postgres.sh sh -c 'echo "$GATEHOUSE_TEST_POSTGRES" >"$1.new" && mv "$1.new" "$1" && exec sleep infinity' \
    sh "$url" >"$GATEHOUSE_TEST_RUN_FOLDER/postgres.log" 2>&1 </dev/null &
  cluster=$!
  for _ in {1..300}; do
    [[ -s $url ]] && break
    kill -0 "$cluster" 2>/dev/null || break
    sleep 0.1
  done
  [[ -s $url ]] || {
    cat "$GATEHOUSE_TEST_RUN_FOLDER/postgres.log" >&2
    echo "run-integration-tests: PostgreSQL does not start" >&2
    exit 1
  }
  GATEHOUSE_TEST_POSTGRES=$(<"$url")
  export GATEHOUSE_TEST_POSTGRES
fi

status=0
# The suite starts the server, migrates, waits for readiness, and ends it.
tests/api/run cases/01_story cases/02_account "$@" || status=$?

if [[ ${KEEP_STACK:-} == 1 ]]; then
  echo "the stack is left up; $GATEHOUSE_TEST_RUN_FOLDER/server.json says where."
  echo "end it with: kill $(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$GATEHOUSE_TEST_RUN_FOLDER/server.json")${cluster:+ && kill -- -$cluster}"
elif [[ -n $cluster ]]; then
  kill -- "-$cluster" 2>/dev/null || true # it may have ended by itself
  wait "$cluster" || true                 # its status after the signal says nothing about the tests
fi

echo "seconds with start and end: $((($(date +%s%N) - begun) / 1000000000))"
if ((status != 0)); then
  echo "red: server log, captured mails and answers are in $GATEHOUSE_TEST_RUN_FOLDER" >&2
elif [[ ${KEEP_STACK:-} != 1 ]]; then
  rm -rf "$GATEHOUSE_TEST_RUN_FOLDER"
fi
exit "$status"
