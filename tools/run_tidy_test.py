#!/usr/bin/env python3
"""Shows that run_tidy.py reads a file again as soon as anything that it sees has changed, and never marks a finding."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import run_tidy

CHECKS = ["--checks=-*,bugprone-empty-catch"]
CLEAN = "inline void act() {}\n"
SWALLOWING = "inline void act() { try { throw 1; } catch (int) {} }\n"


class MarkedFiles(unittest.TestCase):
    def setUp(self):
        opened = tempfile.TemporaryDirectory()
        self.addCleanup(opened.cleanup)
        root = pathlib.Path(opened.name).resolve()
        for name, value in {"ROOT": root, "MARKS": root / "marks"}.items():
            self.addCleanup(setattr, run_tidy, name, getattr(run_tidy, name))
            setattr(run_tidy, name, value)
        self.folder, self.header = root / "build", root / "src" / "act.h"
        self.folder.mkdir()
        (root / "src").mkdir()
        (root / ".clang-tidy").write_text("WarningsAsErrors: '*'\nHeaderFilterRegex: '.*'\n")
        (root / "src" / "one.cpp").write_text('#include "act.h"\nint main() { act(); }\n')
        command = f"clang++-19 -MD -MF one.d -c {root}/src/one.cpp -o one.o"
        (self.folder / "build.ninja").write_text(
            f"rule c\n  command = {command}\n  deps = gcc\n  depfile = one.d\nbuild one.o: c ../src/one.cpp\n")
        (self.folder / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(self.folder), "command": command, "file": f"{root}/src/one.cpp"}]))

    def judged(self, header, checks=CHECKS):
        self.header.write_text(header)
        subprocess.run(["ninja", "-C", self.folder], check=True, stdout=subprocess.DEVNULL)
        [(marked, finding)] = run_tidy.judge_all(self.folder, checks)
        return marked, "bugprone-empty-catch" in finding

    def test_a_clean_file_is_read_once(self):
        self.assertEqual(self.judged(CLEAN), (False, False))
        self.assertEqual(self.judged(CLEAN), (True, False))

    def test_other_checks_read_it_again(self):
        self.judged(CLEAN)
        self.assertEqual(self.judged(CLEAN, ["--checks=-*,bugprone-unused-return-value"]), (False, False))

    def test_a_changed_header_is_seen_and_a_finding_stays_one(self):
        self.judged(CLEAN)
        self.assertEqual(self.judged(SWALLOWING), (False, True))
        self.assertEqual(self.judged(SWALLOWING), (False, True))


if __name__ == "__main__":
    unittest.main()
