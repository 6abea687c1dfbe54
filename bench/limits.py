"""The limits of the databases: session rows with a commit each beside those that share one."""

import json
import os
import pathlib
import sqlite3
import subprocess

from loads import COST, LOAD_CORE, SERVER_CORE, TOOLS
from servers import Gatehouse, pinned


def keep_on_load_core(postgres):
    """The cluster shares the load generator's core: what it starts from now on stays there."""
    said = subprocess.run(["psql", "-X", "-A", "-t", postgres, "-c", "SHOW data_directory"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    first = int((pathlib.Path(said) / "postmaster.pid").read_text().split()[0])
    below = pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()
    for process in [first, *map(int, below)]:
        os.sched_setaffinity(process, {LOAD_CORE})


PERSON = """INSERT INTO organizations (id, name) VALUES ('bench', 'Bench');
    INSERT INTO users (id, organization_id, email) VALUES ('bench', 'bench', 'bench@example.com');"""


def put_person(database):
    """Whose sessions are written."""
    if database.startswith("sqlite:"):
        with sqlite3.connect(database.removeprefix("sqlite:")) as file:
            file.executescript(PERSON)
        return
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", database], input="SET search_path = auth, public;" + PERSON,
                   text=True, check=True)


def session_inserts(database, folder, size):
    """{connections: for each round, how many times as many sessions are written together as with a commit each}."""
    with Gatehouse(TOOLS / "gatehouse", folder, database, COST):
        put_person(database)
    ratios = {"one connection": [], "eight connections": []}
    for _ in range(size.rounds):
        said = json.loads(subprocess.run([TOOLS / "session_inserts", database, str(size.seconds)], stdout=subprocess.PIPE,
                                         check=True, preexec_fn=pinned(SERVER_CORE)).stdout)
        for connections, found in ratios.items():
            name = connections.replace(" connection", "_connection")
            found.append(said[f"{name}_together"] / said[f"{name}_each_its_commit"])
    return ratios
