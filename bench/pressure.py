#!/usr/bin/env python3
"""Twice as many sign-ins as the server can do: what it answers, what it refuses, what it grows by, and how soon it is over.

usage: bench/pressure.py [--seconds S] [--database URL] [--binary PATH]
First the rate at which sixteen visitors are signed in as fast as they come, then twice that rate for a while, from visitors
who never wait for each other, and one sign-in in every tenth of a second after it. Prints a Markdown table.
"""

import argparse
import asyncio
import collections
import json
import pathlib
import re
import shutil
import statistics
import tempfile
import time

from servers import Gatehouse

COST = 10  # of bcrypt
PEOPLE = 64
VISITORS = 16  # at saturation
HANGS_AFTER = 10  # seconds


def resident_kilobytes(process):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{process.pid}/status").read_text(), re.M)[1])


def request(path, body):
    text = json.dumps(body)
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
            f"Connection: close\r\n\r\n{text}").encode()


async def ask(port, asked):
    """(seconds, status, whether it says when to come again); status 0: no answer."""
    began = time.monotonic()
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), HANGS_AFTER)
        writer.write(asked)
        answer = await asyncio.wait_for(reader.read(), HANGS_AFTER)
        writer.close()
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0
        told = b"\r\nretry-after: " in answer.split(b"\r\n\r\n")[0].lower()
    except (OSError, asyncio.TimeoutError):
        status, told = 0, False
    return time.monotonic() - began, status, told


async def as_fast_as_it_can(port, requests, seconds):
    answers, end = [], time.monotonic() + seconds

    async def visitor(number):
        while time.monotonic() < end:
            answers.append(await ask(port, requests[number % len(requests)]))
            number += VISITORS

    await asyncio.gather(*(visitor(number) for number in range(VISITORS)))
    return answers


async def at_a_rate(port, requests, seconds, rate, watch=lambda: None):
    began, asked, number = time.monotonic(), [], 0
    while (now := time.monotonic() - began) < seconds:
        while number < now * rate:
            asked.append(asyncio.create_task(ask(port, requests[number % len(requests)])))
            number += 1
        watch()
        await asyncio.sleep(0.002)
    return await asyncio.gather(*asked)


def milliseconds(answers, share):
    times = sorted(seconds for seconds, status, _ in answers if status == 200)
    return times[min(len(times) - 1, int(len(times) * share))] * 1000 if times else float("nan")


async def measure(server, requests, seconds):
    port = server.port
    await as_fast_as_it_can(port, requests, 1)
    calm = await as_fast_as_it_can(port, requests, seconds)
    rate = sum(status == 200 for _, status, _ in calm) / seconds
    before = most = resident_kilobytes(server.process)

    def watch():
        nonlocal most
        most = max(most, resident_kilobytes(server.process))

    flood, afterwards = await asyncio.gather(
        at_a_rate(port, requests, seconds, 2 * rate, watch), until_over(port, requests, seconds))
    return {"rate": rate, "calm": calm, "flood": flood, "afterwards": afterwards, "grown": most - before,
            "kept": resident_kilobytes(server.process) - before}


async def until_over(port, requests, seconds):
    """Sign-ins one by one from the moment at which the flood ends: (seconds after it, seconds taken, status)."""
    await asyncio.sleep(seconds)
    ended, answers = time.monotonic(), []
    while time.monotonic() - ended < 3:
        began = time.monotonic() - ended
        took, status, _ = await ask(port, requests[0])
        answers.append((began, took, status))
        await asyncio.sleep(0.1)
    return answers


def print_table(measured, seconds):
    flood = measured["flood"]
    counted = collections.Counter(status for _, status, _ in flood)
    untold = sum(status == 503 and not told for _, status, told in flood)
    late = max((began + took for began, took, status in measured["afterwards"] if status != 200), default=0)
    usual = statistics.median(took for _, took, status in measured["afterwards"][-5:])
    print("\n| | sign-ins/s | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: |")
    print(f"| {VISITORS} visitors, as fast as they are served | {measured['rate']:.0f} | {milliseconds(measured['calm'], 0.5):.0f} | "
          f"{milliseconds(measured['calm'], 0.99):.0f} |")
    print(f"| twice that rate for {seconds:.0f} s, those signed in | {counted[200] / seconds:.0f} | {milliseconds(flood, 0.5):.0f} | "
          f"{milliseconds(flood, 0.99):.0f} |")
    print(f"\nOf {len(flood)} sign-ins {counted[200]} were let in, {counted[503]} told when to come again ({untold} of them without a "
          f"time), {sum(counted.values()) - counted[200] - counted[503]} anything else. Memory grew by {measured['grown'] / 1024:.1f} MB, "
          f"{measured['kept'] / 1024:.1f} MB of it stayed. {late:.2f} s after the flood nobody was refused any more; a sign-in alone takes "
          f"{usual * 1000:.0f} ms then.")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=8)
    words.add_argument("--database", help="a database URL instead of a new SQLite file")
    words.add_argument("--binary", type=pathlib.Path, default=pathlib.Path("build/release/gatehouse"))
    chosen = words.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-pressure."))
    try:
        database = chosen.database or f"sqlite:{folder}/gatehouse.db"
        with Gatehouse(chosen.binary, folder, database, COST) as server:
            requests = [request("/api/v1/auth/login", {"email": email, "password": password})
                        for email, password in server.make_people(PEOPLE)]
            print_table(asyncio.run(measure(server, requests, chosen.seconds)), chosen.seconds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
