#!/usr/bin/env python3
"""Runs the parts of `make test`, counts what their reports say, and ends with `N passed, N failed`.

usage: run_tests.py [--long] [--list] [PART…]      parts by name run alone, without what they need
"""

import argparse
import dataclasses
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import test_parts
import test_reports
from test_reports import Outcome

LOGS = pathlib.Path("build/test-logs")
SHOWN_LINES = 120  # of the log of a part that failed
# Seconds of a whole `make test`, from an empty compiler cache on 2 cores: 45 minutes are the aim, and machines differ.
LONGEST = 87 * 60


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


def above_floor(name, result, floor):
    """The result, which fails where fewer passed than did before: a file that no runner finds any more fails nowhere else."""
    passed = len(result.outcomes) - len(result.failed)
    if passed >= floor:
        return result
    return Result([*result.outcomes, Outcome("tests/floor.txt", False, f"{passed} of {name} passed, and {floor} did before")], result.seconds)


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


class Run:
    """Parts that run alone, and lanes beside each other: one after another in each, in the order they are listed in."""

    def __init__(self, budgets, floors, alone):
        self.budgets, self.floors, self.alone = budgets, floors, alone
        self.results, self.ended, self.printing = {}, {}, threading.Lock()

    def run(self, part):
        try:
            self.results[part.name] = self.result_of(part)
        except BaseException as failure:  # a thread would take it along
            self.results[part.name] = Result([Outcome(part.name, False, f"the runner broke: {failure!r}")], 0.0)
        finally:
            self.ended[part.name].set()
        with self.printing:
            show(part, self.results[part.name], self.budgets[part.name])

    def result_of(self, part):
        broken = [] if self.alone else [name for name in part.needs if not self.passed(name)]
        if not broken:
            return above_floor(part.name, run_part(part, self.budgets[part.name]), self.floors.get(part.name, 1))
        (LOGS / f"{part.name}.log").write_text("")
        outcomes_file(part.name).unlink(missing_ok=True)
        return Result([Outcome(part.name, False, f"not run, since {', '.join(broken)} failed")], 0.0)

    def passed(self, name):
        """Waits for what another lane is at."""
        if name not in self.ended:
            return False
        self.ended[name].wait()
        return not self.results[name].failed

    def run_lane(self, parts):
        for part in parts:
            self.run(part)

    def run_all(self, parts):
        self.ended = {part.name: threading.Event() for part in parts}
        for is_laned, together in itertools.groupby(parts, key=lambda part: part.lane != ""):
            if not is_laned:
                self.run_lane(together)
                continue
            lanes = {}
            for part in together:
                lanes.setdefault(part.lane, []).append(part)
            threads = [threading.Thread(target=self.run_lane, args=(lane,)) for lane in lanes.values()]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return {part.name: self.results[part.name] for part in parts}


def run_all(parts, budgets, floors, alone):
    return Run(budgets, floors, alone).run_all(parts)


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
    started = time.monotonic()
    results = run_all(chosen, numbers_in("tests/budget.txt"), numbers_in("tests/floor.txt"), alone=bool(asked.parts))
    passed = sum(len(result.outcomes) - len(result.failed) for result in results.values())
    failed = sum(len(result.failed) for result in results.values())
    seconds = time.monotonic() - started
    print(f"{seconds:.0f} s in all; logs in {LOGS}/")

    if not asked.parts and not asked.long and seconds > LONGEST:
        print(f"FAILED make test took {seconds:.0f} s of at most {LONGEST}")
        failed += 1
    if passed == 0:
        failed = max(failed, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
