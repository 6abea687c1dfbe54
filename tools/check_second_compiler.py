#!/usr/bin/env python3
"""Whether g++ 12 takes every source, with all its warnings as errors; `make test-long` also runs what it makes of them.

usage: tools/check_second_compiler.py
"""

import concurrent.futures
import os
import pathlib
import shlex
import subprocess
import sys

import run_tidy

FOLDER = run_tidy.ROOT / "build" / "gcc"
MADE = "embedded/blowfish/crypto/blowfish_start.h"  # by the build itself, and included


def reading(entry):
    """Its command without what it would write, and without the cache that keeps such things."""
    words = shlex.split(entry["command"])
    compiler = next(at for at, word in enumerate(words) if pathlib.Path(word).name.startswith("g++"))
    words = words[compiler:]
    at = words.index("-o")
    del words[at:at + 2]
    return [*words, "-fsyntax-only"]


def read(entry):
    done = subprocess.run(reading(entry), cwd=entry["directory"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout if done.returncode else ""


def main():
    subprocess.run(["scripts/build.sh", "gcc", MADE], cwd=run_tidy.ROOT, check=True)
    entries = list(run_tidy.ours(FOLDER))
    if not entries:
        sys.exit(f"nothing of ours is compiled in {FOLDER}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        findings = [said for said in workers.map(read, entries) if said]
    print("".join(findings), end="")
    print(f"g++ 12: {len(entries)} units read, {len(findings)} refused")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
