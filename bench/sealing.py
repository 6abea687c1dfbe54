"""Whether the sealer keeps up with 2,000 rows in each second, and what people who sign in meanwhile notice of it."""

import http.client
import json
import subprocess
import threading
import time

from servers import Gatehouse

RATE = 2000  # rows per second
AT_ONCE = 20  # rows of one transaction, of as many organizations
ROUNDS = 4
ROUND = 6.0  # seconds
SEALERS_LOCK = 7235871540013  # whoever holds it seals; a session of ours keeps every node from it
APPEND = f"""INSERT INTO auth.audit_ledger (organization_id, created_at, event_type, outcome, pii_commitment, user_id, details)
    SELECT 'bench-' || n, now(), 'LOGIN_SUCCESS', 'success', sha256('x'), md5(random()::text), '{{"method":"password"}}'
    FROM generate_series(1, {AT_ONCE}) n;
"""


class Session:
    """psql, told one thing after the other."""

    def __init__(self, url):
        self.process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def tell(self, text):
        """The same where nothing is answered; behind it, all before is done."""
        return self.ask(f"{text}\n\\echo done")

    def end(self):
        self.process.stdin.close()
        if self.process.wait(30) != 0:
            raise SystemExit("psql failed")


class Appending(threading.Thread):
    """Rows at an even rate, however long one transaction takes; `appended` says how many there were."""

    def __init__(self, url):
        super().__init__()
        self.session, self.over, self.appended, self.begun = Session(url), threading.Event(), 0, time.monotonic()

    def run(self):
        while not self.over.is_set():
            due = (time.monotonic() - self.begun) * RATE - self.appended
            if due < AT_ONCE:
                self.over.wait((AT_ONCE - due) / RATE)
                continue
            self.session.tell(APPEND)
            self.appended += AT_ONCE
        self.rate = self.appended / (time.monotonic() - self.begun)
        self.session.end()


def sign_in_for(seconds, port, email, password):
    """What each sign-in took, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body, took, until = json.dumps({"email": email, "password": password}), [], time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        connection.request("POST", "/api/v1/auth/login", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"a sign-in is answered {answer.status}")
        took.append(time.monotonic() - begun)
    return took


LONGEST = "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(waiting_since)), 0) FROM auth.audit_unsealed;"


class Looking(threading.Thread):
    """The longest that any row has waited, looked at five times in a second."""

    def __init__(self, url):
        super().__init__()
        self.session, self.over, self.longest = Session(url), threading.Event(), 0.0

    def run(self):
        while not self.over.wait(0.2):
            self.longest = max(self.longest, float(self.session.ask(LONGEST)))
        self.session.end()


def p95(took):
    return sorted(took)[int(len(took) * 0.95)]


def until_caught_up(session):
    while float(session.ask(LONGEST)) > 1:
        time.sleep(0.1)


def measured(binary, folder, database):
    sealing, resting, longest = [], [], 0.0
    with Gatehouse(binary, folder, database.url, 4) as server:
        [(email, password)] = server.make_people(1)
        sign_in_for(1, server.port, email, password)
        appending, holding = Appending(database.url), Session(database.url)
        appending.start()
        try:
            for _ in range(ROUNDS):
                until_caught_up(holding)
                looking = Looking(database.url)
                looking.start()
                sealing += sign_in_for(ROUND, server.port, email, password)
                looking.over.set()
                looking.join()
                longest = max(longest, looking.longest)
                holding.tell(f"SELECT pg_advisory_lock({SEALERS_LOCK}) IS NULL AS held \\gset")
                resting += sign_in_for(ROUND, server.port, email, password)
                holding.tell(f"SELECT pg_advisory_unlock({SEALERS_LOCK}) AS freed \\gset")
        finally:
            appending.over.set()
            appending.join()
            holding.end()
    return {"appended": appending.rate, "rounds": ROUNDS, "lag": longest, "logins": len(sealing) + len(resting),
            "ratio": p95(sealing) / p95(resting)}
