#!/usr/bin/env python3
"""Holds that known and unknown addresses take equally long: medians of paired refusals at the default hash cost.

usage: refusal_times.py [--pairs N] [--binary PATH]      ends with 1 where the medians are 5 % or more apart
"""

import argparse
import pathlib
import sys
import tempfile

import run
import servers
from loads import COST
from tables import median

APART = 0.05  # of the median of the known ones: what must not be reached
# A machine that was busy with something else for a while is measured again; a hash that is left out is off by nearly
# everything, each time.
ATTEMPTS = 3


def apart(took):
    known, unknown = median(took["known"]), median(took["unknown"])
    return known, unknown, abs(known - unknown) / known


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--pairs", type=int, default=200)
    words.add_argument("--binary", type=pathlib.Path, default=pathlib.Path("build/release/gatehouse"))
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="gatehouse-times.") as folder:
        folder = pathlib.Path(folder)
        with servers.Gatehouse(asked.binary, folder, f"sqlite:{folder}/times.db", COST) as server:
            for _ in range(ATTEMPTS):
                people = server.make_people(asked.pairs // 4 + 1)
                known, unknown, difference = apart(run.refusals(server, people, asked.pairs))
                print(f"medians of {asked.pairs} pairs: known {known:.1f} ms, unknown {unknown:.1f} ms, "
                      f"{difference:.1%} apart", flush=True)
                if difference < APART:
                    return
    sys.exit(f"known and unknown addresses can be told apart by the time that their refusals take, {ATTEMPTS} times")


if __name__ == "__main__":
    main()
