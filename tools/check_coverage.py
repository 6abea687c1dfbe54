#!/usr/bin/env python3
"""Joins the profiles of the coverage build and holds what the tests reached against tests/coverage.txt.

usage: check_coverage.py FOLDER_OF_PROFILES     (the bounds there only grow, like those of tests/floor.txt)
"""

import json
import pathlib
import re
import subprocess
import sys

from test_reports import numbers_of

PROGRAMS = ("build/coverage/gatehouse", "build/coverage/gatehouse_tests")
KINDS = ("lines", "functions", "branches")
# Where a fault opens a door: held to more than the rest.
GROUPS = {
    "all": r"",
    "login": r"/(features/login|domain/lockout|features/refresh|features/token_validation|crypto/passwords)",
}
OURS = re.compile(r"(^|/)(src|windows)/")
NOT_OURS = re.compile(r"_test\.cpp$|(^|/)(tests|embedded)/")


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def summaries(profiles):
    """File → its summary, over everything that ran."""
    merged = f"{profiles}/merged.profdata"
    found = [str(path) for path in pathlib.Path(profiles).glob("*.profraw")]
    if not found:
        sys.exit(f"{profiles} holds no profile")
    lists = pathlib.Path(profiles, "list.txt")
    lists.write_text("\n".join(found) + "\n")
    run("llvm-profdata-19", "merge", "-sparse", "--failure-mode=all", f"--input-files={lists}", "-o", merged)
    report = json.loads(run(
        "llvm-cov-19", "export", "-summary-only", f"-instr-profile={merged}", PROGRAMS[0], f"-object={PROGRAMS[1]}"))
    files = report["data"][0]["files"]
    return {one["filename"]: one["summary"] for one in files
            if OURS.search(one["filename"]) and not NOT_OURS.search(one["filename"])}


def percent(chosen, kind):
    count = sum(summary[kind]["count"] for summary in chosen)
    covered = sum(summary[kind]["covered"] for summary in chosen)
    return 100 * covered / count if count else 0.0


def main():
    files = summaries(sys.argv[1])
    bounds = numbers_of(pathlib.Path("tests/coverage.txt").read_text())
    wrongs = []
    for group, pattern in GROUPS.items():
        chosen = [summary for name, summary in files.items() if re.search(pattern, name)]
        for kind in KINDS:
            reached, bound = percent(chosen, kind), bounds[f"{group}.{kind}"]
            print(f"{group:<6} {kind:<10} {reached:6.2f} %  (at least {bound} %, {len(chosen)} files)")
            if reached < bound:
                wrongs.append(f"{group} {kind}: {reached:.2f} % of {bound} %")
    least = sorted(files, key=lambda name: percent([files[name]], "lines"))[:15]
    print("least reached:", *(f"  {percent([files[name]], 'lines'):6.2f} %  {name}" for name in least), sep="\n")
    print("\n".join(wrongs))
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
