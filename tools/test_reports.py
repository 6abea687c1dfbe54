"""Reads what the test runners leave behind: one list of outcomes, whatever wrote it."""

import dataclasses
import json
import pathlib
import re

# A letter may follow: M-30a is one of several tests of M-30.
CASE_ID = re.compile(r"\b(?:TC-[A-Z0-9]+-\d{3}|M-\d{2}|A-\d{2}|D-\d+)(?![0-9A-Z])")


@dataclasses.dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool  # skipped, pending and disabled count as not passed
    why: str = ""
    file: str = ""  # that holds the test, where the runner says it

    def cases(self):
        """The case that a test is for stands at the start of its name: `M-20 …`, `M_20_…` in GoogleTest."""
        title = self.name.rsplit(" > ", 1)[-1]
        found = CASE_ID.match(title) or CASE_ID.match(re.sub(r"_", "-", title.rsplit(".", 1)[-1]).replace("--", "-"))
        return [found[0]] if found else []


def of_vitest(report):
    for file in report["testResults"]:
        for test in file["assertionResults"]:
            why = "\n".join(test.get("failureMessages") or []) or test["status"]
            name = " > ".join([*test.get("ancestorTitles", []), test["title"]])
            yield Outcome(name, test["status"] == "passed", why, file["name"])
        # A file that could not even be read has no tests to fail.
        if file["status"] != "passed" and all(test["status"] == "passed" for test in file["assertionResults"]):
            yield Outcome(file["name"], False, file.get("message") or "the file failed as a whole")


def of_gtest(report):
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            name = f"{suite['name']}.{test['name']}"
            failures = "\n".join(failure["failure"] for failure in test.get("failures", []))
            ran = test["status"] == "RUN" and test["result"] == "COMPLETED"
            yield Outcome(name, ran and not failures, failures or test["result"])


def of_own(report):
    for check in report["checks"]:
        yield Outcome(check["name"], check["passed"], check.get("why", ""))


def read(path):
    """The outcomes of one report; it raises where the report is missing, broken or empty."""
    report = json.loads(pathlib.Path(path).read_text())
    kind = of_vitest if "testResults" in report else of_gtest if "testsuites" in report else of_own
    outcomes = list(kind(report))
    if not outcomes:
        raise ValueError(f"{path} reports no test")
    return outcomes


def numbers_of(text):
    """The `name number` lines of tests/floor.txt and tests/budget.txt."""
    lines = (line.split("#")[0].split() for line in text.splitlines())
    return {words[0]: int(words[1]) for words in lines if words}


def write(path, outcomes):
    checks = [{"name": one.name, "passed": one.passed, "why": one.why} for one in outcomes]
    pathlib.Path(path).write_text(json.dumps({"checks": checks}, indent=1) + "\n")
