#!/usr/bin/env python3
"""Holds the built server against what it must never call, and the sources against SQL that is not a constant.

usage: check_binary.py BINARY REPORT

INJ-16: no other program is started, so that no text of a user ever reaches a shell.  INJ-17: no engine that backtracks
over text of a user.  INJ-04: no client-side quoting; every statement is a constant with its values bound.  INJ-18: formats are constants.
"""

import pathlib
import re
import subprocess
import sys

import test_reports
from test_reports import Outcome

IMPORTS = {
    "INJ-16": r"system|popen|exec[lv]\w*|fexecve|posix_spawnp?|fork|vfork|wordexp|dlopen",
    "INJ-17": r"regcomp|regexec|pcre2?_\w+|uregex_\w+",
    "INJ-04": r"PQescape\w*|sqlite3_v?mprintf|sqlite3_v?snprintf|sqlite3_get_table",
}
SOURCES = {
    "INJ-17": (r"std::w?regex|<regex>|<regex\.h>|boost::regex", "src"),
    "INJ-04": (r"\bStatement\s*\(\s*[a-z_]+\s*[+.]|Statement\(std::string|fmt::format\(\s*\"(SELECT|INSERT|UPDATE|DELETE)\b", "src/storage"),
    "INJ-18": (r"\b(?:f|s|sn|v|vs|vsn)?printf\s*\(\s*[a-z_]+\s*\)|syslog\(", "src"),
}


def imported(binary):
    listed = subprocess.run(["nm", "-D", "--undefined-only", binary], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in listed.splitlines() if line.strip()}
    if not {"free", "PQsendQueryPrepared", "sqlite3_prepare_v3"} <= names:
        raise ValueError(f"nm says little about {binary}: {len(names)} names")
    return names


def wrongs_of(names, texts):
    """(row, what) for each wrong of these imported names and these (path, text) pairs of sources."""
    for row, pattern in IMPORTS.items():
        for name in sorted(name for name in names if re.fullmatch(pattern, name)):
            yield row, f"the binary calls {name}"
    for path, text in texts:
        for row, (pattern, folder) in SOURCES.items():
            if path.is_relative_to(folder):
                for found in re.finditer(pattern, text):
                    yield row, f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found[0].strip()}"


def planted():
    """What must be found, for a clean result to mean anything: one wrong of each kind."""
    names = {"system", "execve", "popen", "regcomp", "PQescapeLiteral"}
    text = 'std::regex a; printf(text); Statement(std::string("SELECT"));'
    return {row for row, _ in wrongs_of(names, [(pathlib.Path("src/storage/x.cpp"), text)])}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rows = sorted(IMPORTS.keys() | SOURCES.keys())
    sources = [path for path in sorted(pathlib.Path("src").rglob("*")) if path.suffix in (".cpp", ".h") and not path.stem.endswith("_test")]
    wrongs = list(wrongs_of(imported(sys.argv[1]), [(path, path.read_text()) for path in sources]))
    flags = pathlib.Path("cmake/flags.cmake").read_text()
    if "-Wformat=2" not in flags or "-Werror" not in flags:
        wrongs.append(("INJ-18", "cmake/flags.cmake does not hold -Wformat=2 and -Werror"))
    wrongs += [(row, "what was planted was not found") for row in rows if row not in planted()]
    outcomes = []
    for row in rows:
        why = "\n".join(what for wrong, what in wrongs if wrong == row)
        outcomes.append(Outcome(f"{row} of the binary and {len(sources)} sources", not why, why))
        print(f"{outcomes[-1].name}: {why or 'nothing'}")
    test_reports.write(sys.argv[2], outcomes)
    sys.exit(bool(wrongs))


if __name__ == "__main__":
    main()
