"""What Lighthouse says of the sign-in page and of the dashboard, on its own idea of a slow phone."""

import json
import subprocess
import urllib.request

PATHS = {"/login": "sign-in", "/dashboard": "dashboard of an owner"}


def post(server, path, body, bearer=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    asked = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.loads(answer.read())


def measured(server, rounds):
    (email, password), = server.make_people(1)
    token = post(server, "/api/auth/login", {"email": email, "password": password})["token"]
    post(server, "/api/organizations", {"name": "Northwind", "size": "11-50"}, token)
    node = subprocess.run(["scripts/node.sh", "bench/pages"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    said = subprocess.run(
        [node, "bench/pages/measure.ts", f"http://127.0.0.1:{server.port}", token, str(rounds), *PATHS],
        stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(said.stdout)


def table(found, rounds):
    lines = ["\n| page | performance | accessibility | largest contentful paint | bytes |", "| --- | ---: | ---: | ---: | ---: |"]
    for path, text in PATHS.items():
        one = found[path]
        score = one["performance"]
        lines.append(f"| {text} | **{score['median']}** ({score['least']}–{score['most']}) | {one['accessibility']['median']} | "
                     f"{one['contentful']['median'] / 1000:.1f} s | {one['bytes']['median'] / 1000:.0f} kB |")
    return "\n".join(lines) + f"\n\nLighthouse on its simulated slow phone, medians of {rounds} rounds."
