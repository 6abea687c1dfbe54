"""Rows of the ledger for the bench, as many as it wants: sign-ins a second apart, each with a commitment that fits
(docs/ledger-format.md), about 360 bytes as CSV; and the databases that they lie in."""

import datetime
import hashlib
import hmac
import sqlite3
import struct
import subprocess

SALT = bytes(range(16))
EMPTY = r"'\xffffffff'::bytea"
EPOCH = datetime.datetime(2026, 1, 1)


def pad(byte):
    return "'\\x" + bytes(one ^ byte for one in SALT.ljust(64, b"\0")).hex() + "'::bytea"


def encoded(text):
    return f"int4send(octet_length(convert_to({text}, 'UTF8'))) || convert_to({text}, 'UTF8')"


def fill_postgres(database, organization, rows):
    committed = f"{encoded('address')} || {encoded('agent')} || {EMPTY} || {EMPTY}"
    sql(database, f"""
        INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, user_id, session_id, correlation_id,
            details, ip_address, user_agent, pii_salt, pii_commitment)
        SELECT '{organization}', timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second', 'LOGIN_SUCCESS', 'success', 200,
            md5('u' || n % 5000)::uuid::text, md5('s' || n)::uuid::text, md5('c' || n)::uuid::text,
            '{{"first":"' || md5('a' || n) || '","method":"password"}}', address, agent, '\\x{SALT.hex()}',
            sha256({pad(0x5c)} || sha256({pad(0x36)} || {committed}))
        FROM (SELECT n, '198.51.100.' || n % 250 AS address, 'Mozilla/5.0 (X11; Linux x86_64) ' || md5('g' || n % 300) AS agent
              FROM generate_series(1, {rows}) n) made;
        ANALYZE audit_ledger""")


def sql(database, text):
    said = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database],
                          input=f"SET search_path = auth, public;\n{text};\n", text=True, stdout=subprocess.PIPE, check=True)
    return said.stdout.strip()


class Postgres:
    def __init__(self, url):
        self.url = url

    def ask(self, text):
        return sql(self.url, text)

    def fill(self, organization, rows):
        fill_postgres(self.url, organization, rows)

    def in_two_hours(self):
        return "now() + interval '2 h'"


class Sqlite:
    """Beside the server: what it holds itself is committed before anybody asks."""

    def __init__(self, path):
        self.path, self.url = path, f"sqlite:{path}"

    def ask(self, text):
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            with connection:
                found = connection.execute(text).fetchone()
            return str(found[0]) if found else ""
        finally:
            connection.close()

    def fill(self, organization, rows):
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            with connection:
                connection.executemany(
                    "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, user_id, session_id, "
                    "correlation_id, details, ip_address, user_agent, pii_salt, pii_commitment) "
                    "VALUES (?, ?, 'LOGIN_SUCCESS', 'success', 200, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (row_of(organization, number) for number in range(1, rows + 1)))
        finally:
            connection.close()

    def in_two_hours(self):
        return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+2 hours')"


def digest(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def identity(text):
    made = digest(text)
    return f"{made[:8]}-{made[8:12]}-{made[12:16]}-{made[16:20]}-{made[20:]}"


def row_of(organization, number):
    address, agent = f"198.51.100.{number % 250}", f"Mozilla/5.0 (X11; Linux x86_64) {digest(f'g{number % 300}')}"
    committed = b"".join(struct.pack(">I", len(text)) + text.encode() for text in (address, agent)) + b"\xff" * 8
    moment = (EPOCH + datetime.timedelta(seconds=number)).isoformat(timespec="milliseconds") + "Z"
    return (organization, moment, identity(f"u{number % 5000}"), identity(f"s{number}"), identity(f"c{number}"),
            f'{{"first":"{digest(f"a{number}")}","method":"password"}}', address, agent, SALT,
            hmac.digest(SALT, committed, "sha256"))
