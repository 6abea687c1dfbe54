#!/usr/bin/env python3
"""Holds tests/floor.txt and tests/coverage.txt against their own history: what they demand may only grow."""

import subprocess
import sys

from test_reports import numbers_of

FLOORS = ("tests/floor.txt", "tests/coverage.txt")
# Sums of whole runs, which said nothing any more once parts had moved from one to the other: each part has its own floor instead.
SPLIT_UP = ("test", "test-long")


def git(*words):
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout


def held(path):
    with open(path) as file:
        now = numbers_of(file.read())
    for commit in git("log", "--format=%h", "--diff-filter=AM", "--", path).split():
        for name, number in numbers_of(git("show", f"{commit}:{path}")).items():
            if name not in SPLIT_UP and now.get(name, -1) < number:
                sys.exit(f"{path}: {name} is {now.get(name)}, and was {number} in {commit}")
    return now


def main():
    for path in FLOORS:
        print(f"{path} holds: {held(path)}")


if __name__ == "__main__":
    main()
