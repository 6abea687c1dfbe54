#!/usr/bin/env python3
"""Looks through every file of the repository for words that must not stand there, each with its reason."""

import pathlib
import re
import subprocess
import sys

# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    r"(?<![\w./$}])/(?:wo" r"rk|ro" r"ot)/(?!\s)": "a path of one machine",
    r"registry\.npm" r"js|deb\.deb" r"ian|security\.deb" r"ian": "a package host",
    r"\bTO" r"DO\b(?!\(#\d+\))|\bFIX" r"ME\b|\bXX" r"X\b": "unfinished, and no issue is named",
    r"\b(?:it|test|describe)\.(?:sk" r"ip|on" r"ly|to" r"do)\b": "a test that does not run, or keeps others from running",
    r"GTEST_SK" r"IP|\bDISA" r"BLED_": "a test that does not run",
    r"\bNOLI" r"NT(?!(?:NEXTLINE|BEGIN|END)?\([\w-]+\))": "a lint exception names its check",
    r"[ \t]+$": "blanks at the end of a line",
}
BINARY = (".png", ".jpg", ".ico", ".woff2", ".der")
ELSEWHERE = ("LICENSE", "spec/", "CHANGELOG.md")  # the text of others, or about what was


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name]


def wrongs_of(name):
    text = pathlib.Path(name).read_text(encoding="utf-8")
    ending = r"[ \t]+$"
    for number, line in enumerate(text.splitlines(), 1):
        for word, why in FORBIDDEN.items():
            if word == ending and name.endswith(".md"):
                continue  # two blanks break a line there
            if found := re.search(word, line):
                yield f"{name}:{number}: {found[0].strip() or 'blanks'}: {why}"
    if text and not text.endswith("\n"):
        yield f"{name}: the last line has no end"


def main():
    names = [
        name
        for name in tracked()
        if not name.endswith(BINARY)
        and not name.endswith("package-lock.json")
        and not name.startswith(ELSEWHERE)
        and pathlib.Path(name).is_file()
    ]
    if not names:
        sys.exit("no file was looked at")
    wrongs = [wrong for name in names for wrong in wrongs_of(name)]
    print("\n".join(wrongs) if wrongs else f"the words are in order: {len(names)} files")
    sys.exit(bool(wrongs))


if __name__ == "__main__":
    main()
