"""What a server does under more than it can: validation beside a burst of logins, and twice what it is able to answer."""

import threading
import time

from loads import COST, PEOPLE, SERVER_CORE, TOOLS, load, request
from sizes import resident_kilobytes
from servers import Gatehouse


def login_requests(people):
    return [request("POST", "/api/auth/login", dict(zip(("email", "password"), person))) for person in people]


def validation_beside_logins(folder, database, size):
    """p99 of validation at a moderate rate, without and with all hashing threads busy, in turns."""
    found = {"alone": [], "beside": [], "logins": []}
    with Gatehouse(TOOLS / "gatehouse", folder, database, COST, core=SERVER_CORE) as server:
        people = server.make_people(PEOPLE)
        validate = [request("POST", "/api/v1/auth/validate", {"token": server.log_in(*people[0])})]
        load(server.port, validate, 0.5)
        for _ in range(size.rounds):
            found["alone"].append(load(server.port, validate, size.seconds, 16, pace=3000))
            burst = {}
            beside = threading.Thread(target=lambda: burst.update(
                load(server.port, login_requests(people), size.seconds + 4, 16, pace="shared")))
            beside.start()
            time.sleep(0.5)
            found["beside"].append(load(server.port, validate, size.seconds, 16, pace=3000))
            beside.join()
            found["logins"].append(burst)
    return found


def twice_saturation(folder, database, size):
    """What it answers at most, then twice as many logins a second over many connections, then one after the other again."""
    with Gatehouse(TOOLS / "gatehouse", folder, database, COST, core=SERVER_CORE,
                   settings={"GATEHOUSE_HASH_QUEUE": "32"}) as server:
        logins = login_requests(server.make_people(PEOPLE))
        lone = load(server.port, logins, max(2, size.seconds), 1, pace="shared")
        most = load(server.port, logins, max(3, size.seconds), 16, pace="shared")
        before = resident_kilobytes(server.process.pid)
        # A closed loop with more connections than it may keep waiting: each answer is followed by a question at once.
        crowd = load(server.port, logins, max(3, size.seconds), 256, pace=2 * most["rate"], refusable=True)
        after_crowd = resident_kilobytes(server.process.pid)
        begun, took = time.monotonic(), None
        while time.monotonic() - begun < 30:
            one = load(server.port, logins[:1], 0.01, 1, pace="once", refusable=True)
            if one["refused"] == 0 and one["p50"] < 2 * lone["p50"]:
                took = time.monotonic() - begun
                break
    return {"lone": lone, "most": most, "crowd": crowd, "kilobytes": [before, after_crowd], "normal again after": took}
