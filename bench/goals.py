"""What must hold, each as a ratio of two neighbours in the same run, and whether it does."""

from statistics import median

NGINX = "nginx `return 200`"
EXPRESS = "Express, PostgreSQL"
OWN_WAY = "validate, its own way"


class Goal:
    """`bound` is a least value, or a most where `at_most`; without values it was not measured."""

    def __init__(self, text, bound, values, at_most=False, unit="×"):
        self.text, self.bound, self.at_most, self.unit = text, bound, at_most, unit
        self.values = values or []

    @property
    def value(self):
        return median(self.values) if self.values else None

    @property
    def verdict(self):
        if self.value is None:
            return "not measured"
        return "holds" if (self.value <= self.bound if self.at_most else self.value >= self.bound) else "**does not hold**"

    def row(self):
        span = f"{self.value:,.2f} ({min(self.values):,.2f}–{max(self.values):,.2f})" if self.values else "–"
        return f"| {self.text} | {'≤' if self.at_most else '≥'} {self.bound:g} {self.unit} | {span} | {self.verdict} |"

    def said(self):
        return {"goal": self.text, "bound": self.bound, "at most": self.at_most, "values": self.values, "verdict": self.verdict}


def ratios(found, above, below, what="rate"):
    """Of the same rounds; above is (operation, subject), below too, or a subject that was asked beside the same operation.
    Two operations were not measured in the same minute: each counts beside its own nginx. Nothing where one was not measured."""
    below = (above[0], below) if isinstance(below, str) else below
    upper, lower = (found.get(operation, {}).get(subject, []) for operation, subject in (above, below))
    minutes = [found[operation][NGINX] for operation, _ in (above, below)] if upper and lower else [[], []]
    return [one[what] / other[what] * (theirs["rate"] / ours["rate"] if above[0] != below[0] else 1)
            for one, other, ours, theirs in zip(upper, lower, *minutes)]


def of_validation(found, kind, distinct):
    ours = f"gatehouse, {kind}"
    hot = {token: (f"validate, one {token} token", ours) for token in ("EdDSA", "HS256")}
    for token, operation in hot.items():
        yield Goal(f"{kind}: validate with one {token} token, beside nginx", 0.85, ratios(found, operation, NGINX))
    for token in hot:
        yield Goal(f"{kind}: validate with {distinct:,} {token} tokens in turn, beside nginx", 0.6,
                   ratios(found, (f"validate, {distinct:,} {token} tokens in turn", ours), NGINX))
    yield Goal(f"{kind}: `authz/check`, beside nginx", 0.6, ratios(found, ("authz/check", ours), NGINX))
    for peer, bound in (("better-auth", 20), ("better-auth, cookie cache", 20), ("oidc-provider", 20), ("glewlwyd", 10)):
        yield Goal(f"{kind}: validate (EdDSA), beside {peer}", bound, ratios(found, hot["EdDSA"], (OWN_WAY, peer)))
    for theirs in ("validate, one HS256 token", "validate, the signature alone"):
        yield Goal(f"{kind}: validate (EdDSA), beside Express ({theirs.removeprefix('validate, ')})", 20,
                   ratios(found, hot["EdDSA"], (theirs, EXPRESS)))


def of_writing(found, kind):
    ours = f"gatehouse, {kind}"
    for operation, bound in (("refresh", 3), ("logout", 3), ("login", 2.5)):
        yield Goal(f"{kind}: {operation}, beside Express", bound, ratios(found, (operation, ours), (operation, EXPRESS)))


def of_logins(beside_bcrypt, lone_hash):
    rates = [login["rate"] / one["rate"] for login, one in zip(beside_bcrypt["login"], beside_bcrypt["bcrypt"])]
    yield Goal("logins a second, beside libxcrypt one at a time", 2.5, rates)
    lone = [(login["p50"] / 1000 - 3) / lone_hash for login in beside_bcrypt["lone login"]]
    yield Goal("p50 of a lone login less 3 ms, beside one libxcrypt hash", 1.05, lone, at_most=True)


def of_pressure(burst, saturated):
    yield Goal("p99 of validation during a burst of logins, beside without", 3,
               [busy["p99"] / alone["p99"] for busy, alone in zip(burst["beside"], burst["alone"])], at_most=True)
    crowd = saturated["crowd"]
    answered = (crowd["answers"] - crowd["refused"]) / crowd["seconds"] / saturated["most"]["rate"]
    yield Goal("at twice saturation: answered, beside the most it can", 0.8, [answered])
    yield Goal("at twice saturation: refusals that are 503 with Retry-After", 1,
               [crowd["put_off"] / crowd["refused"]] if crowd["refused"] else [])
    after = saturated["normal again after"]
    yield Goal("back to normal after twice saturation", 1, [after] if after is not None else [30.0], True, "s")


def of_sizes(sizes):
    yield Goal("resident memory, idle", 30, [sizes["idle"]["resident"] / 1024], True, "MB")
    yield Goal(f"resident memory with {sizes['sessions']:,} live sessions", 50, [sizes["full"]["resident"] / 1024], True, "MB")
    yield Goal("start-up", 100, sizes["starts"], True, "ms")


def of_inserts(inserts):
    for kind, ways in inserts.items():
        for connections, found in ways.items():
            yield Goal(f"{kind}: session inserts together, beside one commit each ({connections})", 5, found)


def all_of(run):
    found = run["side by side"]
    for kind in run["kinds"]:
        yield from of_validation(found, kind, run["distinct"])
        yield from of_writing(found, kind)
    yield from of_logins(run["beside bcrypt"], run["one hash"])
    yield from of_pressure(run["burst"], run["saturated"])
    yield from of_inserts(run["inserts"])
    yield Goal("refresh, beside pgbench with the same statements", 0.7, [])
    yield from of_sizes(run["sizes"])
