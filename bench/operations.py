"""What is measured: each operation as requests, on gatehouse and on its peers, in turns on the same core."""

import contextlib
import os
import pathlib
import time

import peers
from decisions import SERVICE_KEY
from goals import NGINX
from loads import COST, PEOPLE, SERVER_CORE, TOOLS, load, request
from pages import post
from servers import Gatehouse, Nginx

CHEAP = 4  # of bcrypt, where tokens are prepared and no hash is compared
TICKS = os.sysconf("SC_CLK_TCK")
JWT_SECRET = "bench-jwt-secret-of-more-than-thirty-two-bytes"


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(server, requests, seconds, **more):
    """The load, and what an answer costs the server in µs of its core."""
    before = processor_seconds(server.process.pid)
    result = load(server.port, requests, seconds, **more)
    result["cpu"] = (processor_seconds(server.process.pid) - before) * 1e6 / result["answers"]
    return result


class Subject:
    """A name, and its operations as functions of the seconds to measure for."""

    def __init__(self, name):
        self.name = name
        self.operations = {}

    def repeat(self, operation, server, requests, at_least=0, **more):
        self.operations[operation] = lambda seconds: measured(server, requests, max(seconds, at_least), **more)

    def use_up(self, operation, server, requests, each):
        """Requests that work a single time: `each` of them in a round."""
        left = iter([requests[at:at + each] for at in range(0, len(requests), each)])
        self.operations[operation] = lambda seconds: measured(server, next(left), seconds, pace="once")


def bearer(token):
    return [f"Authorization: Bearer {token}"]


def log_in_often(server, path, people, times):
    answers = []
    asked = [request("POST", path, dict(zip(("email", "password"), people[at % len(people)]))) for at in range(times)]
    load(server.port, asked, 1, pace="once", answers=answers)
    return answers


def registrations(path, count):
    mark = time.time_ns()
    return [request("POST", path, {"email": f"new-{mark}-{at}@example.com", "password": peers.PASSWORD, "name": "Bench"})
            for at in range(count)]


def tokens_of_gatehouse(subject, server, size):
    people = server.make_people(PEOPLE)
    kept = log_in_often(server, "/api/auth/login", people, size.distinct)
    spent = log_in_often(server, "/api/auth/login", people, size.rounds * size.once)
    for kind, member in (("EdDSA", "accessToken"), ("HS256", "token")):
        asked = [request("POST", "/api/v1/auth/validate", {"token": one[member]}) for one in kept]
        subject.repeat(f"validate, one {kind} token", server, asked[:1])
        subject.repeat(f"validate, {size.distinct:,} {kind} tokens in turn", server, asked)
        load(server.port, asked, 1, pace="once")  # as a server is that has run for a while
    owner = kept[0]
    client = post(server, "/api/clients", {"name": "Bench"}, owner["token"])
    question = {"subject": {"id": owner["user"]["id"]}, "action": "view", "resource": {"type": "client", "id": client["id"]}}
    subject.repeat("authz/check", server, [request("POST", "/api/authz/check", question, bearer(SERVICE_KEY))])
    subject.use_up("refresh", server,
                   [request("POST", "/api/auth/refresh", {"refreshToken": one["refreshToken"]}) for one in spent], size.once)
    subject.use_up("logout", server,
                   [request("POST", "/api/auth/logout", {}, bearer(one["accessToken"])) for one in spent], size.once)


def hashing(subject, server, people, register, login, size):
    asked = [request("POST", login, dict(zip(("email", "password"), person))) for person in people]
    subject.repeat("login", server, asked, at_least=4, connections=16)  # seconds: who hashes one by one answers late
    subject.use_up("register", server, registrations(register, size.rounds * size.registered), size.registered)


def gatehouse(opened, folder, database, kind, size):
    subject = Subject(f"gatehouse, {kind}")
    settings = {"GATEHOUSE_SERVICE_KEY": SERVICE_KEY, "JWT_SECRET": JWT_SECRET}
    cheap = opened.enter_context(
        Gatehouse(TOOLS / "gatehouse", folder, database(f"{kind}-tokens"), CHEAP, core=SERVER_CORE, settings=settings))
    tokens_of_gatehouse(subject, cheap, size)
    dear = opened.enter_context(
        Gatehouse(TOOLS / "gatehouse", folder, database(f"{kind}-hashes"), COST, core=SERVER_CORE, settings=settings))
    hashing(subject, dear, dear.make_people(PEOPLE), "/api/v1/auth/register", "/api/auth/login", size)
    return subject


def express(opened, folder, database, size):
    subject = Subject("Express, PostgreSQL")
    cheap = opened.enter_context(peers.Express(folder, database("express-tokens"), CHEAP))
    people = cheap.make_people(PEOPLE)
    spent = log_in_often(cheap, "/login", people, size.rounds * size.once_by_peers)
    hot, = log_in_often(cheap, "/login", people, 1)
    subject.repeat("validate, one HS256 token", cheap, [request("POST", "/validate", {"token": hot["accessToken"]})])
    subject.repeat("validate, the signature alone", cheap, [request("POST", "/verify", {"token": hot["accessToken"]})])
    subject.use_up("refresh", cheap, [request("POST", "/refresh", {"refreshToken": one["refreshToken"]}) for one in spent],
                   size.once_by_peers)
    subject.use_up("logout", cheap, [request("POST", "/logout", {}, bearer(one["accessToken"])) for one in spent],
                   size.once_by_peers)
    dear = opened.enter_context(peers.Express(folder, database("express-hashes"), COST))
    hashing(subject, dear, dear.make_people(PEOPLE), "/register", "/login", size)
    subject.seconds_to_ready = dear.seconds_to_ready
    return subject


def others(opened, folder):
    for name, make in (("better-auth", lambda: peers.BetterAuth(folder)),
                       ("better-auth, cookie cache", lambda: peers.BetterAuth(folder, cached=True)),
                       ("oidc-provider", lambda: peers.OidcProvider(folder)),
                       ("glewlwyd", lambda: peers.Glewlwyd(folder))):
        server = opened.enter_context(make())
        subject = Subject(name)
        subject.seconds_to_ready = server.seconds_to_ready
        subject.repeat("validate, its own way", server, [server.validation()])
        yield subject


def side_by_side(folder, database, kinds, size):
    """{operation: {subject: [a measurement for each round]}}; nginx has its turn before each operation, and each subject
    goes first in its turn, since a shared machine is not the same from one minute to the next."""
    with contextlib.ExitStack() as opened:
        nginx = opened.enter_context(Nginx(SERVER_CORE, body="x" * 200))
        plain, subjects = [request("GET", "/")], []
        for kind in kinds:
            print(f"gatehouse on {kind} gets its people and tokens", flush=True)
            subjects.append(gatehouse(opened, folder, database, kind, size))
        print("peers start", flush=True)
        if "PostgreSQL" in kinds:
            subjects.append(express(opened, folder, database, size))
        subjects += others(opened, folder)
        found = {}
        for turn in range(size.rounds):
            print(f"side by side, round {turn + 1} of {size.rounds}", flush=True)
            for operation in dict.fromkeys(name for subject in subjects for name in subject.operations):
                asked = [subject for subject in subjects if operation in subject.operations]
                first = turn % len(asked)
                measured = found.setdefault(operation, {})
                measured.setdefault(NGINX, []).append(load(nginx.port, plain, size.seconds / 2) | {"cpu": 0.0})
                for subject in asked[first:] + asked[:first]:
                    measured.setdefault(subject.name, []).append(subject.operations[operation](size.seconds))
        starts = {one.name: one.seconds_to_ready for one in subjects if hasattr(one, "seconds_to_ready")}
        return found, starts
