"""Decisions for other applications, with 200,000 role bindings and 1,000,000 assignments loaded."""

import hashlib
import json
import random
import subprocess
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor

import http.client

ORGANIZATIONS, PEOPLE, CLIENTS, ASSIGNED = 1000, 200_000, 200_000, 5
PER_ORGANIZATION = CLIENTS // ORGANIZATIONS
SERVICE_KEY = "bench-service-key-of-forty-characters-01"
ASKED = 10_000  # different questions in turn


def identity(kind, number):
    return str(uuid.UUID(hashlib.md5(f"{kind}{number}".encode()).hexdigest()))


def assigned_to(person, which):
    """The number of a client of the person's organization: five different ones."""
    return person % ORGANIZATIONS + ORGANIZATIONS * ((person // ORGANIZATIONS * 7 + which * 41) % PER_ORGANIZATION)


FILL = f"""
    SET search_path = auth, public;
    INSERT INTO organizations (id, name) SELECT md5('o' || n)::uuid::text, 'Organization ' || n
        FROM generate_series(0, {ORGANIZATIONS - 1}) n;
    INSERT INTO users (id, organization_id, email, role)
        SELECT md5('u' || n)::uuid::text, md5('o' || n % {ORGANIZATIONS})::uuid::text, 'person-' || n || '@example.com',
            (ARRAY['staff', 'staff', 'staff', 'manager']::user_role[])[n % 4 + 1]
        FROM generate_series(0, {PEOPLE - 1}) n;
    INSERT INTO resources (id, organization_id, type, name)
        SELECT md5('c' || n)::uuid::text, md5('o' || n % {ORGANIZATIONS})::uuid::text, 'client', 'Client ' || n
        FROM generate_series(0, {CLIENTS - 1}) n;
    INSERT INTO assignments (id, organization_id, resource_type, resource_id, user_id)
        SELECT md5('a' || n || ' ' || k)::uuid::text, md5('o' || n % {ORGANIZATIONS})::uuid::text, 'client',
            md5('c' || n % {ORGANIZATIONS} + {ORGANIZATIONS} * ((n / {ORGANIZATIONS} * 7 + k * 41)
                % {PER_ORGANIZATION}))::uuid::text,
            md5('u' || n)::uuid::text
        FROM generate_series(0, {PEOPLE - 1}) n, generate_series(0, {ASSIGNED - 1}) k;
    ANALYZE;
"""


def fill(database):
    """By SQL, as an import would."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(FILL)
        script.flush()
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", script.name, database], check=True)


def question(person, client):
    return {"subject": {"id": identity("u", person)}, "action": "view",
            "resource": {"type": "client", "id": identity("c", client)}}


def headers():
    return [f"Authorization: Bearer {SERVICE_KEY}"]


def load_everybody(port, workers=4):
    """Asks about everybody once, a hundred in a request, so that all of them are in memory."""
    def ask(first):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for begin in range(first, PEOPLE, workers * 100):
            checks = [question(person, assigned_to(person, 0)) for person in range(begin, min(begin + 100, PEOPLE))]
            connection.request("POST", "/api/authz/check", json.dumps({"checks": checks}),
                               {"Content-Type": "application/json", "Authorization": f"Bearer {SERVICE_KEY}"})
            answer = connection.getresponse()
            results = json.loads(answer.read()).get("results", [])
            if answer.status != 200 or not all(result["allowed"] for result in results):
                raise SystemExit(f"a decision is wrong: {answer.status}")
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(ask, range(0, workers * 100, 100)))


def questions():
    """Half of them about what is assigned to the person, half about another client of the organization."""
    chance = random.Random(7)
    made = []
    for number in range(ASKED):
        person = chance.randrange(PEOPLE)
        client = assigned_to(person, chance.randrange(ASSIGNED)) if number % 2 == 0 else (
            person % ORGANIZATIONS + ORGANIZATIONS * chance.randrange(PER_ORGANIZATION))
        made.append(question(person, client))
    return made
