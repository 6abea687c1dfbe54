#!/usr/bin/env python3
"""sqlmap against every parameter of /openapi.json, after it found each flaw that was planted for it in this very run.

usage: run_sqlmap.py --report FILE [--binary FILE] [--deep] [--only WORD]

The short form asks on SQLite, at the level and risk that sqlmap begins with. --deep adds PostgreSQL (where
GATEHOUSE_TEST_POSTGRES names a superuser), every technique, level 5 and risk 3.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

import house
import targets

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
import test_reports  # noqa: E402
from test_reports import Outcome  # noqa: E402

ALWAYS = ["--batch", "--disable-coloring", "--flush-session", "--ignore-code=*", "--skip-waf", "--timeout=10", "--retries=1", "-v1",
          "--answers=follow=N,keep testing=N,exploit=N,redirect=N"]
SHORT = ["--technique=BEUS", "--level=1", "--risk=1"]
DEEP = ["--technique=BEUSTQ", "--level=5", "--risk=3", "--time-sec=2"]
SECONDS = {False: 90, True: 1500}  # for one target


def command(target, folder, dbms, deep):
    words = ["sqlmap", *ALWAYS, *(DEEP if deep else SHORT), f"--dbms={dbms}", f"--output-dir={folder}", "-u", target.url, f"--method={target.method}"]
    if target.body is not None:
        words += ["--data", target.body, "-H", "Content-Type: application/json"]
    for name, value in target.headers:
        words += ["-H", f"{name}: {value}"]
    if deep and "header" not in target.name:
        words.append("--skip=User-Agent,Referer,Host,Cookie")  # level 5 would try them once more with each target
    if not target.expected[0].startswith(("#", "JSON")) and " #1*" not in target.expected[0]:
        words += ["-p", ",".join(target.expected)]
    return words


def judge(target, said):
    """Whether this says what it must: found where a flaw was planted; every parameter tried and none found elsewhere."""
    found = re.findall(r"^Parameter: (.+) \(", said, re.MULTILINE)
    if target.planted:
        return Outcome(target.name, target.expected[0] in found, "the planted flaw was not found:\n" + said[-1500:])
    if found or "is vulnerable" in said:
        return Outcome(target.name, False, f"injectable: {', '.join(found)}\n{said[-3000:]}")
    untried = [one for one in target.expected if f"parameter '{one}'" not in said]
    if untried:
        return Outcome(target.name, False, f"not tried: {', '.join(untried)}\n{said[-1500:]}")
    if "all tested parameters do not appear to be injectable" not in said:
        return Outcome(target.name, False, "sqlmap came to no verdict\n" + said[-1500:])
    return Outcome(target.name, True)


def scan(target, dbms, deep):
    with tempfile.TemporaryDirectory(prefix="gatehouse-sqlmap.") as folder:
        environment = os.environ | {"HOME": folder, "XDG_DATA_HOME": folder}  # nothing of an earlier run is remembered
        try:
            ended = subprocess.run(command(target, folder, dbms, deep), env=environment, capture_output=True, text=True, timeout=SECONDS[deep], stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return Outcome(target.name, False, f"no verdict in {SECONDS[deep]} s")
        return judge(target, ended.stdout + ended.stderr)


def scan_all(listed, dbms, deep):
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        return list(pool.map(lambda target: scan(target, dbms, deep), listed))


def named(outcomes, database):
    return [Outcome(f"INJ-01 sqlmap on {database}: {one.name}", one.passed, one.why) for one in outcomes]


def against(binary, kind, url, folder, asked):
    """The control and the server with the same settings; then the server must still stand, with nothing broken."""
    with house.gatehouse(binary, url, folder) as (origin, running, log):
        world = house.furnished(origin)
        document = house.ask("GET", f"{origin}/openapi.json")
        listed = [one for one in [*targets.targets_of(document, world), *targets.header_targets(world)] if asked.only in one.name]
        outcomes = scan_all(listed, kind, asked.deep)
        alive = running.poll() is None and house.ask("GET", f"{origin}/ready")["status"] == "ready"
        outcomes.append(Outcome("the server stands", alive, "it ended or is not ready"))
        broken = [line for line in log.read_text(errors="replace").splitlines() if '"http.failed"' in line]
        outcomes.append(Outcome("no request broke anything", not broken, "\n".join(broken[:5])))
        outcomes.append(Outcome("every place was tried", asked.only != "" or len(listed) > 70, f"only {len(listed)} targets"))
        return named(outcomes, kind)


def on_postgres(folder, asked):
    superuser = os.environ["GATEHOUSE_TEST_POSTGRES"]
    name = f"gh_scan_{os.getpid()}"
    subprocess.run(["psql", superuser, "-qc", f"CREATE DATABASE {name}"], check=True)
    try:
        url = urllib.parse.urlsplit(superuser)._replace(path=f"/{name}").geturl()
        return against(asked.binary, "postgresql", url, folder, asked)
    finally:
        subprocess.run(["psql", superuser, "-qc", f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--report", type=pathlib.Path, required=True)
    words.add_argument("--binary", type=pathlib.Path, default=REPOSITORY / "build/release/gatehouse")
    words.add_argument("--node", type=pathlib.Path, default=REPOSITORY / "tests/api/node22")
    words.add_argument("--deep", action="store_true", help="level 5, risk 3, every technique")
    words.add_argument("--only", default="", metavar="WORD", help="targets whose name holds it")
    asked = words.parse_args()

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gatehouse-scan.") as name:
        folder = pathlib.Path(name)
        with house.control(asked.node, folder) as origin:
            outcomes = named(scan_all(targets.planted_targets(origin), "sqlite", asked.deep), "the control")
        if all(one.passed for one in outcomes):
            outcomes += against(asked.binary, "sqlite", f"sqlite:{folder}/scanned.db", folder, asked)
            if asked.deep:
                outcomes += on_postgres(folder, asked)
        else:
            outcomes.append(Outcome("INJ-01 sqlmap", False, "it does not find what was planted: a clean scan would mean nothing"))
    test_reports.write(asked.report, outcomes)
    failed = [one for one in outcomes if not one.passed]
    for one in failed:
        print(f"FAILED {one.name}: {one.why}")
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed, {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
