"""The parts of `make test` and `make test-long`: what runs, in which order, and what must have passed before."""

import dataclasses
import os
import pathlib

API = pathlib.Path("tests/api")
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:"
    "external_symbolizer_path=/usr/lib/llvm-19/bin/llvm-symbolizer",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:"
    "external_symbolizer_path=/usr/lib/llvm-19/bin/llvm-symbolizer",
    "GATEHOUSE_TEST_SANITIZED": "1",
}


@dataclasses.dataclass(frozen=True)
class Command:
    words: list
    name: str
    report: str | None = None
    folder: str = "."
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Part:
    name: str
    groups: list  # each a list of commands that run side by side; the groups run one after another
    needs: tuple = ()
    lane: str = ""  # beside those of other lanes, behind those of its own; none: nothing runs beside it

    def commands(self):
        return [command for group in self.groups for command in group]


def checks(name, *lines, needs=()):
    """A part whose commands are judged by their exit status, one after another."""
    return Part(name, [[Command(line.split(), line)] for line in lines], needs)


def with_commands(part, change):
    return dataclasses.replace(part, groups=[[change(command) for command in group] for group in part.groups])


def in_lane(lane, *parts):
    """Tests learn that the machine is not theirs alone: GATEHOUSE_TEST_BESIDE."""
    def beside(command):
        return dataclasses.replace(command, environment=command.environment | {"GATEHOUSE_TEST_BESIDE": "1"})
    return [dataclasses.replace(with_commands(part, beside), lane=lane) for part in parts]


def beside_tests(*parts):
    """Compilers take what the tests leave of the processors, and nothing else: half of each suite is waiting."""
    def idle(command):
        return dataclasses.replace(command, words=["chrt", "--idle", "0", *command.words])
    return in_lane("builds", *(with_commands(part, idle) for part in parts))


def build(name, *targets, preset=None):
    return checks(name, f"scripts/build.sh {preset or name} {' '.join(targets)}")


def unit(preset, logs, extra=None):
    """The unit tests in two halves, side by side: they mostly wait for hashes and databases."""
    name = "unit" if preset == "release" else f"unit-{preset}"
    halves = []
    for shard in range(2):
        report = (logs / f"{name}.{shard}.json").resolve()
        halves.append(Command(
            [f"build/{preset}/gatehouse_tests", f"--gtest_output=json:{report}"],
            f"{name}, half {shard}", str(report),
            environment={
                "GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": str(shard),
                "GATEHOUSE_REQUIRE_POSTGRES": "1",  # without it half of the tests would be gone unnoticed
            } | (extra or {}),
        ))
    return Part(name, [halves], (preset,))


def api(name, logs, database, preset="release", suite="test", extra=None):
    """The black-box suite against one build on one database."""
    report = (logs / f"{name}.json").resolve()
    return Part(name, [[Command(
        ["./run", "--reporter=default", "--reporter=json", f"--outputFile={report}"], name, str(report), str(API),
        {
            "GATEHOUSE_BINARY": str(pathlib.Path("build", preset, "gatehouse").resolve()),
            "GATEHOUSE_TEST_REPORT": str(report),
            "DATABASE": database,
            "SUITE_ENV": suite,
        } | (extra or {}),
    )]], (preset, "node"))


def browser(logs):
    """The console's cases in Chromium, against the release build on PostgreSQL."""
    report = (logs / "browser.json").resolve()
    return Part("browser", [[Command(
        ["./run-browser", "--reporter=default", "--reporter=json", f"--outputFile={report}"], "browser", str(report), str(API),
        {
            "GATEHOUSE_BINARY": str(pathlib.Path("build/release/gatehouse").resolve()),
            "GATEHOUSE_TEST_REPORT": str(report),
            "DATABASE": "postgres",
        },
    )]], ("release", "node"))


def controls(logs, every):
    """Faults put in on purpose, against the cases that were green on these databases in this run."""
    report = logs / "controls.json"
    words = ["tools/run_controls.py", "--report", str(report),
             "--green", f"sqlite={logs}/api-sqlite.json", f"postgres={logs}/api-postgres.json"]
    return Part("controls", [[Command(words + (["--all"] if every else []), "controls", str(report))]], ("release", "node"))


def sqlmap(logs, deep):
    """Every parameter of the document, after the flaws that are planted in a server beside it were found."""
    report = (logs / "sqlmap.json").resolve()
    words = ["tests/scanners/run_sqlmap.py", "--report", str(report)] + (["--deep"] if deep else [])
    return Part("sqlmap-deep" if deep else "sqlmap", [[Command(words, "sqlmap", str(report))]], ("release", "node"))


def coverage(logs):
    """The unit tests and the black-box suite once more, counting what they reach."""
    profiles = logs / "profiles"
    counted = {"LLVM_PROFILE_FILE": f"{profiles.resolve()}/%p-%m.profraw"}
    clean = checks("coverage-clean", f"rm -rf {profiles}")
    tests = unit("coverage", logs, counted)
    suites = [api(f"api-coverage-{database}", logs, database, "coverage", extra=counted) for database in ("sqlite", "postgres")]
    judged = checks("reached", f"tools/check_coverage.py {profiles}")
    groups = clean.groups + tests.groups + [group for suite in suites for group in suite.groups] + judged.groups
    return [build("coverage", "gatehouse_tests", "gatehouse"), Part("reached", groups, ("coverage", "node"))]


def cases(logs):
    """Every landed case passed on each database that it names, by the reports of this very run."""
    reports = [f"{database}={logs}/{part}.outcomes.json" for database, part in (
        ("sqlite", "api-sqlite"), ("postgres", "api-postgres"), ("postgres", "browser"), ("any", "controls"))]
    return checks("cases", f"tools/check_cases.py {' '.join(reports)}")


def binary(logs):
    report = str((logs / "binary.json").resolve())
    return Part("binary", [[Command(["tools/check_binary.py", "build/release/gatehouse", report], "binary", report)]], ("release",))


def long_parts(logs):
    """What `make test-long` adds: mostly the same tests in other builds, one after another."""
    return [
        checks("tidy", "scripts/lint.sh tidy", needs=("release",)),
        build("asan-tests", "gatehouse_tests", preset="asan"),
        dataclasses.replace(unit("asan", logs, SANITIZERS), needs=("asan-tests",)),
        api("api-asan-postgres", logs, "postgres", "asan", extra=SANITIZERS),
        build("gcc", "gatehouse_tests", "gatehouse"),
        unit("gcc", logs),
        build("tsan", "gatehouse_tests", "gatehouse"),
        unit("tsan", logs, SANITIZERS),
        api("api-tsan", logs, "sqlite", "tsan", extra=SANITIZERS),
        api("api-tsan-postgres", logs, "postgres", "tsan", extra=SANITIZERS),
        *coverage(logs),
    ]


def parts(long, logs):
    """On SQLite the black-box suite asks the sanitizers' build, and in development, where rows are kept in memory, the release build."""
    few = {"GATEHOUSE_TEST_FAULTS": "three"}
    more = {"GATEHOUSE_TEST_HISTORIES": "2000", "GATEHOUSE_TEST_DIFFERENTIALS": "100000", "GATEHOUSE_TEST_TAMPERINGS": "250"}
    return [
        checks("house", "tools/check_house_test.py", "tools/run_tests_test.py", "tools/run_tidy_test.py",
               "tools/unity_groups_test.py", "tools/check_house.py", "tools/check_words.py", "tools/check_floor.py",
               "tools/check_cases.py", "scripts/lint.sh format"),
        checks("node", "scripts/node.sh tests/api", "npm --prefix tests/api run --silent check"),
        build("release", "all", "bench_tools"),
        checks("times", f"bench/refusal_times.py --pairs {200 if long else 60}", needs=("release",)),
        checks("instructions", "tools/check_instructions.py", needs=("release",)),
        *beside_tests(
            build("asan", "gatehouse"),
            checks("swallowed", "scripts/lint.sh swallowed", needs=("asan",)),
            checks("second-compiler", "tools/check_second_compiler.py", needs=("release",)),
            checks("headers", "scripts/lint.sh headers", needs=("release",)),
        ),
        *in_lane(
            "suites",
            api("api-postgres", logs, "postgres"),
            api("api-sqlite", logs, "sqlite", "asan", extra=SANITIZERS),
            controls(logs, every=long),
            sqlmap(logs, deep=long),
        ),
        *in_lane(
            "more suites",
            unit("release", logs, more if long else few),
            browser(logs),
            api("api-development", logs, "sqlite", suite="development"),
            binary(logs),
        ),
        *(long_parts(logs) if long else []),
        cases(logs),
    ]
