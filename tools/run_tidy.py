#!/usr/bin/env python3
"""clang-tidy over what CMake compiles; a file it found clean is not read again until something that it sees changes.

usage: tools/run_tidy.py FOLDER [--checks=…]      FOLDER: the build folder, built

What a file sees: its own text and that of everything it includes, its compile command, the checks and the tool. The
marks of clean files lie beside the compiler cache and are shared by all clones; a file with a finding leaves none.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import threading
import time

TOOL = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parent.parent
MARKS = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "gatehouse-tidy"
DAYS_KEPT = 30


def includes(folder):
    """What each object was compiled from, as ninja was told by the compiler: {object: [path in the build folder]}."""
    told = subprocess.run(["ninja", "-C", folder, "-t", "deps"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found, current = {}, None
    for line in told.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = found.setdefault(line.split(": #deps")[0], []) if line.endswith("(VALID)") else []
    return found


class Texts:
    """The hash of each file's text, read once."""

    def __init__(self, folder):
        self.folder, self.known, self.lock = folder, {}, threading.Lock()

    def of(self, path):
        with self.lock:
            if path not in self.known:
                self.known[path] = hashlib.sha256((self.folder / path).read_bytes()).hexdigest()
            return self.known[path]


def object_of(entry):
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def forget_old_marks():
    for mark in MARKS.iterdir():
        if time.time() - mark.stat().st_mtime > DAYS_KEPT * 86400:
            mark.unlink()


def key(entry, seen, texts, common):
    whole = hashlib.sha256(common)
    whole.update(entry["command"].replace(str(ROOT), "").encode())
    for path in sorted(seen):
        whole.update(f"{path}\0{texts.of(path)}\n".encode())
    return whole.hexdigest()


def ours(folder):
    """The entries of the compile commands that are of this project."""
    for entry in json.loads((folder / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if file.is_relative_to(folder / "unity"):  # several of our sources as one
            yield entry
        elif file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in ("src", "tests", "bench"):
            yield entry


def judge_all(folder, words):
    """For each file whether its mark was there, and what is wrong with it."""
    version = subprocess.run([TOOL, "--version"], stdout=subprocess.PIPE, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes() + "\0".join(words).encode()
    texts, seen = Texts(folder), includes(folder)
    MARKS.mkdir(parents=True, exist_ok=True)
    forget_old_marks()

    def judge(entry):
        known = seen.get(object_of(entry))  # none where it was not compiled: judged, and not marked
        mark = MARKS / key(entry, known, texts, common) if known else None
        if mark and mark.exists():
            os.utime(mark)
            return True, ""
        said = subprocess.run([TOOL, "-p", folder, "--quiet", *words, entry["file"]],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if said.returncode == 0 and mark:
            mark.touch()
        return False, said.stdout if said.returncode else ""

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(judge, ours(folder)))


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    judged = judge_all(folder, sys.argv[2:])
    if not judged:
        raise SystemExit(f"nothing of ours is compiled in {folder}")
    findings = [text for _, text in judged if text]
    read = sum(not marked for marked, _ in judged)
    print("".join(findings), end="")
    print(f"{TOOL}: {len(judged)} files, {read} of them read, {len(findings)} with findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
