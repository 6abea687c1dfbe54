#!/usr/bin/env python3
"""Groups sources into units that compile as one, so that a build of everything parses each header some ten times less often.

usage: unity_groups.py FOLDER SOURCE…      writes FOLDER/unity_N.cpp, only what changed, and prints their paths

Sources share a unit where no name that one defines for itself (in a namespace without a name, or as static) is another's too;
release compiles every source alone, so what one of them forgot to include is found there.
"""

import dataclasses
import pathlib
import re
import sys

MOST_LINES = 2000  # of the sources of one unit
OPENING = re.compile(r"\b(?:inline\s+)?namespace(?:\s+([\w:]+))?\s*$")
ATTRIBUTES = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^)]*\)")
TYPE = re.compile(r"^(?:enum\s+(?:class\s+|struct\s+)?|class\s+|struct\s+|union\s+|concept\s+)(\w+)")
ALIAS = re.compile(r"^using\s+(\w+)\s*=")
USING = re.compile(r"^using\s+([\w:]+)$")
MACRO = re.compile(r"^[A-Z][A-Z0-9_]+$")


def bare(text):
    """Without comments, directives and what stands in quotes."""
    text = re.sub(r'R"(\w*)\((?:.|\n)*?\)\1"', '""', text)
    text = re.sub(r'//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'',
                  lambda found: '""' if found[0].startswith(('"', "'")) else " ", text)
    return re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.MULTILINE)


def closing(text, place, pair):
    """Where what opens at this place, or behind it, is closed again; the end of the text where it is not."""
    depth = 0
    for at in range(place, len(text)):
        depth += (text[at] == pair[0]) - (text[at] == pair[1])
        if text[at] == pair[1] and depth == 0:
            return at
    return len(text)


def without_template(head):
    """A declaration behind its template<…>."""
    while head.startswith("template"):
        head = head[closing(head, 0, "<>") + 1:].strip()
    return head


def without_requirement(head):
    """A declaration behind its requires (…)."""
    return head[closing(head, 0, "()") + 1:].strip() if re.match(r"requires\s*\(", head) else head


def name_in(head):
    """What a declaration at the level of a namespace defines: its name and what that stands for, or nothing."""
    head = without_requirement(without_template(ATTRIBUTES.sub(" ", head).strip()))
    if not head:
        return None
    if found := TYPE.match(head):
        return found[1], head
    if found := ALIAS.match(head):
        return found[1], head
    if found := USING.match(head):
        return found[1].rsplit("::", 1)[-1], "using " + found[1]
    before = re.split(r"[({=]|\s:\s", head, maxsplit=1)[0].strip()
    words = re.findall(r"[\w:]+|operator\W+", before)
    if not words:
        return None
    if MACRO.match(words[-1]) and len(words) == 1:
        return re.sub(r"\W+", "_", head), head  # TEST(Suite, Name)
    return words[-1], head


@dataclasses.dataclass
class Source:
    path: pathlib.Path
    lines: int
    names: dict  # what it defines for itself, with its namespace, and what that stands for
    alone: bool  # it tells headers something by a macro, which must come before they are read


def names_of(text):
    """Names in namespaces without a name, macros' names, and statics; each as namespace::name."""
    text = bare(text)
    names, spaces, start, place = {}, [], 0, 0

    def take(head):
        hidden = any(space == "" for space in spaces) or head.startswith("static ")
        found = name_in(head)
        if found and (hidden or MACRO.match(head.split("(")[0].strip())):
            names["::".join(space for space in spaces if space) + "::" + found[0]] = found[1]

    while place < len(text):
        letter = text[place]
        if letter == ";":
            take(text[start:place].strip())
            start = place + 1
        elif letter == "{":
            head = text[start:place].strip()
            opened = OPENING.search(head)
            if opened:
                spaces.append(opened[1] or "")
                start = place + 1
            else:
                take(head)
                place = closing(text, place, "{}")
                start = place + 1
        elif letter == "}":
            if spaces:
                spaces.pop()
            start = place + 1
        elif letter == "(":  # parameters and their defaults hold no declaration of this level
            place = closing(text, place, "()")
        place += 1
    return names


def read(path):
    text = path.read_text()
    return Source(path, text.count("\n"), names_of(text), re.search(r"^\s*#\s*define\b", text, re.MULTILINE) is not None)


def fits(unit, source):
    if source.alone or unit[0].alone or sum(one.lines for one in unit) + source.lines > MOST_LINES:
        return False
    return all(one.names.get(name, meaning) == meaning and (name not in one.names or meaning.startswith("using "))
               for one in unit for name, meaning in source.names.items())


def groups(sources):
    units = []
    for source in sources:
        for unit in units:
            if fits(unit, source):
                unit.append(source)
                break
        else:
            units.append([source])
    return units


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, unit in enumerate(groups([read(pathlib.Path(path)) for path in sys.argv[2:]])):
        path = folder / f"unity_{number}.cpp"
        text = "".join(f'#include "{source.path}"\n' for source in unit)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        written.append(str(path))
    for old in set(folder.glob("unity_*.cpp")) - {pathlib.Path(path) for path in written}:
        old.unlink()
    print(";".join(written), end="")


if __name__ == "__main__":
    main()
