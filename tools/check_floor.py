#!/usr/bin/env python3
"""Holds tests/floor.txt against its own history: the number of passing tests that it demands may only grow."""

import subprocess
import sys

from test_reports import numbers_of

FLOOR = "tests/floor.txt"


def git(*words):
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout


def main():
    with open(FLOOR) as file:
        now = numbers_of(file.read())
    for commit in git("log", "--format=%h", "--diff-filter=AM", "--", FLOOR).split():
        for name, number in numbers_of(git("show", f"{commit}:{FLOOR}")).items():
            if now.get(name, -1) < number:
                sys.exit(f"{FLOOR}: {name} is {now.get(name)}, and was {number} in {commit}")
    print(f"the floor holds: {now}")


if __name__ == "__main__":
    main()
