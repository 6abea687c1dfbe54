"""The servers that the bench starts and stops: gatehouse, and nginx as the yardstick."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

READY_WITHIN = 20  # seconds


def pinned(core=None):
    """For preexec_fn: keeps a process and its threads on one core, if named, and (as root) before other work."""

    def settle():
        if core is not None:
            os.sched_setaffinity(0, {core})
        if os.geteuid() == 0:
            os.setpriority(os.PRIO_PROCESS, 0, -10)

    return settle


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_answers(process, port, path, log):
    """Seconds until the path answers 200; asks anew every millisecond."""
    started = time.monotonic()
    while time.monotonic() - started < READY_WITHIN:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}:\n{pathlib.Path(log).read_text()[-3000:]}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as asked:
                asked.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                if asked.recv(64).startswith(b"HTTP/1.1 200"):
                    return time.monotonic() - started
        except OSError:
            pass  # it does not listen yet
        time.sleep(0.001)
    raise SystemExit(f"the server is not ready after {READY_WITHIN} s:\n{pathlib.Path(log).read_text()[-3000:]}")


class Started:
    """A process with a port that is ended with the block that started it."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit(f"{self.process.args[0]} did not stop when asked to")


class Nginx(Started):
    def __init__(self, core, body):
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-nginx."))
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/log;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; keepalive_requests 100000000; client_body_temp_path {self.folder}/body;
                proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/fastcgi;
                uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
                server {{ listen 127.0.0.1:{self.port}; default_type application/json; location / {{ return 200 '{body}'; }} }}
            }}""")
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = subprocess.Popen(
            [program, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", self.folder / "log"], preexec_fn=pinned(core))
        wait_until_it_answers(self.process, self.port, "/", self.folder / "log")

    def __exit__(self, *how):
        super().__exit__(*how)
        shutil.rmtree(self.folder)


class Gatehouse(Started):
    def __init__(self, binary, folder, database, cost, core=None, settings=()):
        more = dict(settings)
        self.port = free_port()
        log = folder / "gatehouse.log"
        settings = {
            "GATEHOUSE_ENV": "development",
            "GATEHOUSE_LISTEN": f"127.0.0.1:{self.port}",
            "GATEHOUSE_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "GATEHOUSE_DATABASE_URL": database,
            "GATEHOUSE_MAIL": "capture",
            "GATEHOUSE_PASSWORD_HASH": f"bcrypt:{cost}",
            "GATEHOUSE_LIMIT_CLIENT_CREDENTIAL": "1000000000",
            "GATEHOUSE_LIMIT_CLIENT_REGISTER": "1000000000",
            "GATEHOUSE_LIMIT_CLIENT_ANONYMOUS": "1000000000",
            "GATEHOUSE_LOG_LEVEL": "warning",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
        environment = inherited | settings | more
        binary = binary.resolve()
        subprocess.run([binary, "migrate"], check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        with log.open("w") as output:
            started = time.monotonic()
            self.process = subprocess.Popen(
                [binary, "serve"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, preexec_fn=pinned(core))
        wait_until_it_answers(self.process, self.port, "/ready", log)
        self.milliseconds_to_ready = (time.monotonic() - started) * 1000

    def pss_kilobytes(self):
        rollup = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)[1])

    def ask(self, path, body=None):
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json"} if body is not None else {},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.loads(answer.read())

    def make_people(self, count):
        """Registered, and proven by the link in the captured mail: (address, password) each."""
        people = [(f"bench-{number}-{time.time_ns()}@example.com", "Correct-Horse-42") for number in range(count)]
        for email, password in people:
            self.ask("/api/v1/auth/register", {"email": email, "password": password, "name": "Bench"})
        for email, _ in people:
            self.open_link_mailed_to(email)
        return people

    def open_link_mailed_to(self, email):
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            found = self.ask(f"/api/v1/search?query=to:{email}")["messages"]
            if found:
                html = self.ask(f"/api/v1/message/{found[0]['ID']}")["HTML"]
                link = re.search(r"https?://[^\s\"'<>]+(/api/auth/verify-email\?[^\s\"'<>]+)", html)[1]
                answer = FollowNothing().open(f"http://127.0.0.1:{self.port}{link.replace('&amp;', '&')}")
                if answer.status != 302:
                    raise SystemExit(f"the mailed link answers {answer.status}")
                return
            time.sleep(0.02)
        raise SystemExit(f"no mail to {email} came")

    def log_in(self, email, password):
        return self.ask("/api/v1/auth/login", {"email": email, "password": password})["accessToken"]


class FollowNothing:
    """A redirect is an answer here, not an instruction."""

    class _Handler(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    def open(self, url):
        try:
            return urllib.request.build_opener(self._Handler).open(url, timeout=30)
        except urllib.error.HTTPError as answer:
            return answer
