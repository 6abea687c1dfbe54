"""How large gatehouse is, idle and with many live sessions, and how soon it answers."""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import sqlite3
import time
import uuid

from loads import COST, SERVER_CORE, TOOLS, load, request
from servers import Gatehouse

SECRET = "bench-jwt-secret-of-more-than-thirty-two-bytes"


def resident_kilobytes(pid):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(head, claims):
    text = f"{head}.{encoded(json.dumps(claims).encode())}"
    return f"{text}.{encoded(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())}"


def copy_session(path, session, count):
    """By SQL, as if somebody had signed in as often; the ids of the new ones."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    connection = sqlite3.connect(path, timeout=30)
    connection.row_factory = sqlite3.Row
    row = dict(connection.execute("SELECT * FROM sessions WHERE id = ?", (session,)).fetchone())
    names = ", ".join(row)
    connection.executemany(f"INSERT INTO sessions ({names}) VALUES ({', '.join('?' * len(row))})",
                           [[one if name == "id" else value for name, value in row.items()] for one in ids])
    connection.commit()
    connection.close()
    return ids


def measured(folder, size):
    path = folder / "sizes.db"
    settings = {"JWT_SECRET": SECRET}
    start = lambda: Gatehouse(TOOLS / "gatehouse", folder, f"sqlite:{path}", COST, core=SERVER_CORE, settings=settings)
    starts = []
    for _ in range(max(size.rounds, 5)):
        with start() as server:
            starts.append(server.milliseconds_to_ready)
    with start() as server:
        time.sleep(size.idle)
        idle = {"resident": resident_kilobytes(server.process.pid), "shared out": server.pss_kilobytes()}
        answer = server.ask("/api/auth/login", dict(zip(("email", "password"), server.make_people(1)[0])))
        head, claims, _ = answer["token"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        tokens = [signed(head, claims | {"sid": one, "jti": str(uuid.uuid4())})
                  for one in copy_session(path, answer["sessionId"], size.sessions)]
        load(server.port, [request("POST", "/api/v1/auth/validate", {"token": one}) for one in tokens], 1, pace="once")
        full = {"resident": resident_kilobytes(server.process.pid), "shared out": server.pss_kilobytes()}
    return {"starts": starts, "idle": idle, "full": full, "sessions": size.sessions}
