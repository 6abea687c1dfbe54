"""The tables beside bcrypt and nginx that a run prints besides the comparison."""

import statistics

import decisions
from loads import COST


def median(values):
    return statistics.median(values)


def ratio(measured, above, below):
    """The median over the rounds, and the span, of one rate divided by its neighbour."""
    ratios = [one["rate"] / other["rate"] for one, other in zip(measured[above], measured[below])]
    return f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"


def row(what, measured, name, compared):
    rounds = measured[name]
    rates = f"{median([one['rate'] for one in rounds]):,.0f}/s"
    times = (f"{median([one['p50'] for one in rounds]):,.0f} | {median([one['p99'] for one in rounds]):,.0f}"
             if "p50" in rounds[0] else "– | –")
    return f"| {what} | {rates} | {times} | {compared} |"


def lanes_text(measured):
    ratios = measured["ratios"]
    yield (f"\nbcrypt at cost {measured['cost']} on one core: libxcrypt {measured['libxcrypt']:.1f}/s, one alone in its lane "
          f"{measured['alone']:.1f}/s, {measured['lanes']} lanes ({measured['rounds']}) {measured['full']:.1f}/s: "
          f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f}) × libxcrypt one at a time.")


def table(beside_nginx, beside_bcrypt, refused):
    yield ("\n| operation | rate | p50 µs | p99 µs | ratio (span of the rounds) |")
    yield ("| --- | ---: | ---: | ---: | --- |")
    yield row("nginx `return 200`, one core", beside_nginx, "nginx", "1")
    yield row("`GET /health`, one core", beside_nginx, "health", ratio(beside_nginx, "health", "nginx") + " × nginx")
    yield (row("`POST /api/v1/auth/validate`, one core", beside_nginx, "validate",
              ratio(beside_nginx, "validate", "nginx") + " × nginx"))
    yield row(f"bcrypt at cost {COST}, all cores", beside_bcrypt, "bcrypt", "1")
    yield (row("`POST /api/v1/auth/login`, all cores", beside_bcrypt, "login",
              ratio(beside_bcrypt, "login", "bcrypt") + " × bcrypt"))
    yield row("the same with one visitor alone", beside_bcrypt, "lone login", "–")
    yield row("`GET /health` while all hashing threads are busy", beside_bcrypt, "health meanwhile", "–")
    known, unknown = median(refused["known"]), median(refused["unknown"])
    yield (f"\nA wrong password of a known address takes {known:.1f} ms, of an unknown one {unknown:.1f} ms "
          f"(medians of {len(refused['known'])} pairs, {abs(known - unknown) / known:.1%} apart).")


def decisions_table(measured, nanoseconds, rounds):
    half = measured["check at half"]
    yield (f"\nWith {decisions.PEOPLE:,} people and {decisions.PEOPLE * decisions.ASSIGNED:,} assignments in memory "
          f"({measured['kilobytes'] / 1024:.0f} MB more than before), on PostgreSQL:\n")
    yield ("| operation | rate | p50 µs | p99 µs | ratio (span of the rounds) |")
    yield ("| --- | ---: | ---: | ---: | --- |")
    yield row("nginx `return 200`, one core", measured, "nginx", "1")
    yield row("`POST /api/authz/check`, one core", measured, "check", ratio(measured, "check", "nginx") + " × nginx")
    yield (f"\nAt half of that rate its 95th percentile is {median([one['p95'] for one in half]):,.0f} µs "
          f"(medians of {rounds} rounds). In the process a decision takes "
          f"{nanoseconds['decide']:.0f} ns, with finding person and assignment in memory {nanoseconds['find and decide']:.0f} ns.")
