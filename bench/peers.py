"""The peers: what others run for the same purpose, each started on the server's core."""

import gzip
import http.client
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import urllib.parse

from loads import SERVER_CORE, request
from servers import Started, free_port, pinned, wait_until_it_answers

PEERS = pathlib.Path("bench/peers")
PASSWORD = "Correct-Horse-42"
CLIENT = ("bench", "bench-secret-of-more-than-thirty-two-characters")


class Peer(Started):
    """What all of them have: a port, a process, and one way to ask while preparing."""

    def __exit__(self, *how):
        super().__exit__(*how)
        self.log.unlink(missing_ok=True)

    def start(self, command, folder, name, settings, ready="/health", core=SERVER_CORE):
        self.log = folder / f"{name}.log"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
        with self.log.open("w") as output:
            self.process = subprocess.Popen(command, env=environment | settings, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, preexec_fn=pinned(core))
        self.seconds_to_ready = wait_until_it_answers(self.process, self.port, ready, self.log)

    def ask(self, path, body, headers=(), form=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        text = urllib.parse.urlencode(body) if form else json.dumps(body)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        connection.request("POST", path, text, {"Content-Type": kind} | dict(headers))
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path} answers {answer.status}: {said[:200]}")
        return (json.loads(said) if said else None), answer.headers


class NodePeer(Peer):
    def __init__(self, name, folder, settings=()):
        self.port = free_port()
        node = subprocess.run(["scripts/node.sh", PEERS / name], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.start([node, PEERS / name / "server.mjs"], folder, f"{name}-{self.port}",
                   {"PORT": str(self.port), "NODE_ENV": "production"} | dict(settings))


class Express(NodePeer):
    def __init__(self, folder, database, cost):
        super().__init__("express", folder, {"DATABASE_URL": database, "COST": str(cost)})

    def make_people(self, count):
        people = [(f"bench-{number}@example.com", PASSWORD) for number in range(count)]
        for email, password in people:
            self.ask("/register", {"email": email, "password": password, "name": "Bench"})
        return people


class BetterAuth(NodePeer):
    """The request that its documentation names for looking at a session, with and without its cookie cache."""

    def __init__(self, folder, cached=False):
        settings = {"DATABASE_FILE": str(folder / f"better-auth-{cached}.db")} | ({"COOKIE_CACHE": "1"} if cached else {})
        super().__init__("better-auth", folder, settings)

    def validation(self):
        origin = {"Origin": f"http://127.0.0.1:{self.port}"}
        _, headers = self.ask("/api/auth/sign-up/email",
                              {"email": "bench@example.com", "password": PASSWORD, "name": "Bench"}, origin)
        cookies = "; ".join(one.split(";")[0] for one in headers.get_all("Set-Cookie"))
        return request("GET", "/api/auth/get-session", headers=[f"Cookie: {cookies}"])


class OidcProvider(NodePeer):
    def __init__(self, folder):
        super().__init__("oidc-provider", folder)

    def validation(self):
        client = dict(zip(("client_id", "client_secret"), CLIENT))
        said, _ = self.ask("/token", client | {"grant_type": "client_credentials"}, form=True)
        body = urllib.parse.urlencode(client | {"token": said["access_token"]})
        return (f"POST /token/introspection HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


class Glewlwyd(Peer):
    """Debian's, from its sample configuration, on SQLite. Its passwords cost less than bcrypt: sign-ins are not compared."""

    def __init__(self, folder):
        self.port = free_port()
        root = pathlib.Path(subprocess.run(["scripts/glewlwyd.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
        documents = root / "usr/share/doc/glewlwyd"
        database = folder / "glewlwyd.db"
        connection = sqlite3.connect(database)
        connection.executescript(gzip.decompress((documents / "database/init.sqlite3.sql.gz").read_bytes()).decode())
        connection.close()
        text = gzip.decompress((documents / "glewlwyd.conf.sample.gz").read_bytes()).decode()
        text = text.replace("/usr/lib/glewlwyd/", f"{root}/usr/lib/glewlwyd/")
        text = text.replace("/var/cache/glewlwyd/glewlwyd.db", str(database))
        text = re.sub(r"^port=.*$", f"port={self.port}", text, flags=re.M)
        text = re.sub(r"^external_url=.*$", f'external_url="http://127.0.0.1:{self.port}"', text, flags=re.M)
        text = re.sub(r"^static_files_path=.*$", f'static_files_path="{root}/usr/share/glewlwyd/webapp/"', text, flags=re.M)
        text = re.sub(r"^log_level=.*$", 'log_level="WARNING"', text, flags=re.M)
        (folder / "glewlwyd.conf").write_text(text)
        self.start([root / "usr/bin/glewlwyd", "--config-file", folder / "glewlwyd.conf"], folder, "glewlwyd", {},
                   ready="/config")

    def validation(self):
        _, headers = self.ask("/api/auth/", {"username": "admin", "password": "password"})
        cookie = headers["Set-Cookie"].split(";")[0]
        return request("GET", "/api/profile_list", headers=[f"Cookie: {cookie}"])
