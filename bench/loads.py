"""Asking: the load generator, a light visitor, and bare bcrypt, each on its core."""

import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile
import time

from servers import pinned

TOOLS = pathlib.Path("build/release")
SERVER_CORE, LOAD_CORE = 0, 1
COST = 10  # of bcrypt, on both sides
CONNECTIONS = 64
PEOPLE = 16


def request(method, path, body=None, headers=()):
    text = json.dumps(body).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


def load(port, requests, seconds, connections=CONNECTIONS, core=LOAD_CORE, pace=None, refusable=False, answers=None):
    """What the load generator says after asking these requests in turn: as fast as it can (`shared`: on a core that
    the server uses too, so it sleeps while it waits; `once`: each a single time) or at a rate. The bodies of the
    answers go into `answers`, a list."""
    with tempfile.NamedTemporaryFile() as file:
        for one in requests:
            file.write(f"{len(one)}\n".encode() + one)
        file.flush()
        bodies = [file.name + ".answers"] if answers is not None else []
        said = subprocess.run(
            [TOOLS / "load_generator", str(port), str(min(connections, len(requests)) if pace == "once" else connections),
             str(seconds), file.name, *([str(pace)] if pace else []), *bodies],
            stdout=subprocess.PIPE, text=True, preexec_fn=pinned(core),
        )
        if bodies and said.returncode == 0:
            kept = pathlib.Path(bodies[0])
            answers += [json.loads(line) for line in kept.read_text().splitlines()]
            kept.unlink()
    if said.returncode != 0:  # its own words are above
        raise SystemExit(f"the load on {requests[0][:40]!r} failed")
    result = json.loads(said.stdout)
    if result["refused"] and not refusable:
        raise SystemExit(f"{result['refused']} of {result['answers']} answers to {requests[0][:40]!r} were not 2xx")
    return result | {"rate": result["answers"] / result["seconds"]}


def probe(port, path, seconds):
    """How long a light visitor waits: one request every 10 ms, so that it takes no core from the load."""
    asked, times = request("GET", path), []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            started = time.monotonic()
            connection.sendall(asked)
            if not connection.recv(16384).startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path} does not answer 200 under load")
            times.append((time.monotonic() - started) * 1e6)
            time.sleep(0.01)
    times.sort()
    return {"rate": len(times) / seconds, "p50": statistics.median(times), "p99": times[len(times) * 99 // 100]}


def bcrypt_rate(seconds):
    """Hashes per second of all cores together: one thread of libcrypt on each, at once."""
    running = [
        subprocess.Popen([TOOLS / "bcrypt_rate", str(COST), str(seconds)], stdout=subprocess.PIPE, text=True,
                         preexec_fn=pinned(core))
        for core in sorted(os.sched_getaffinity(0))
    ]
    rates = [float(process.communicate()[0]) for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("bcrypt_rate failed")
    return sum(rates)


def lanes(rounds):
    """bcrypt as the server computes it beside libxcrypt one at a time, in turns on one core."""
    said = subprocess.run([TOOLS / "bcrypt_lanes", str(COST), str(4 * rounds)], stdout=subprocess.PIPE, check=True,
                          preexec_fn=pinned(SERVER_CORE))
    return json.loads(said.stdout)
