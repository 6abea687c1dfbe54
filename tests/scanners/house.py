"""One server with people in it, for scanners: started, filled over HTTP, and ended."""

import base64
import contextlib
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request

from targets import World

PASSWORD = "Scanner-Horse-" + secrets.token_hex(4)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(method, url, body=None, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=10) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def wait_for(url, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{url}: its server ended with {process.returncode}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            with urllib.request.urlopen(url, timeout=2):
                return
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer in {seconds} s")


@contextlib.contextmanager
def process(words, log, environment=None):
    with open(log, "w") as into:
        running = subprocess.Popen(words, env=environment, stdout=into, stderr=into, stdin=subprocess.DEVNULL)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


@contextlib.contextmanager
def control(node, folder):
    port = free_port()
    here = pathlib.Path(__file__).parent
    with process([str(node), str(here / "control_server.mjs"), str(port)], folder / "control.log") as running:
        wait_for(f"http://127.0.0.1:{port}/", running)
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def gatehouse(binary, database, folder):
    """A server on which no count refuses anything, so that every request of a scanner reaches the database."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "GATEHOUSE_ENV": "test", "GATEHOUSE_LISTEN": f"127.0.0.1:{port}", "GATEHOUSE_DATABASE_URL": database, "GATEHOUSE_PUBLIC_URL": origin,
        "GATEHOUSE_MAIL": "capture", "GATEHOUSE_KEK": base64.b64encode(secrets.token_bytes(32)).decode(), "JWT_SECRET": secrets.token_urlsafe(36),
        "GATEHOUSE_PASSWORD_HASH": "bcrypt:4", "GATEHOUSE_RATE_LIMIT": "off", "GATEHOUSE_LOG_LEVEL": "error",
    }
    log = folder / f"server-{port}.log"
    with process([str(binary), "serve"], log, environment) as running:
        wait_for(f"{origin}/ready", running)
        yield origin, running, log


def captured_link(origin, email):
    for _ in range(100):
        found = ask("GET", f"{origin}/api/v1/search?query=to:{email}")["messages"]
        if found:
            mail = ask("GET", f"{origin}/api/v1/message/{found[0]['ID']}")
            return re.search(r"https?://[^\s\"'<>]+verify-email\?[^\s\"'<>]+", mail["Text"]).group(0)
        time.sleep(0.1)
    raise RuntimeError(f"no mail to {email}")


def furnished(origin):
    """An owner who has signed in, a named organization, and somebody else in it."""
    email = "owner@scanner.example"
    ask("POST", f"{origin}/api/v1/auth/register", {"email": email, "password": PASSWORD})
    with contextlib.suppress(urllib.error.HTTPError):  # the link leads to a page that is not there yet
        urllib.request.urlopen(captured_link(origin, email), timeout=10).close()
    signed_in = ask("POST", f"{origin}/api/auth/login", {"email": email, "password": PASSWORD, "rememberMe": True})
    token = signed_in["token"]
    organization = ask("POST", f"{origin}/api/organizations", {"name": "Scanned House"}, token)["id"]
    person = {"email": "person@scanner.example", "password": PASSWORD, "organizationId": organization, "firstName": "Ann", "lastName": "Other"}
    user = ask("POST", f"{origin}/api/users", person, token)["id"]
    return World(origin, token, organization, user, person["email"])
