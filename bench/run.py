#!/usr/bin/env python3
"""Measures gatehouse beside nginx, bcrypt and its peers, in turns within one run, and says which goals hold.

usage: scripts/with-postgres.sh bench/run.py [--quick] [--rounds N] [--seconds S] [--idle S] [--postgres URL]
Absolute numbers of a shared machine mean little; each ratio compares neighbours in time on the same core. A whole run
rewrites docs/benchmarks.md and what lies beside it; a quick one shows in two minutes that all of it works, in build/bench/.
"""

import argparse
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import burst
import decisions
import limits
import operations
import pages
import report
import sizes
import tables
from loads import COST, PEOPLE, SERVER_CORE, TOOLS, bcrypt_rate, lanes, load, probe, request
from servers import Gatehouse, Nginx, pinned


@dataclasses.dataclass
class Size:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 2  # of each measurement
    idle: int = 60  # before memory is read
    distinct: int = 10_000  # tokens in turn
    once: int = 1500  # refreshes, and logouts, in a round
    once_by_peers: int = 600
    registered: int = 24  # in a round
    sessions: int = 100_000
    pairs: int = 200  # of refused sign-ins


QUICK = Size(rounds=1, seconds=1, idle=1, distinct=200, once=100, once_by_peers=50, registered=4, sessions=1000, pairs=4)


def throughput(server, token, rounds, seconds):
    """/health and validate beside nginx `return 200`, one core each, in turns."""
    asked = {
        "nginx": lambda nginx: load(nginx.port, [request("GET", "/")], seconds),
        "health": lambda nginx: load(server.port, [request("GET", "/health")], seconds),
        "validate": lambda nginx: load(
            server.port, [request("POST", "/api/v1/auth/validate", {"token": token})], seconds),
    }
    measured = {name: [] for name in asked}
    with Nginx(SERVER_CORE, body="x" * 200) as nginx:
        for _ in range(rounds):
            for name, ask in asked.items():
                measured[name].append(ask(nginx))
    return measured


def decided(binary, folder, postgres, rounds, seconds):
    """`authz/check` beside nginx on PostgreSQL, everybody in memory; then at half of what it can."""
    settings = {"GATEHOUSE_SERVICE_KEY": decisions.SERVICE_KEY}
    name = f"bench_{time.time_ns()}"
    subprocess.run(["psql", "-X", "-q", postgres, "-c", f"CREATE DATABASE {name}"], check=True)
    database = f"{postgres.rsplit('/', 1)[0]}/{name}"
    try:
        with Gatehouse(binary, folder, database, 4, settings=settings):
            pass  # migrated
        decisions.fill(database)
        with Gatehouse(binary, folder, database, 4, core=SERVER_CORE, settings=settings) as server:
            measured = {"nginx": [], "check": [], "check at half": [], "kilobytes": -server.pss_kilobytes()}
            decisions.load_everybody(server.port)
            measured["kilobytes"] += server.pss_kilobytes()
            asked = [request("POST", "/api/authz/check", one, decisions.headers()) for one in decisions.questions()]
            load(server.port, asked, 1)
            with Nginx(SERVER_CORE, body="x" * 200) as nginx:
                for _ in range(rounds):
                    measured["nginx"].append(load(nginx.port, [request("GET", "/")], seconds))
                    measured["check"].append(load(server.port, asked, seconds))
                    half = measured["check"][-1]["rate"] / 2
                    measured["check at half"].append(load(server.port, asked, seconds, pace=half))
        return measured
    finally:
        subprocess.run(["psql", "-X", "-q", postgres, "-c", f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def logins(server, people, rounds, seconds):
    """Logins beside bare bcrypt, all cores, in turns; and what /health takes meanwhile."""
    requests = [request("POST", "/api/v1/auth/login", {"email": email, "password": password})
                for email, password in people]
    measured = {"bcrypt": [], "lone login": [], "login": [], "health meanwhile": []}
    for _ in range(rounds):
        measured["lone login"].append(load(server.port, requests[:1], max(2, seconds), 1, pace="shared"))
        measured["bcrypt"].append({"rate": bcrypt_rate(seconds)})
        meanwhile = {}
        beside = threading.Thread(target=lambda: meanwhile.update(probe(server.port, "/health", seconds)))
        beside.start()
        busy = load(server.port, requests, seconds, 8 * len(os.sched_getaffinity(0)), pace="shared")
        beside.join()
        measured["login"].append(busy)
        measured["health meanwhile"].append(meanwhile)
    return measured


def refusals(server, people, pairs=200):
    """Milliseconds of a wrong password for a known and for an unknown address, in pairs of changing order."""
    took = {"known": [], "unknown": []}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        for number in range(pairs):
            # Four tries for each person: a fifth failure would close the address.
            asked = {"known": people[number // 4][0], "unknown": f"nobody-{number}-{time.time_ns()}@example.com"}
            for kind in sorted(asked, reverse=number % 2 == 0):
                body = json.dumps({"email": asked[kind], "password": "not the password"})
                started = time.monotonic()
                connection.request("POST", "/api/v1/auth/login", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                took[kind].append((time.monotonic() - started) * 1000)
                if answer.status != 401:
                    raise SystemExit(f"a wrong password of a {kind} address is answered {answer.status}")
    return took


class Databases:
    """A new one for each who asks: files in a folder, or databases of a cluster that are dropped at the end."""

    def __init__(self, folder, postgres):
        self.folder, self.postgres, self.made = folder, postgres, []

    def __call__(self, name):
        if name.startswith("SQLite"):
            return f"sqlite:{self.folder}/{name}.db"
        self.made.append(f"bench_{name.lower().replace('-', '_')}_{time.time_ns()}")
        self.say(f"CREATE DATABASE {self.made[-1]}")
        return f"{self.postgres.rsplit('/', 1)[0]}/{self.made[-1]}"

    def say(self, statement):
        subprocess.run(["psql", "-X", "-q", self.postgres, "-c", statement], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in self.made:
            self.say(f"DROP DATABASE {name} WITH (FORCE)")


def older_tables(binary, folder, database, postgres, size):
    """What stands beside bcrypt, in the browser, and in the process: the text, and what the goals need of it."""
    text = []
    with Gatehouse(binary, folder, database, COST) as server:
        people = server.make_people(PEOPLE)
        print("refusals, known beside unknown", flush=True)
        refused = refusals(server, server.make_people(size.pairs // 4), size.pairs)
        print("bcrypt lanes beside libxcrypt", flush=True)
        beside_libxcrypt = lanes(size.rounds)
        print("logins beside bcrypt", flush=True)
        beside_bcrypt = logins(server, people, size.rounds, size.seconds)
    with Gatehouse(binary, folder, database, COST, core=SERVER_CORE) as server:
        print("health beside nginx", flush=True)
        beside_nginx = throughput(server, server.log_in(*people[0]), size.rounds, size.seconds)
    text += [*tables.table(beside_nginx, beside_bcrypt, refused), *tables.lanes_text(beside_libxcrypt)]
    if postgres and size.rounds > 1:  # a million assignments are not quick
        print("decisions beside nginx", flush=True)
        beside = decided(binary, folder, postgres, size.rounds, size.seconds)
        nanoseconds = json.loads(subprocess.run(
            [TOOLS / "decision_times"], stdout=subprocess.PIPE, check=True, preexec_fn=pinned(SERVER_CORE)).stdout)
        text += tables.decisions_table(beside, nanoseconds, size.rounds)
    with Gatehouse(binary, folder, database, COST) as server:
        print("pages in Chromium", flush=True)
        text.append(pages.table(pages.measured(server, size.rounds), size.rounds))
    return "\n".join(text), beside_bcrypt, 1000 / beside_libxcrypt["libxcrypt"]


def measured(folder, postgres, size):
    """Everything, as the report wants it, and the text of the older tables."""
    kinds = ["SQLite", "PostgreSQL"] if postgres else ["SQLite"]
    run = {"rounds": size.rounds, "cost": COST, "distinct": size.distinct, "kinds": kinds, "whole": size.rounds >= 5}
    binary = TOOLS / "gatehouse"
    if postgres:
        limits.keep_on_load_core(postgres)
    with Databases(folder, postgres) as database:
        print("sizes", flush=True)
        run["sizes"] = sizes.measured(folder, size)
        run["side by side"], run["peer starts"] = operations.side_by_side(folder, database, kinds, size)
        print("validation beside logins, and twice saturation", flush=True)
        run["burst"] = burst.validation_beside_logins(folder, database("SQLite-burst"), size)
        run["saturated"] = burst.twice_saturation(folder, database("SQLite-saturated"), size)
        run["inserts"] = {kind: limits.session_inserts(database(f"{kind}-inserts"), folder, size) for kind in kinds}
        text, run["beside bcrypt"], run["one hash"] = older_tables(binary, folder, database("SQLite-more"), postgres, size)
    return run, text


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true", help="a little of everything, to see that it works")
    words.add_argument("--rounds", type=int)
    words.add_argument("--seconds", type=float, help="of each measurement")
    words.add_argument("--idle", type=int, help="seconds before memory is read")
    words.add_argument("--postgres", default=os.environ.get("GATEHOUSE_TEST_POSTGRES"),
                       help="a PostgreSQL where databases may be made; without one only SQLite is measured")
    chosen = words.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        raise SystemExit("two cores are needed: one for the server, one for the load")
    given = {name: value for name in ("rounds", "seconds", "idle") if (value := getattr(chosen, name)) is not None}
    size = dataclasses.replace(QUICK if chosen.quick else Size(), **given)
    with contextlib.ExitStack() as opened:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-bench."))
        opened.callback(shutil.rmtree, folder)
        report.write(*measured(folder, chosen.postgres, size))


if __name__ == "__main__":
    main()
