#!/usr/bin/env bash
# Runs COMMAND with a throwaway PostgreSQL 15 cluster of its own, named by GATEHOUSE_TEST_POSTGRES.
# usage: scripts/with-postgres.sh COMMAND…
#   GATEHOUSE_TEST_FSYNC=off     the cluster writes nothing through, and servers rightly complain
#   GATEHOUSE_TEST_MEMORY=on     it lies in memory where there is enough: it writes through, at once
set -euo pipefail

programs=/usr/lib/postgresql/15/bin
[[ -x $programs/postgres ]] || {
  echo "with-postgres: PostgreSQL 15 is missing (scripts/setup.sh test installs it)" >&2
  exit 1
}

base=${TMPDIR:-/tmp}
if [[ ${GATEHOUSE_TEST_MEMORY:-off} == on && -w /dev/shm ]]; then
  free=$(df --output=avail -k /dev/shm | tail -n 1)
  if ((free > 4 * 1024 * 1024)); then
    base=/dev/shm
  fi
fi
folder=$(mktemp -d "$base/gatehouse-postgres.XXXXXX")
as_owner=(setpriv)
if [[ $(id -u) -eq 0 ]]; then # the server refuses to run as root
  chown postgres: "$folder"
  as_owner=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi

server=
finish() {
  local status=$?
  trap - EXIT
  if [[ -n $server ]] && kill -QUIT "$server" 2>/dev/null; then # immediate: nothing of it is kept
    wait "$server" || true # its status after SIGQUIT says nothing about COMMAND
  fi
  rm -rf "$folder"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

"${as_owner[@]}" "$programs/initdb" -D "$folder/cluster" -U gatehouse -A trust -E UTF8 --locale=C.UTF-8 \
  --no-sync >"$folder/initdb.log" 2>&1 || {
  cat "$folder/initdb.log" >&2
  exit 1
}

port=
for _ in {1..20}; do
  port=$((20000 + RANDOM % 20000))
  if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    continue # somebody listens there
  fi
  # Should this script be killed outright, the kernel asks the server to stop as well.
  "${as_owner[@]}" --pdeathsig INT "$programs/postgres" -D "$folder/cluster" -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" -c max_connections=300 \
    -c fsync="${GATEHOUSE_TEST_FSYNC:-on}" -c log_min_messages=warning >"$folder/server.log" 2>&1 &
  server=$!
  for _ in {1..100}; do
    if "$programs/pg_isready" -q -h "$folder" -p "$port"; then
      break 2
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  kill -QUIT "$server" 2>/dev/null || true # it has ended by itself when the port was taken after all
  wait "$server" || true
  server=
done
[[ -n $server ]] || {
  echo "with-postgres: the cluster does not start:" >&2
  cat "$folder/server.log" >&2
  exit 1
}

export GATEHOUSE_TEST_POSTGRES="postgresql://gatehouse@127.0.0.1:$port/postgres"
"$@"
