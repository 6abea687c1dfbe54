#!/usr/bin/env python3
"""How long what the console's pages ask for takes, where 10,000 organizations with 1,000,000 people stand in one database.

usage: bench/crowd.py [--rounds N] [--people N]      on the PostgreSQL of GATEHOUSE_TEST_POSTGRES
"""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.parse

from servers import Gatehouse

ORGANIZATIONS, PEOPLE = 10_000, 1_000_000  # the biggest organization has a tenth of them
LONGEST = 200  # milliseconds, of the server, for anything that a page asks

FILL = """
    SET search_path = auth, public;
    SET session_replication_role = replica;  -- as a restored backup: triggers and foreign keys have seen it before
    UPDATE organizations SET kind = 'business' WHERE id = '{big}';
    INSERT INTO organizations (id, name)
        SELECT md5('o' || n)::uuid::text, 'Organization ' || n FROM generate_series(1, {organizations} - 1) n;
    INSERT INTO users (id, organization_id, email, name, first_name, last_name, role, status, last_login_at, created_at)
        SELECT md5('u' || n)::uuid::text,
            CASE WHEN n <= {biggest} THEN '{big}' ELSE md5('o' || n % ({organizations} - 1) + 1)::uuid::text END,
            'person-' || n || '@example.com', 'Given' || n % 5000 || ' Family' || n % 777, 'Given' || n % 5000, 'Family' || n % 777,
            (ARRAY['staff', 'staff', 'staff', 'manager', 'admin']::user_role[])[n % 5 + 1],
            CASE WHEN n % 50 = 0 THEN 'suspended' ELSE 'active' END,
            now() - n % 90 * interval '1 day', now() - n % 1000 * interval '1 hour'
        FROM generate_series(1, {people}) n;
    INSERT INTO resources (id, organization_id, type, name, created_at)
        SELECT md5(t || n)::uuid::text, '{big}', t, initcap(t) || ' ' || n, now() - n * interval '1 minute'
        FROM generate_series(1, {biggest} / 2) n, unnest(ARRAY['client', 'workflow', 'ai_agent']) t;
    INSERT INTO assignments (id, organization_id, resource_type, resource_id, user_id)
        SELECT md5('a' || n)::uuid::text, '{big}', 'client', md5('client' || n)::uuid::text, md5('u' || n)::uuid::text
        FROM generate_series(1, {biggest} / 2) n;
    INSERT INTO sessions (id, organization_id, user_id, ip_address, user_agent, created_at)
        SELECT md5('s' || n)::uuid::text, '{big}', md5('u' || n)::uuid::text, '198.51.100.' || n % 250, 'Mozilla/5.0',
            now() - n % 1000 * interval '1 minute'
        FROM generate_series(1, {biggest}) n;
    INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, actor_id, user_id, details, ip_address, pii_commitment)
        SELECT '{big}', now() - n * interval '3 seconds',
            (ARRAY['LOGIN_SUCCESS', 'LOGIN_SUCCESS', 'LOGIN_FAILED', 'TOKEN_REFRESHED', 'ROLE_CHANGED', 'SESSION_REVOKED'])[n % 6 + 1],
            CASE WHEN n % 6 = 2 THEN 'failure' ELSE 'success' END, 200,
            md5('u' || n % {biggest} + 1)::uuid::text, md5('u' || n % {biggest} + 1)::uuid::text, '{details}', '198.51.100.7', '\\x00'
        FROM generate_series(1, {people} / 2) n;
    INSERT INTO step_up_challenges (organization_id, user_id, session_id, purpose, method, expires_at, satisfied_at)
        SELECT organization_id, user_id, id, p, 'email_otp', now(), now() + interval '2 hours'
        FROM sessions, unnest(ARRAY['data_export', 'security_settings']) p WHERE user_id = '{owner}';
    SET session_replication_role = DEFAULT;
    ANALYZE;
"""

LIKE = "SELECT details FROM auth.audit_ledger WHERE event_type = 'LOGIN_SUCCESS' LIMIT 1"


def asked_for(big, person, biggest):
    """Page of the console → what it asks."""
    people, deep = f"/api/organizations/{big}/users?limit=20", biggest // 20 - 1
    ago = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400 * 3))
    audit, sessions, decisions = "/api/security/audit-logs?limit=20", "/api/security/sessions?limit=20", "/api/security/risk/decisions?limit=20"
    return {
        "dashboard": ["/api/users/me", f"{people}&page=1", "/api/clients?page=1&limit=1", "/api/workflows?page=1&limit=1",
                      "/api/reports?page=1&limit=1", "/api/auth/sessions", "/api/notifications", "/api/compliance/controls/health",
                      "/api/security/impersonate/current", "/api/billing/subscription"],
        "people": [f"{people}&page=1&sort=createdAt&order=desc", f"{people}&page=1&sort=lastName&order=asc", f"{people}&page=1&sort=email&order=asc",
                   f"{people}&page=1&sort=firstName&order=desc", f"{people}&page={deep}", f"{people}&page=1&search=family77",
                   f"{people}&page=1&search=person-99999", f"{people}&page=1&search=nobody-is-called-so", f"{people}&page=1&role=manager",
                   f"{people}&page=1&status=suspended", f"/api/users/{person}", f"/api/organizations/{big}/invitations?page=1&limit=20",
                   f"/api/organizations/{big}/roles"],
        "clients and others": [f"/api/{kind}?page={page}&limit=20{more}" for kind in ("clients", "workflows", "ai-agents")
                               for page, more in ((1, ""), (deep // 2, ""), (1, "&search=4999"), (1, "&sort=name&order=asc"))]
                              + ["/api/assignments?page=1&limit=100&resourceType=client"],
        "search": ["/api/search?q=person-4711", "/api/search?q=client"],
        "audit log": [f"{audit}&page=1", f"{audit}&page=500", f"{audit}&page=1&from={ago}", f"{audit}&page=1&eventType=ROLE_CHANGED",
                      f"{audit}&page=1&userId={person}", f"/api/security/audit-summary?from={ago}"],
        "sessions": [f"{sessions}&page=1", f"{sessions}&page=500", f"{sessions}&page=1&userId={person}"],
        "risk": [f"{decisions}&page=1"],
        "security": ["/api/security/ip-rules", "/api/security/policy"],
        "compliance": ["/api/compliance/soc2/summary", "/api/compliance/soc2/controls"],
        "own data": ["/api/v1/me/data", "/api/v1/me/data/erasure"],
    }


def fill(server, database, people):
    (email, password), = server.make_people(1)
    token = server.log_in(email, password)
    me = get(server, "/api/users/me", token)[1]
    big, owner = me["user"]["organizationId"] if "user" in me else me["organizationId"], me.get("user", me)["id"]
    found = subprocess.run(["psql", "-X", "-At", "-c", LIKE, database], stdout=subprocess.PIPE, text=True, check=True)
    script = FILL.format(big=big, owner=owner, details=found.stdout.strip(), organizations=ORGANIZATIONS, people=people, biggest=people // 10)
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", database], input=script, text=True, check=True)
    return big, token


def get(server, path, token):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    started = time.monotonic()
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    text = answer.read()
    took = (time.monotonic() - started) * 1000
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path} answers {answer.status}: {text[:300]}")
    return took, json.loads(text)


def measured(binary, postgres, rounds, people):
    """{(page, path): [milliseconds]}"""
    name = f"crowd_{os.getpid()}"
    subprocess.run(["psql", "-X", "-q", "-c", f"CREATE DATABASE {name}", postgres], check=True)
    parts = urllib.parse.urlsplit(postgres)
    database = parts._replace(path=f"/{name}").geturl()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-crowd."))
    try:
        with Gatehouse(binary, folder, database, 4) as server:
            big, token = fill(server, database, people)
            times = {}
            person = get(server, f"/api/organizations/{big}/users?limit=20&page=7", token)[1]["data"][0]["id"]
            for _ in range(rounds):
                for page, paths in asked_for(big, person, people // 10).items():
                    for path in paths:
                        times.setdefault((page, path.replace(big, ":id").replace(person, ":person")), []).append(get(server, path, token)[0])
            return times
    finally:
        shutil.rmtree(folder)
        subprocess.run(["psql", "-X", "-q", "-c", f"DROP DATABASE {name} WITH (FORCE)", postgres], check=True)


def table(times, rounds, people):
    lines = [f"\n| page | slowest of its questions, with {people:,} people in {ORGANIZATIONS:,} organizations | median ms | longest ms |",
             "| --- | --- | ---: | ---: |"]
    for page in dict.fromkeys(page for page, _ in times):
        of_page = {path: found for (of, path), found in times.items() if of == page}
        path = max(of_page, key=lambda one: statistics.median(of_page[one]))
        lines.append(f"| {page} | `{path}` | {statistics.median(of_page[path]):.1f} | {max(of_page[path]):.1f} |")
    worst = max(statistics.median(found) for found in times.values())
    lines.append(f"\n{len(times)} questions of pages, {rounds} times each; the slowest takes {worst:.0f} ms "
                 f"({'under' if worst < LONGEST else 'NOT under'} {LONGEST} ms).")
    return "\n".join(lines)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--people", type=int, default=PEOPLE)
    words.add_argument("--every", action="store_true", help="prints every question, the slowest first")
    chosen = words.parse_args()
    postgres = os.environ.get("GATEHOUSE_TEST_POSTGRES") or words.error("scripts/with-postgres.sh runs it")
    times = measured(pathlib.Path("build/release/gatehouse"), postgres, chosen.rounds, chosen.people)
    if chosen.every:
        for (page, path), found in sorted(times.items(), key=lambda one: -statistics.median(one[1])):
            print(f"{statistics.median(found):8.1f} ms  {page}: {path}")
    print(table(times, chosen.rounds, chosen.people))


if __name__ == "__main__":
    main()
