#!/usr/bin/env python3
"""Negative controls: builds a copy with one fault put in on purpose, and sees that the named case turns red there.

usage: run_controls.py --report FILE --green DATABASE=REPORT… [--all] [--only ID]     (without --all: a third)

Each [[control]] of tests/controls/controls.toml says where to edit the copy, which case must then fail, and with
which words. It holds when the copy builds and starts, the same case passed unsabotaged (the --green reports of this
very run), and the first test to fail is of that case and says what was expected. A control that says `holds` in
place of `breaks` names a case that must stay green: another defence still stands. `like` takes over another's edits.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import test_reports
from test_reports import Outcome

REPOSITORY = pathlib.Path.cwd()
COPY = REPOSITORY / "build/controls/tree"
RUNS = REPOSITORY / "build/controls/runs"


def files():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    )
    return {name for name in listed.stdout.split("\0") if name and pathlib.Path(name).is_file()}


def renew_copy():
    """Makes the copy equal to the repository; a file that is the same keeps its time, so that little is rebuilt."""
    wanted = files()
    for name in wanted:
        there, here = COPY / name, REPOSITORY / name
        if not there.is_file() or there.read_bytes() != here.read_bytes():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here, there)
    for path in COPY.rglob("*"):
        name = path.relative_to(COPY)
        if path.is_file() and name.parts[0] != "build" and str(name) not in wanted:
            path.unlink()


def sabotage(edit):
    path = COPY / edit["file"]
    text = path.read_text()
    if text.count(edit["find"]) != 1:
        raise ValueError(f"{edit['file']} holds {edit['find']!r} {text.count(edit['find'])} times, not once")
    path.write_text(text.replace(edit["find"], edit["replace"]))


def build(log):
    built = subprocess.run(["scripts/build.sh", "release", "gatehouse"], cwd=COPY, stdout=log, stderr=log)
    if built.returncode != 0:
        raise ValueError("the sabotaged copy does not build")


def is_of(outcome, case):
    """A case of cases.md, or a row of security.md, which stands at the start of the test's title as well."""
    return case in outcome.cases() or outcome.name.rsplit(" > ", 1)[-1].startswith(case + " ")


def cases_file_of(case, report, named):
    """The test file that holds the case, from the report of the unsabotaged run, where the case must have passed."""
    outcomes = [outcome for outcome in test_reports.read(report)
                if is_of(outcome, case) and named in (None, pathlib.Path(outcome.file).name)]
    if not outcomes or not all(outcome.passed for outcome in outcomes):
        raise ValueError(f"{case} is not green in the unsabotaged run ({report})")
    return outcomes[0].file


def run_suite(control, database, file, log):
    report = RUNS / f"{control['id']}-{database}.json"
    report.unlink(missing_ok=True)
    subprocess.run(
        ["./run", "--reporter=json", f"--outputFile={report}", pathlib.Path(file).name],
        cwd=REPOSITORY / "tests/api", stdout=log, stderr=log, check=False,  # red is what we want: the report is judged
        env=os.environ | {
            "GATEHOUSE_BINARY": str(COPY / "build/release/gatehouse"), "DATABASE": database, "SUITE_ENV": "test",
            "GATEHOUSE_TEST_REPORT": str(report),
        },
    )
    return test_reports.read(report)


def judge(control, outcomes):
    """Nothing, when the named case fails as expected, first of all but those of `also`, which must fail too."""
    expected = [*control.get("also", []), control["breaks"]]
    for case in expected:
        failed = next((one for one in outcomes if not one.passed and is_of(one, case)), None)
        if failed is None:
            return f"{case} stayed green although {control['fault']}"
        if not re.search(control["expects"], failed.why):
            return f"{failed.name} failed with other words: {failed.why}"
    first = next(one for one in outcomes if not one.passed)
    if not any(is_of(first, case) for case in expected):
        return f"{first.name} failed before {control['breaks']}: {first.why}"
    return ""


def judge_standing(control, outcomes):
    """Nothing, when the named case passed in spite of the fault."""
    named = [one for one in outcomes if is_of(one, control["holds"])]
    failed = next((one for one in named if not one.passed), None)
    if failed:
        return f"{failed.name} failed although it must hold without that: {failed.why}"
    return "" if named else f"{control['holds']} was not run"


def edits_of(control, controls):
    taken = [edit for other in controls if other["id"] == control.get("like") for edit in other["edit"]]
    if "like" in control and not taken:
        raise ValueError(f"no control {control['like']} to be like")
    return taken + control.get("edit", [])


def outcome_of(control, controls, green, log):
    """Holds on the first database that was run green, or on the one that the control names."""
    case = control.get("breaks") or control["holds"]
    name = f"{control['id']} {'breaks' if 'breaks' in control else 'leaves green'} {case}"
    try:
        database = control.get("database", next(iter(green)))
        file = cases_file_of(case, green[database], control.get("file"))
        renew_copy()
        for edit in edits_of(control, controls):
            sabotage(edit)
        build(log)
        outcomes = run_suite(control, database, file, log)
        wrong = judge(control, outcomes) if "breaks" in control else judge_standing(control, outcomes)
    except (OSError, ValueError, KeyError) as problem:
        wrong = f"{type(problem).__name__}: {problem}"
    return Outcome(name, not wrong, wrong)


def third(controls):
    """Another third with each commit, so that three changes have seen them all; each is as long as the longest."""
    def git(*words):
        return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout.strip()
    # A shallow clone counts no commits: there the name of the commit chooses.
    shallow = git("rev-parse", "--is-shallow-repository") == "true"
    count = int(git("rev-parse", "HEAD")[:8], 16) if shallow else int(git("rev-list", "--count", "HEAD"))
    chosen, length = count % 3, -(-len(controls) // 3)
    following = [control for step in range(3) for control in controls[(chosen + step) % 3 :: 3]]
    return following[:length]


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--report", required=True)
    words.add_argument("--green", nargs="+", required=True, metavar="DATABASE=REPORT")
    words.add_argument("--all", action="store_true")
    words.add_argument("--only", metavar="ID")
    asked = words.parse_args()

    every = controls = tomllib.loads(pathlib.Path("tests/controls/controls.toml").read_text())["control"]
    if asked.only:
        controls = [control for control in controls if control["id"] == asked.only]
    elif not asked.all:
        controls = third(controls)
    green = dict(named.split("=", 1) for named in asked.green)

    RUNS.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for control in controls:
        with (RUNS / f"{control['id']}.log").open("w") as log:
            outcomes.append(outcome_of(control, every, green, log))
        print(f"{'holds ' if outcomes[-1].passed else 'FAILED'} {outcomes[-1].name}: {control['fault']}"
              f"{' — ' + outcomes[-1].why if outcomes[-1].why else ''}", flush=True)
    renew_copy()
    test_reports.write(asked.report, outcomes)
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
