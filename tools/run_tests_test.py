#!/usr/bin/env python3
"""Shows that run_tests.py cannot be talked into green: nothing skipped, missing, empty or slow passes."""

import json
import pathlib
import sys
import tempfile
import unittest

import check_cases
import run_tests
import test_reports
from test_parts import Command, Part


def vitest(*statuses):
    tests = [{"title": f"M-{number:02} works", "status": status} for number, status in enumerate(statuses, 1)]
    return {"testResults": [{"name": "a.test.ts", "status": "passed", "assertionResults": tests}]}


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.report = str(self.folder / "report.json")
        self.logs, run_tests.LOGS = run_tests.LOGS, self.folder
        self.addCleanup(setattr, run_tests, "LOGS", self.logs)

    def run_script(self, script, budget=20, reported=True):
        command = Command([sys.executable, "-c", script, self.report], "tried", self.report if reported else None)
        return run_tests.run_part(Part("tried", [[command]]), budget)

    def run_with_report(self, report, status=0):
        return self.run_script(f"import sys; open(sys.argv[1], 'w').write({json.dumps(report)!r}); sys.exit({status})")


class Counting(InAFolder):
    def test_what_passed_passes(self):
        self.assertEqual(self.run_with_report(vitest("passed", "passed")).failed, [])

    def test_skipped_and_pending_tests_are_failures(self):
        for status in ("skipped", "pending", "todo", "failed"):
            self.assertEqual(len(self.run_with_report(vitest("passed", status)).failed), 1, status)

    def test_a_googletest_that_is_skipped_or_disabled_is_a_failure(self):
        tests = [{"name": name, "status": status, "result": result} for name, status, result in (
            ("Ran", "RUN", "COMPLETED"), ("Skipped", "RUN", "SKIPPED"), ("Disabled", "NOTRUN", "SUPPRESSED"))]
        result = self.run_with_report({"testsuites": [{"name": "Lockout", "testsuite": tests}]})
        self.assertEqual([outcome.name for outcome in result.failed], ["Lockout.Skipped", "Lockout.Disabled"])

    def test_no_report_an_old_report_or_an_empty_one_is_a_failure(self):
        pathlib.Path(self.report).write_text(json.dumps(vitest("passed")))
        self.assertEqual(len(self.run_script("pass").failed), 1)
        self.assertEqual(len(self.run_with_report({"testResults": []}).failed), 1)

    def test_a_test_file_that_could_not_be_read_is_a_failure(self):
        report = vitest("passed")
        report["testResults"].append({"name": "b.test.ts", "status": "failed", "message": "syntax", "assertionResults": []})
        self.assertEqual([outcome.why for outcome in self.run_with_report(report).failed], ["syntax"])

    def test_a_bad_exit_after_passing_tests_is_a_failure(self):
        self.assertEqual(len(self.run_with_report(vitest("passed"), status=1).failed), 1)

    def test_a_part_of_which_fewer_passed_than_before_is_a_failure(self):
        part = Part("tried", [[Command([sys.executable, "-c", ""], "tried")]])
        for floor, failures in ((1, 0), (2, 1)):
            result = run_tests.run_all([part], {"tried": 9}, {"tried": floor}, alone=False)["tried"]
            self.assertEqual(len(result.failed), failures, floor)

    def test_passing_the_budget_by_half_is_a_failure(self):
        result = self.run_script("import time; time.sleep(30)", budget=0.2, reported=False)
        self.assertEqual(len(result.failed), 1)
        self.assertLess(result.seconds, 20)

    def test_a_part_whose_need_failed_does_not_count_as_passed(self):
        broken = Part("broken", [[Command([sys.executable, "-c", "raise SystemExit(1)"], "broken")]])
        waits = Part("waits", [[Command([sys.executable, "-c", ""], "waits")]], needs=("broken",))
        results = run_tests.run_all([broken, waits], {"broken": 9, "waits": 9}, {}, alone=False)
        self.assertIn("broken failed", results["waits"].failed[0].why)

    def in_lanes(self, *parts):
        made = [Part(name, [[Command([sys.executable, "-c", script], name)]], needs, lane) for name, lane, script, needs in parts]
        return run_tests.run_all(made, {part.name: 9 for part in made}, {}, alone=False)

    def test_lanes_run_beside_each_other_and_one_waits_for_what_another_is_at(self):
        meet = "import pathlib, time; a, b = pathlib.Path({!r}), pathlib.Path({!r}); a.touch()\nwhile not b.exists(): time.sleep(0.01)"
        one, other = str(self.folder / "one"), str(self.folder / "other")
        results = self.in_lanes(
            ("first", "left", meet.format(one, other), ()), ("second", "right", meet.format(other, one), ()),
            ("third", "right", f"import pathlib; assert pathlib.Path({one!r}).exists()", ("first",)), ("last", "", "", ("third",)))
        self.assertEqual([name for name, result in results.items() if result.failed], [])

    def test_what_another_lane_failed_at_is_not_passed_by_who_needs_it(self):
        results = self.in_lanes(("broken", "left", "raise SystemExit(1)", ()), ("waits", "right", "", ("broken",)))
        self.assertIn("broken failed", results["waits"].failed[0].why)


class Cases(InAFolder):
    def untested(self, cases, *reports):
        for name in ("spec", "tests"):
            (self.folder / name).mkdir(exist_ok=True)
        named = []
        for number, (database, report) in enumerate(reports):
            path = self.folder / f"{number}.json"
            path.write_text(json.dumps(report))
            named.append(f"{database}={path}")
        return list(check_cases.untested(cases, named))

    def test_a_landed_case_needs_a_passing_test_on_each_database(self):
        cases = {"M-01": ("A", ["sqlite", "postgres"]), "M-02": ("A", ["sqlite"]), "TC-DB-001": ("Z", ["sqlite"])}
        wrongs = self.untested(cases, ("sqlite", vitest("passed", "failed")))
        self.assertEqual(wrongs, ["M-01: no test of it passed on postgres", "M-02: no test of it passed on sqlite"])
        self.assertEqual(self.untested(cases, ("sqlite", vitest("passed", "passed")), ("postgres", vitest("passed", "passed"))), [])

    def test_an_unknown_case_is_found(self):
        wrongs = self.untested({"M-01": ("A", ["sqlite"])}, ("sqlite", vitest("passed", "passed")))
        self.assertEqual(wrongs, ["M-02 works: M-02 is no case of spec/cases.txt"])

    def test_a_case_stands_at_the_start_of_a_name(self):
        for name, cases in {"M-20 wrong password": ["M-20"], "Login > M-20 wrong": ["M-20"], "Lockout.M_20_counts": ["M-20"],
                            "Schema.TC_DB_005_unique": ["TC-DB-005"], "not M-20": [], "Lockout.Counts": []}.items():
            self.assertEqual(test_reports.Outcome(name, True).cases(), cases, name)


if __name__ == "__main__":
    unittest.main()
