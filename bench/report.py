"""What a run found, as Markdown, as charts and as raw numbers: docs/benchmarks.md, docs/benchmarks/."""

import json
import pathlib
from statistics import median

import charts
import goals

DOCUMENT = pathlib.Path("docs/benchmarks.md")
FOLDER = pathlib.Path("docs/benchmarks")
TITLE = "# Benchmarks\n\nWritten by `make bench`; the numbers of each round are in [raw.json](benchmarks/raw.json).\n"


def value_of(rounds, name):
    return median([one[name] for one in rounds])


def operations(found):
    """One row for each operation of each server."""
    lines = ["| operation | server | rate | × nginx (span of the rounds) | p50 µs | p99 µs | p99.9 µs | CPU µs each |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for operation, subjects in found.items():
        for subject, rounds in subjects.items():
            if subject == goals.NGINX:
                continue
            beside = goals.ratios(found, (operation, subject), goals.NGINX)
            times = " | ".join(f"{value_of(rounds, name):,.0f}" for name in ("p50", "p99", "p999", "cpu"))
            lines.append(f"| {operation} | {subject} | {value_of(rounds, 'rate'):,.0f}/s | "
                         f"{median(beside):.3f} ({min(beside):.3f}–{max(beside):.3f}) | {times} |")
    return "\n".join(lines)


def verdicts(judged):
    return "\n".join(["| goal | bound | median (span of the rounds) | |", "| --- | ---: | ---: | --- |", *(one.row() for one in judged)])


def noise(found):
    rates = [one["rate"] for subjects in found.values() for one in subjects[goals.NGINX]]
    return (f"nginx alone swung between {min(rates):,.0f} and {max(rates):,.0f} answers a second over the rounds "
            f"({(max(rates) - min(rates)) / median(rates):.0%} of its median): differences below that say nothing.")


def sizes(run):
    found, burst, saturated = run["sizes"], run["burst"], run["saturated"]
    crowd = saturated["crowd"]
    after = saturated["normal again after"]
    peers = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in run["peer starts"].items())
    return "\n".join([
        f"- From start to `/ready`, with the measurement of the bcrypt lanes: {median(found['starts']):.0f} ms. Peers: {peers}.",
        f"- Resident memory: idle {found['idle']['resident'] / 1024:.1f} MB (its share of what is shared counted: "
        f"{found['idle']['shared out'] / 1024:.1f} MB), with {found['sessions']:,} live sessions "
        f"{found['full']['resident'] / 1024:.1f} MB ({found['full']['shared out'] / 1024:.1f} MB).",
        f"- 3,000 validations a second: p99 {value_of(burst['alone'], 'p99'):,.0f} µs alone, "
        f"{value_of(burst['beside'], 'p99'):,.0f} µs beside {value_of(burst['logins'], 'rate'):.0f} logins a second on the same core.",
        f"- Logins at twice saturation, over 256 connections with a queue of 32: of {crowd['answers']:,} "
        f"{crowd['answers'] - crowd['refused']:,} answered, {crowd['put_off']:,} put off by 503 with `Retry-After`; resident memory "
        f"{saturated['kilobytes'][0] / 1024:.1f} MB before and {saturated['kilobytes'][1] / 1024:.1f} MB after; back to normal "
        + (f"within {after:.1f} s." if after is not None else "not within 30 s."),
    ])


def row_for_chart(found, operation, subject, ours, name):
    beside = goals.ratios(found, (operation, subject), goals.NGINX)
    return (name, median(beside), min(beside), max(beside), ours)


def drawn(run):
    """File names and charts."""
    found = run["side by side"]
    validating, writing = [], {}
    for operation, subjects in found.items():
        for subject in [name for name in subjects if name != goals.NGINX]:
            ours = subject.startswith("gatehouse")
            name = f"{subject.removeprefix('gatehouse, ') if ours else subject}: {operation}"
            if operation.startswith(("validate", "authz")):
                name = name.replace("validate, ", "")
                validating.append(row_for_chart(found, operation, subject, ours, name))
            else:
                rates = [one["rate"] for one in subjects[subject]]
                writing.setdefault(operation, []).append((subject, median(rates), min(rates), max(rates), ours))
    yield "validate.svg", charts.bars("Validating a token, one core", "answers a second beside nginx return 200 (dashed)",
                                      validating, " ×", goal=1)
    for operation, rows in writing.items():
        yield f"{operation}.svg", charts.bars(operation, "a second, one core for the server", rows, "/s")


def document(run, more):
    judged = list(goals.all_of(run))
    pictures = list(drawn(run))
    text = "\n\n".join([
        TITLE.rstrip(),
        f"Server on one core, load generator (and PostgreSQL) on the other, all at the same priority; medians of {run['rounds']} rounds in "
        f"which everybody has a turn. bcrypt at cost {run['cost']} wherever a hash is compared; better-auth and glewlwyd hash in "
        "their own ways, so their sign-ins are not compared. A shared machine with two cores: ratios count, rates do not.",
        noise(run["side by side"]),
        "## What must hold", verdicts(judged),
        "## Side by side", "\n\n".join(f"![{name.removesuffix('.svg')}](benchmarks/{name})" for name, _ in pictures),
        operations(run["side by side"]),
        "## Sizes, starting and pressure", sizes(run),
        "## Beside bcrypt, in the browser, and in the process", more.strip(),
    ]) + "\n"
    return text, pictures, judged


def write(run, more):
    """Prints all of it and puts it where it belongs: under docs/ after a whole run, under build/ after a quick one."""
    text, pictures, judged = document(run, more)
    document_file, folder = (DOCUMENT, FOLDER) if run["whole"] else (pathlib.Path("build/bench/benchmarks.md"),
                                                                    pathlib.Path("build/bench/benchmarks"))
    folder.mkdir(parents=True, exist_ok=True)
    document_file.write_text(text)
    for name, picture in pictures:
        (folder / name).write_text(picture)
    (folder / "raw.json").write_text(json.dumps(run | {"goals": [one.said() for one in judged]}, indent=1) + "\n")
    print(text)
