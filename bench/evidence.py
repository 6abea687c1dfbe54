#!/usr/bin/env python3
"""A million rows: sealing them, sending them as a bundle on one core, verifying them offline and in the database; and
sealing 2,000 more in each second beside sign-ins.

usage: bench/evidence.py [--rows N] [--postgres URL] [--only sealing|postgres|sqlite]
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import threading
import time
import zipfile

import sealing
from ledger_rows import Postgres, Sqlite
from servers import Gatehouse

SERVER_CORE = 0
SEALED_WITHIN = 900  # seconds


def until_sealed(database):
    """Rows per second; not counting what the last look took."""
    begun, before = time.monotonic(), int(database.ask("SELECT count(*) FROM audit_unsealed"))
    while (left := int(database.ask("SELECT count(*) FROM audit_unsealed"))) > 0:
        if time.monotonic() - begun > SEALED_WITHIN:
            raise SystemExit(f"{left} rows are not sealed after {SEALED_WITHIN} s")
        time.sleep(0.5)
    return before / (time.monotonic() - begun)


def resident(process):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{process.pid}/status").read_text(), re.M)[1]) / 1024


def processor_seconds(process):
    """What a process has had of all cores together."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watched:
    """The most memory that a process takes meanwhile, in MB more than before."""

    def __init__(self, process):
        self.process, self.over = process, threading.Event()

    def __enter__(self):
        self.before = self.most = resident(self.process)
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, resident(self.process))

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.grown = self.most - self.before


def download(server, token, body, path):
    """Seconds until the first byte, until the tables had left, until the end; and of the server's processor."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    begun, used = time.monotonic(), processor_seconds(server.process)
    connection.request("POST", "/api/compliance/export/bundle", json.dumps(body),
                       {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"a bundle is answered {answer.status}: {answer.read(300)}")
    first = tables = None
    with path.open("wb") as file:
        while piece := answer.read1(1 << 18):
            first = first or time.monotonic() - begun
            if tables is None and b"ledger/keys.json" in piece:
                tables, used_by_tables = time.monotonic() - begun, processor_seconds(server.process) - used
            file.write(piece)
    return {"first": first, "tables": tables, "whole": time.monotonic() - begun, "tables used": used_by_tables,
            "whole used": processor_seconds(server.process) - used}


def verified(binary, folder, words, environment):
    """Rows per second of `gatehouse audit verify`, its start included; and per second of processor."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run([binary.resolve(), "audit", "verify", *words, "--json"], cwd=folder, env=environment,
                          stdout=subprocess.PIPE, text=True)
    took, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(said.stdout)
    if not found["verified"]:
        raise SystemExit(f"what was sealed does not verify: {said.stdout}")
    rows = found["chains"][0]["rows"]
    return rows / took, rows / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measured(binary, folder, database, rows):
    with Gatehouse(binary, folder, database.url, 4) as server:
        [(email, password)] = server.make_people(1)
        organization = database.ask(f"SELECT organization_id FROM users WHERE email = '{email}'")
        database.fill(organization, rows)
        result = {"rows": rows, "sealed": until_sealed(database)}
    with Gatehouse(binary, folder, database.url, 4, core=SERVER_CORE) as server:
        token = server.log_in(email, password)
        database.ask(f"""INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, method, expires_at,
            satisfied_at) SELECT id, organization_id, user_id, id, 'data_export', 'email_otp', {database.in_two_hours()},
            {database.in_two_hours()} FROM sessions""")
        path = folder / "bundle.zip"
        period = {"from": "2026-01-01", "to": "2100-01-01", "format": "csv"}
        download(server, token, period | {"to": "2026-01-01"}, path)  # what is taken up once
        with Watched(server.process) as watched:
            result |= download(server, token, period, path)
        result["grown"] = watched.grown
    with zipfile.ZipFile(path) as archive:
        files = json.loads(archive.read("MANIFEST.json"))["files"]
    result["csv"] = sum(file["bytes"] for file in files if file["name"].endswith(".csv")) / 1e6
    result["ledger"] = sum(file["bytes"] for file in files if file["name"].startswith("ledger/")) / 1e6
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
    environment = inherited | {"GATEHOUSE_ENV": "development", "GATEHOUSE_DATABASE_URL": database.url}
    result["from ZIP"] = verified(binary, folder, [str(path)], environment)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "bundle")
    path.unlink()
    result["from directory"] = verified(binary, folder, [str(folder / "bundle")], environment)
    shutil.rmtree(folder / "bundle")
    result["from database"] = verified(binary, folder, ["--organization", organization], environment)
    return result


def on_postgres(url, work):
    """With an empty database that is taken away again."""
    name = f"bench_{time.time_ns()}"
    subprocess.run(["psql", "-X", "-q", url, "-c", f"CREATE DATABASE {name}"], check=True)
    try:
        return work(Postgres(f"{url.rsplit('/', 1)[0]}/{name}"))
    finally:
        subprocess.run(["psql", "-X", "-q", url, "-c", f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def print_result(name, result):
    whole, used = result["whole"] - result["tables"], result["whole used"] - result["tables used"]
    print(f"\nEvidence of {result['rows']:,} rows on {name}, the server on one core (aims in brackets; load {os.getloadavg()[0]:.1f}):\n")
    print("| operation | measured | per second of processor |")
    print("| --- | ---: | ---: |")
    print(f"| sealing, rows that wait | {result['sealed']:,.0f} rows/s | – |")
    print(f"| bundle, first byte | {result['first'] * 1000:,.0f} ms (300) | – |")
    print(f"| bundle, {result['csv']:,.0f} MB of CSV | {result['csv'] / result['tables']:,.1f} MB/s (40) "
          f"| {result['csv'] / result['tables used']:,.1f} MB/s |")
    print(f"| bundle, {result['ledger']:,.0f} MB of the ledger's segment | {result['ledger'] / whole:,.1f} MB/s "
          f"| {result['ledger'] / used:,.1f} MB/s |")
    print(f"| bundle, memory of the server | {result['grown']:+,.1f} MB (32) | – |")
    for what, key, aim in (("the bundle as a ZIP", "from ZIP", " (300,000)"), ("the bundle as a directory", "from directory", " (300,000)"),
                           ("the database", "from database", " (100,000)" if name == "PostgreSQL" else "")):
        rate, of_processor = result[key]
        print(f"| `gatehouse audit verify` of {what} | {rate:,.0f} rows/s{aim} | {of_processor:,.0f} rows/s |")


def print_sealing(found):
    print(f"\nSealing while {found['appended']:,.0f} rows/s are appended on PostgreSQL, {found['rounds']} rounds with and without the sealer in turn:\n")
    print("| operation | measured |")
    print("| --- | ---: |")
    print(f"| the longest that a row waited | {found['lag']:.2f} s (2) |")
    print(f"| p95 of {found['logins']:,} sign-ins, sealing : not sealing | {found['ratio']:.2f} (1.2) |")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--postgres", default=os.environ.get("GATEHOUSE_TEST_POSTGRES"), help="where databases may be made")
    words.add_argument("--only", choices=("sealing", "postgres", "sqlite"), action="append")
    chosen = words.parse_args()
    if not chosen.postgres:
        raise SystemExit("no PostgreSQL: see scripts/with-postgres.sh")
    wanted = chosen.only or ["sealing", "postgres", "sqlite"]
    binary = pathlib.Path("build/release/gatehouse")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-bench."))
    try:
        if "sealing" in wanted:
            print_sealing(on_postgres(chosen.postgres, lambda database: sealing.measured(binary, folder, database)))
        if "postgres" in wanted:
            print_result("PostgreSQL", on_postgres(chosen.postgres, lambda database: measured(binary, folder, database, chosen.rows)))
        if "sqlite" in wanted:
            print_result("SQLite", measured(binary, folder, Sqlite(folder / "bench.db"), chosen.rows))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
