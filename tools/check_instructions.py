#!/usr/bin/env python3
"""Holds how many instructions the built server spends on validating a repeated token and on a login without its hash.

usage: check_instructions.py [--binary PATH] [--keep]      ends with 1 where one takes over a tenth more than tests/instructions.txt says

Seconds of a shared machine say little; instructions under valgrind are the same each time. --keep writes what was counted into the
file: for a change that is worth its price, or that needs fewer.
"""

import argparse
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, "bench")
import run
import servers

BOUNDS = pathlib.Path("tests/instructions.txt")
MORE_AT_MOST = 1.1
FEWER = 0.9  # then the bound is worth lowering
VALIDATIONS, LOGINS = 4000, 100  # many: what goes on in the background is counted with them
# Libraries choose their routines by the processor: the same ones on every machine.
ONE_PROCESSOR = {
    "OPENSSL_ia32cap": "~0x200000200000000:0",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-ERMS,-FSRM,-AVX512F,-AVX512VL,-AVX512BW",
}
SETTINGS = {
    "GATEHOUSE_THREADS": "1",
    "GATEHOUSE_HASH_THREADS": "1",
    "GATEHOUSE_BCRYPT_ENGINE": "libxcrypt",  # in a library of its own, which is left out of the sum
    "GATEHOUSE_SELF_CHECK_SECONDS": "60",
} | ONE_PROCESSOR
HASHES = "libcrypt.so"


def watched(binary, folder):
    """A program that serves under valgrind, which does not understand clang's debug information: without it."""
    subprocess.run(["llvm-objcopy-19", "--strip-debug", binary, folder / "gatehouse"], check=True)
    program = folder / "watched"
    program.write_text(f"""#!/bin/sh
        [ "$1" = serve ] || exec {folder}/gatehouse "$@"
        exec valgrind --quiet --tool=callgrind --callgrind-out-file={folder}/counted {folder}/gatehouse "$@"
    """)
    program.chmod(0o755)
    return program


def spent(text):
    """Instructions in a file of callgrind, without those of the hash."""
    names, library, calls, total = {}, "", False, 0
    for line in text.splitlines():
        if (named := re.match(r"(c?ob)=(\(\d+\))(?: (.*))?$", line)) is not None:
            names.setdefault(named[2], named[3])
            library = names[named[2]] if named[1] == "ob" else library
        elif line.startswith("calls="):
            calls = True  # the next line is what is called, which is counted where it lies
        elif line[:1] in tuple("+-*0123456789"):
            total += 0 if calls or HASHES in library else int(line.split()[1])
            calls = False
    return total


class Counter:
    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.connection = socket.create_connection(("127.0.0.1", server.port))

    def ask(self, request):
        self.connection.sendall(request)
        answer = self.connection.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200"):
            sys.exit(f"{request[:40]!r} is answered {answer[:200]!r}")

    def control(self, what):
        subprocess.run(["callgrind_control", what, str(self.server.process.pid)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def per_request(self, request, count):
        for _ in range(10):
            self.ask(request)
        time.sleep(0.5)  # for what is done after an answer
        known = set(self.folder.glob("counted.*"))
        self.control("--zero")
        for _ in range(count):
            self.ask(request)
        self.control("--dump")
        deadline = time.monotonic() + servers.READY_WITHIN
        while not (written := set(self.folder.glob("counted.*")) - known) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        if len(written) != 1:
            sys.exit(f"callgrind wrote {len(written)} files instead of one")
        return spent(written.pop().read_text()) // count


def measure(binary, folder):
    servers.READY_WITHIN = 60
    database = f"sqlite:{folder}/gatehouse.db"
    with servers.Gatehouse(binary, folder, database, 4, settings=SETTINGS) as server:  # cost 4
        (email, password), = server.make_people(1)
        token = server.log_in(email, password)
        counter = Counter(server, folder)
        return {
            "validate": counter.per_request(run.request("POST", "/api/v1/auth/validate", {"token": token}), VALIDATIONS),
            "login": counter.per_request(
                run.request("POST", "/api/v1/auth/login", {"email": email, "password": password}), LOGINS),
        }


def bounds():
    lines = [line for line in BOUNDS.read_text().splitlines() if line and not line.startswith("#")]
    return {name: int(number) for name, number in (line.split() for line in lines)}


def keep(counted):
    comments = [line for line in BOUNDS.read_text().splitlines() if line.startswith("#")]
    BOUNDS.write_text("\n".join(comments + [f"{name} {number}" for name, number in counted.items()]) + "\n")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--binary", type=pathlib.Path, default=pathlib.Path("build/release/gatehouse"))
    words.add_argument("--keep", action="store_true")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="gatehouse-instructions.") as folder:
        folder = pathlib.Path(folder)
        counted = measure(watched(asked.binary, folder), folder)
    if asked.keep:
        keep(counted)
    held, too_many = bounds(), []
    if held.keys() != counted.keys():
        sys.exit(f"{BOUNDS} holds {sorted(held)}, counted are {sorted(counted)}")
    for name, number in counted.items():
        print(f"{name}: {number:,} instructions, {number / held[name]:.1%} of {held[name]:,}")
        if number > held[name] * MORE_AT_MOST:
            too_many.append(name)
        elif number < held[name] * FEWER:
            print(f"  fewer than {BOUNDS} says: --keep lowers the bound")
    if too_many:
        sys.exit(f"too many instructions: {', '.join(too_many)}")


if __name__ == "__main__":
    main()
