#!/usr/bin/env python3
"""Runs the parts of `make test` one after another, counts what their reports say, and ends with `N passed, N failed`.

usage: run_tests.py [--long] [--list] [PART…]      parts by name run alone, without what they need
"""

import argparse
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

import test_parts
import test_reports
from test_reports import Outcome

LOGS = pathlib.Path("build/test-logs")
SHOWN_LINES = 120  # of the log of a part that failed
# Seconds of a whole `make test`, from an empty compiler cache on 2 cores: 45 minutes are the aim, two thirds more for a busy machine.
LONGEST = 75 * 60


@dataclasses.dataclass
class Result:
    outcomes: list
    seconds: float

    @property
    def failed(self):
        return [outcome for outcome in self.outcomes if not outcome.passed]


def environment(extra):
    """Ours, without what would configure a server behind the tests' back."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("GATEHOUSE_") or name.startswith("GATEHOUSE_TEST_") or name == "GATEHOUSE_JOBS"}
    kept.pop("JWT_SECRET", None)
    return kept | {"NO_COLOR": "1"} | extra


def run_together(commands, log, seconds_left):
    """Runs the commands side by side; returns each one's exit status, or None where time ran out."""
    running = []
    try:
        for command in commands:
            log.write(f"$ {' '.join(command.words)}\n")
            log.flush()
            running.append(subprocess.Popen(
                command.words, cwd=command.folder, env=environment(command.environment), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            ))
        deadline = time.monotonic() + seconds_left
        statuses = []
        for process in running:
            try:
                statuses.append(process.wait(max(0.0, deadline - time.monotonic())))
            except subprocess.TimeoutExpired:
                statuses.append(None)
        return statuses
    finally:
        for process in running:
            if process.poll() is None:
                end(process)


def end(process):
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def outcomes_of(command, status):
    """What one command's report says; without one, its exit status is the outcome."""
    name = command.name
    if status is None:
        return [Outcome(name, False, "it took longer than its budget allows and was ended")]
    if command.report is None:
        return [Outcome(name, status == 0, f"exit status {status}")]
    try:
        outcomes = test_reports.read(command.report)
    except (OSError, ValueError, KeyError) as problem:
        return [Outcome(name, False, f"exit status {status}, and no usable report: {problem}")]
    if status != 0 and all(outcome.passed for outcome in outcomes):
        outcomes.append(Outcome(name, False, f"exit status {status}, although its report holds no failure"))
    return outcomes


def outcomes_file(name):
    """Where later parts (cases, controls) find what this one ended in."""
    return LOGS / f"{name}.outcomes.json"


def run_part(part, budget):
    outcomes_file(part.name).unlink(missing_ok=True)
    for command in part.commands():
        if command.report is not None:
            pathlib.Path(command.report).unlink(missing_ok=True)
    started = time.monotonic()
    outcomes = []
    with (LOGS / f"{part.name}.log").open("w") as log:
        for group in part.groups:
            left = budget * 1.5 - (time.monotonic() - started)
            statuses = run_together(group, log, left)
            for command, status in zip(group, statuses):
                outcomes += outcomes_of(command, status)
    test_reports.write(outcomes_file(part.name), outcomes)
    return Result(outcomes, time.monotonic() - started)


def show(part, result, budget):
    print(f"{part.name:<18} {len(result.outcomes) - len(result.failed):>5} passed {len(result.failed):>4} failed"
          f" {result.seconds:>8.1f} s of {budget}", flush=True)
    if not result.failed:
        return
    log = (LOGS / f"{part.name}.log").read_text(errors="replace").splitlines()
    for line in log[-SHOWN_LINES:]:
        print(f"    | {line}")
    for outcome in result.failed:
        print(f"    FAILED {outcome.name}: {outcome.why}"[:2000], flush=True)


def numbers_in(path):
    return test_reports.numbers_of(pathlib.Path(path).read_text())


def run_all(parts, budgets, alone):
    results = {}
    for part in parts:
        broken = [] if alone else [name for name in part.needs if name not in results or results[name].failed]
        if broken:
            (LOGS / f"{part.name}.log").write_text("")
            outcomes_file(part.name).unlink(missing_ok=True)
            result = Result([Outcome(part.name, False, f"not run, since {', '.join(broken)} failed")], 0.0)
        else:
            result = run_part(part, budgets[part.name])
        results[part.name] = result
        show(part, result, budgets[part.name])
    return results


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--long", action="store_true", help="also what make test-long adds")
    words.add_argument("--list", action="store_true", help="name the parts and end")
    words.add_argument("parts", nargs="*", metavar="PART")
    asked = words.parse_args()

    parts = test_parts.parts(long=asked.long, logs=LOGS)
    if asked.list:
        print("\n".join(part.name for part in parts))
        return 0
    unknown = set(asked.parts) - {part.name for part in parts}
    if unknown:
        words.error(f"no such part: {', '.join(sorted(unknown))}")
    chosen = [part for part in parts if part.name in asked.parts] if asked.parts else parts

    LOGS.mkdir(parents=True, exist_ok=True)
    results = run_all(chosen, numbers_in("tests/budget.txt"), alone=bool(asked.parts))
    passed = sum(len(result.outcomes) - len(result.failed) for result in results.values())
    failed = sum(len(result.failed) for result in results.values())
    seconds = sum(result.seconds for result in results.values())
    print(f"{seconds:.0f} s in all; logs in {LOGS}/")

    floor = numbers_in("tests/floor.txt")["test-long" if asked.long else "test"]
    if not asked.parts and passed < floor:
        print(f"FAILED tests/floor.txt: {passed} passed, and {floor} did before")
        failed += 1
    if not asked.parts and not asked.long and seconds > LONGEST:
        print(f"FAILED make test took {seconds:.0f} s of at most {LONGEST}")
        failed += 1
    if passed == 0:
        failed = max(failed, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
