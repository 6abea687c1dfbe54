#!/usr/bin/env python3
"""Holds the tests against spec/cases.txt: no unknown case is named, and no landed one is without a passing test.

usage: check_cases.py                            every id that a test file names is known
       check_cases.py DATABASE=REPORT.json …     every case of spec/landed.txt passed on each database it names
"""

import collections
import pathlib
import sys

import test_reports

TEST_FILES = ("tests/**/*.ts", "tests/**/*.cpp", "tests/**/*.toml", "src/**/*_test.cpp")


def lines_of(path):
    for line in pathlib.Path(path).read_text().splitlines():
        if line := line.split("#")[0].strip():
            yield line


def known_cases():
    """id → (issue, databases)."""
    return {name: (issue, databases.split(",")) for name, issue, databases in map(str.split, lines_of("spec/cases.txt"))}


def unknown_ids(cases):
    looked_at = 0
    for pattern in TEST_FILES:
        for path in sorted(pathlib.Path(".").glob(pattern)):
            if "node_modules" in path.parts:
                continue
            looked_at += 1
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for found in test_reports.CASE_ID.findall(line):
                    if found not in cases:
                        yield f"{path}:{number}: {found} is no case of spec/cases.txt"
    if not looked_at:
        yield "no test file was found"


def untested(cases, reports):
    """Landed cases without a passing test on a database that they name. (A failed one is counted where it ran.)"""
    passed = collections.defaultdict(set)
    for report in reports:
        database, path = report.split("=", 1)
        for outcome in test_reports.read(path):
            for case in outcome.cases():
                if case not in cases:
                    yield f"{outcome.name}: {case} is no case of spec/cases.txt"
                if outcome.passed:
                    passed[case].add(database)
    landed = set(lines_of("spec/landed.txt"))
    judged = 0
    for case, (issue, databases) in cases.items():
        if issue not in landed:
            continue
        judged += 1
        if databases == ["any"]:
            if not passed[case]:
                yield f"{case}: no test of it passed"
            continue
        for database in databases:
            if database not in passed[case]:
                yield f"{case}: no test of it passed on {database}"
    if not judged:
        yield "spec/landed.txt names no issue with cases"


def main():
    cases = known_cases()
    reports = sys.argv[1:]
    wrongs = list(untested(cases, reports) if reports else unknown_ids(cases))
    print("\n".join(wrongs) if wrongs else f"the cases are in order: {len(cases)} known")
    sys.exit(bool(wrongs))


if __name__ == "__main__":
    main()
