#!/usr/bin/env python3
"""Holds src/ against the rooms of CMakeLists.txt: whom each includes, whose words it uses, how it is written."""

import functools
import pathlib
import re
import sys

# A word, why it has a home, and the only places that may say it.
HOMES = {
    r"\bsystem_clock::now": ("time is passed in", ["src/core/time.cpp"]),
    r"\brandom_device|\bgetrandom\b|\bgetentropy\b": ("randomness is passed in", ["src/core/random.cpp"]),
    r"\bgetenv\b": ("settings are read once", ["src/app/config.cpp"]),
    r"\bsqlite3_": ("one driver", ["src/storage/sqlite/"]),
    r"\bPQ[a-z]\w*\(": ("one driver", ["src/storage/postgres/"]),
    r"\bcurl_": ("one way out", ["src/outbound/"]),
    r"\bstd::format\b": ("fmt, since libstdc++ 12 has none", []),
    r"\bstd::this_thread::sleep": ("wait for a condition; only held-back log lines wait for time", ["src/core/log.cpp"]),
    r"\.reveal\(\)": ("a secret is read where it is used, and nowhere else", [
        "src/crypto/", "src/protocols/", "src/outbound/", "src/http/body", "src/http/describe", "src/core/secret",
        "src/http/cookies.cpp",  # writes the session cookie
        "src/domain/mail.cpp",  # seals what waits in the outbox
        "src/app/key_file.cpp",  # writes development's own key, mode 0600
        "src/app/serve.cpp",  # prints the link that makes the first organization, to the operator alone
        "src/domain/factor_secrets.cpp",  # seals and digests what the second factor stands on
        "src/domain/opaque_token.cpp",  # digests a presented token: stores know digests alone
        "src/features/authorization/decision_id.cpp",  # reads back a decision that it sealed itself
    ]),
}
MOST_LINES = 300  # a longer file wants to be two
SOURCES = (".h", ".cpp")


@functools.cache
def rooms(build_file="CMakeLists.txt"):
    """Room or 'parent/*' → the rooms that it knows, as the build draws them."""
    text = re.sub(r"#[^\n]*", "", pathlib.Path(build_file).read_text())
    drawn = {}
    for kind, path, known in re.findall(r"^(room|rooms_under)\(\s*(\S+?)(?:\s+KNOWS\s+([^)]*))?\s*\)", text, re.M):
        drawn[path if kind == "room" else f"{path}/*"] = known.split()
    if "core" not in drawn:
        sys.exit(f"{build_file} draws no rooms")
    return drawn


def room_of(path):
    """'features/login/rules.h' lives in 'features/login'; None where no room is."""
    parts = pathlib.PurePosixPath(path).parts
    if len(parts) >= 2:
        pair = "/".join(parts[:2])
        if pair in rooms() or (len(parts) >= 3 and f"{parts[0]}/*" in rooms()):
            return pair
    return parts[0] if parts and parts[0] in rooms() else None


def may_know(room, other):
    known = rooms().get(room, rooms().get(room.split("/")[0] + "/*"))
    return other == room or other in known or other.split("/")[0] + "/*" in known


def without_text(source):
    """The same source with comments and literals blanked, so that only code is left; lines keep their places."""
    literal = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.[^\']*|[^\'\\\n])\'', re.S
    )
    return literal.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)


def statement_around(code, await_at):
    """The text of the statement that holds this co_await, up to the block that it may open."""
    start = 0
    # A statement begins after `;`, after a block's `}`, or after a ` {` that opens a block. The format
    # tells a block (a space and what heads it before the brace) from a value (`T{`, `= {`, `return {`).
    for edge in re.finditer(r";|^\s*\}\n|(?:^\s*|(?:\)|\b(?:else|try|do|const|noexcept|mutable)|-> [^;{}\n]+) )\{\n",
                            code[:await_at], re.M):
        start = edge.end()
    end = code.find(";", await_at)
    return re.split(r"\) \{\n", code[start : end if end >= 0 else len(code)])[0]


FRAGILE = re.compile(
    r"[\w>]\{(?!\s*\})"  # a braced value: Name{…}
    r"|(?:[(,=]|\breturn)\s*\{(?!\s*\})"  # a braced list: f({…}), = {…}
    r"|\?"  # a conditional
    r"|[(,]\s*\[(?!&?\]|&\w+\]|\[)"  # a lambda that captures by value
)


def fragile_awaits(code):
    """g++ 12 destroys twice what braces, ?: or a capturing lambda make beside a co_await."""
    for found in re.finditer(r"\bco_await\b", code):
        if FRAGILE.search(statement_around(code, found.start())):
            yield code.count("\n", 0, found.start()) + 1


def wrongs_of_includes(name, source, room, is_test):
    for number, line in enumerate(source.splitlines(), 1):
        include = re.match(r'\s*#\s*include "(.+?)"', line)
        if not include or (is_test and include[1].startswith("support/")):
            continue
        other = room_of(include[1])
        if other is None:
            yield f"{name}:{number}: {include[1]} lies in no room (include from src/ down)"
        elif not may_know(room, other):
            yield f"{name}:{number}: {room} may not know {other}"


def wrongs_of_words(name, code):
    for number, line in enumerate(code.splitlines(), 1):
        for word, (why, places) in HOMES.items():
            said = re.search(word, line)
            if said and not name.startswith(tuple(places)):
                yield f"{name}:{number}: {said[0]} belongs to {', '.join(places) or 'nowhere'} ({why})"
        if re.search(r"^using namespace (?!std::\w*literals)", line):
            yield f"{name}:{number}: no using namespace"


def wrongs_of(path):
    name, source = path.as_posix(), path.read_text()
    is_test = name.endswith("_test.cpp")
    code = without_text(source)
    room = room_of(path.relative_to("src").as_posix())
    if room is None:
        yield f"{name}: lies in no room"
        return
    yield from wrongs_of_includes(name, source, room, is_test)
    if not is_test:
        yield from wrongs_of_words(name, code)
    for empty in re.finditer(r"\bcatch\s*\([^)]*\)\s*\{\s*\}", code):
        yield f"{name}:{code.count(chr(10), 0, empty.start()) + 1}: an empty catch swallows what went wrong"
    for number in fragile_awaits(code):
        yield f"{name}:{number}: name the value first, then co_await (g++ 12 miscompiles the rest)"
    if not source.startswith("// "):
        yield f"{name}:1: the first line says in one sentence what the file keeps"
    if path.suffix == ".h" and "#pragma once" not in source:
        yield f"{name}: a header begins with #pragma once"
    if (length := source.count("\n")) > MOST_LINES:
        yield f"{name}: {length} lines, {MOST_LINES} at most"


def main():
    files = sorted(path for path in pathlib.Path("src").rglob("*") if path.suffix in SOURCES)
    if not files:
        sys.exit("src/ holds no sources: nothing was checked")
    wrongs = [wrong for path in files for wrong in wrongs_of(path)]
    print("\n".join(wrongs) if wrongs else f"the house stands: {len(files)} files in {len(rooms())} kinds of rooms")
    sys.exit(bool(wrongs))


if __name__ == "__main__":
    main()
