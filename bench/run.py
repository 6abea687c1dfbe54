#!/usr/bin/env python3
"""Measures gatehouse beside nginx and beside bcrypt, in turns within one run, and prints ratios as a Markdown table.

usage: bench/run.py [--rounds N] [--seconds S] [--idle S] [--database URL]
Absolute numbers of a shared machine mean little; each ratio compares neighbours in time on the same core.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import decisions
from servers import Gatehouse, Nginx, pinned

TOOLS = pathlib.Path("build/release")
SERVER_CORE, LOAD_CORE = 0, 1
COST = 10  # of bcrypt, on both sides
CONNECTIONS = 64
PEOPLE = 16
REFUSED_PEOPLE = 50  # four wrong passwords each


def request(method, path, body=None, headers=()):
    text = json.dumps(body).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


def load(port, requests, seconds, connections=CONNECTIONS, core=LOAD_CORE, pace=None):
    """What the load generator says after asking these requests in turn: as fast as it can (`shared`: on a core that
    the server uses too, so it sleeps while it waits) or at a rate."""
    with tempfile.NamedTemporaryFile() as file:
        for one in requests:
            file.write(f"{len(one)}\n".encode() + one)
        file.flush()
        said = subprocess.run(
            [TOOLS / "load_generator", str(port), str(connections), str(seconds), file.name, *([str(pace)] if pace else [])],
            stdout=subprocess.PIPE, text=True, preexec_fn=pinned(core),
        )
    if said.returncode != 0:  # its own words are above
        raise SystemExit(f"the load on {requests[0][:40]!r} failed")
    result = json.loads(said.stdout)
    if result["refused"]:
        raise SystemExit(f"{result['refused']} of {result['answers']} answers to {requests[0][:40]!r} were not 2xx")
    return result | {"rate": result["answers"] / result["seconds"]}


def probe(port, path, seconds):
    """How long a light visitor waits: one request every 10 ms, so that it takes no core from the load."""
    asked, times = request("GET", path), []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            started = time.monotonic()
            connection.sendall(asked)
            if not connection.recv(16384).startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path} does not answer 200 under load")
            times.append((time.monotonic() - started) * 1e6)
            time.sleep(0.01)
    times.sort()
    return {"rate": len(times) / seconds, "p50": statistics.median(times), "p99": times[len(times) * 99 // 100]}


def bcrypt_rate(seconds):
    """Hashes per second of all cores together: one thread of libcrypt on each, at once."""
    running = [
        subprocess.Popen([TOOLS / "bcrypt_rate", str(COST), str(seconds)], stdout=subprocess.PIPE, text=True,
                         preexec_fn=pinned(core))
        for core in sorted(os.sched_getaffinity(0))
    ]
    rates = [float(process.communicate()[0]) for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("bcrypt_rate failed")
    return sum(rates)


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
    measured = {"bcrypt": [], "login": [], "health meanwhile": []}
    for _ in range(rounds):
        measured["bcrypt"].append({"rate": bcrypt_rate(seconds)})
        meanwhile = {}
        beside = threading.Thread(target=lambda: meanwhile.update(probe(server.port, "/health", seconds)))
        beside.start()
        busy = load(server.port, requests, seconds, 4 * len(os.sched_getaffinity(0)), pace="shared")
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


def median(values):
    return statistics.median(values)


def ratio(measured, above, below):
    """The median over the rounds, and the span, of one rate divided by its neighbour."""
    ratios = [one["rate"] / other["rate"] for one, other in zip(measured[above], measured[below])]
    return f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"


def row(what, measured, name, compared):
    rounds = measured[name]
    rates = f"{median([one['rate'] for one in rounds]):,.0f}/s"
    times = (f"{median([one['p50'] for one in rounds]):,.0f} | {median([one['p99'] for one in rounds]):,.0f}"
             if "p50" in rounds[0] else "– | –")
    return f"| {what} | {rates} | {times} | {compared} |"


def print_table(beside_nginx, beside_bcrypt, refused, starts, pss, chosen):
    print("\n| operation | rate | p50 µs | p99 µs | ratio (span of the rounds) |")
    print("| --- | ---: | ---: | ---: | --- |")
    print(row("nginx `return 200`, one core", beside_nginx, "nginx", "1"))
    print(row("`GET /health`, one core", beside_nginx, "health", ratio(beside_nginx, "health", "nginx") + " × nginx"))
    print(row("`POST /api/v1/auth/validate`, one core", beside_nginx, "validate",
              ratio(beside_nginx, "validate", "nginx") + " × nginx"))
    print(row(f"bcrypt at cost {COST}, all cores", beside_bcrypt, "bcrypt", "1"))
    print(row("`POST /api/v1/auth/login`, all cores", beside_bcrypt, "login",
              ratio(beside_bcrypt, "login", "bcrypt") + " × bcrypt"))
    print(row("`GET /health` while all hashing threads are busy", beside_bcrypt, "health meanwhile", "–"))
    known, unknown = median(refused["known"]), median(refused["unknown"])
    print(f"\nA wrong password of a known address takes {known:.1f} ms, of an unknown one {unknown:.1f} ms "
          f"(medians of {len(refused['known'])} pairs, {abs(known - unknown) / known:.1%} apart).")
    print(f"\nFrom start to `/ready` on a migrated file: {median(starts):.0f} ms ({min(starts):.0f}–{max(starts):.0f}). "
          f"Memory (Pss) after {chosen.idle} s idle: {pss / 1024:.1f} MB. Medians of {chosen.rounds} rounds.")


def print_decisions(measured, nanoseconds, chosen):
    half = measured["check at half"]
    print(f"\nWith {decisions.PEOPLE:,} people and {decisions.PEOPLE * decisions.ASSIGNED:,} assignments in memory "
          f"({measured['kilobytes'] / 1024:.0f} MB more than before), on PostgreSQL:\n")
    print("| operation | rate | p50 µs | p99 µs | ratio (span of the rounds) |")
    print("| --- | ---: | ---: | ---: | --- |")
    print(row("nginx `return 200`, one core", measured, "nginx", "1"))
    print(row("`POST /api/authz/check`, one core", measured, "check", ratio(measured, "check", "nginx") + " × nginx"))
    print(f"\nAt half of that rate its 95th percentile is {median([one['p95'] for one in half]):,.0f} µs "
          f"(medians of {chosen.rounds} rounds). In the process a decision takes "
          f"{nanoseconds['decide']:.0f} ns, with finding person and assignment in memory {nanoseconds['find and decide']:.0f} ns.")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--seconds", type=float, default=3, help="of each measurement")
    words.add_argument("--idle", type=int, default=60, help="seconds before memory is read")
    words.add_argument("--database", help="a database URL instead of a new SQLite file; it is filled and left so")
    words.add_argument("--postgres", default=os.environ.get("GATEHOUSE_TEST_POSTGRES"),
                       help="a PostgreSQL where databases may be made; without one decisions are not measured")
    chosen = words.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        raise SystemExit("two cores are needed: one for the server, one for the load")

    with contextlib.ExitStack() as opened:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-bench."))
        opened.callback(shutil.rmtree, folder)
        database = chosen.database or f"sqlite:{folder}/gatehouse.db"
        binary = TOOLS / "gatehouse"

        print("starting", flush=True)
        starts = []
        for _ in range(max(chosen.rounds, 5)):
            with Gatehouse(binary, folder, database, COST) as server:
                starts.append(server.milliseconds_to_ready)
        with Gatehouse(binary, folder, database, COST) as server:
            time.sleep(chosen.idle)
            pss = server.pss_kilobytes()

        with Gatehouse(binary, folder, database, COST) as server:
            people = server.make_people(PEOPLE)
            print("refusals, known beside unknown", flush=True)
            refused = refusals(server, server.make_people(REFUSED_PEOPLE))
            print("logins beside bcrypt", flush=True)
            beside_bcrypt = logins(server, people, chosen.rounds, chosen.seconds)
        with Gatehouse(binary, folder, database, COST, core=SERVER_CORE) as server:
            token = server.log_in(*people[0])
            print("throughput beside nginx", flush=True)
            beside_nginx = throughput(server, token, chosen.rounds, chosen.seconds)
        if chosen.postgres:
            print("decisions beside nginx", flush=True)
            beside = decided(binary, folder, chosen.postgres, chosen.rounds, chosen.seconds)
            nanoseconds = json.loads(subprocess.run(
                [TOOLS / "decision_times"], stdout=subprocess.PIPE, check=True, preexec_fn=pinned(SERVER_CORE)).stdout)
        print_table(beside_nginx, beside_bcrypt, refused, starts, pss, chosen)
        if chosen.postgres:
            print_decisions(beside, nanoseconds, chosen)


if __name__ == "__main__":
    main()
