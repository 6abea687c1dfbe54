"""What a scanner asks: every parameter of /openapi.json as one target, and the planted flaws that it must find first."""

import dataclasses
import json
import urllib.parse

# Unknown ids where a request would take something away that the others need.
UNKNOWN = "0190a0b0-c0d0-7000-8000-000000000000"
HEADERS = ("User-Agent", "Referer", "Cookie", "X-Forwarded-For", "Authorization", "Origin", "X-CSRF-Token", "X-Request-Id", "Accept-Language")


@dataclasses.dataclass(frozen=True)
class Target:
    name: str
    method: str
    url: str
    expected: tuple  # the parameters as sqlmap calls them
    body: str | None = None
    headers: tuple = ()
    planted: bool = False


def pointer(document, schema):
    while "$ref" in schema:
        node = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def kinds(document, schema):
    schema = pointer(document, schema)
    if "anyOf" in schema or "oneOf" in schema:
        return {kind for one in schema.get("anyOf", schema.get("oneOf")) for kind in kinds(document, one)}
    kind = schema.get("type", [])
    return set(kind) if isinstance(kind, list) else {kind}


class World:
    """Ids and a credential of a running server."""

    def __init__(self, origin, token, organization, user, email):
        self.origin, self.token, self.organization, self.user, self.email = origin, token, organization, user, email

    def path_value(self, method, template, name):
        if method == "DELETE" or name != "id":
            return UNKNOWN
        if template.startswith("/api/organizations/"):
            return self.organization
        return self.user if template.startswith("/api/users/") else UNKNOWN

    def sample(self, name):
        lower = name.lower()
        if lower == "organizationid":
            return self.organization
        if "email" in lower:
            return self.email
        if "password" in lower:
            return "Wrong-Horse-71"
        return {"role": "staff", "status": "active", "sort": "email", "order": "asc", "format": "json", "search": "a"}.get(name, "x")

    def value_of(self, document, name, schema):
        wanted = kinds(document, schema)
        if "string" in wanted:
            return self.sample(name)
        if wanted & {"integer", "number"}:
            return 1
        return True if "boolean" in wanted else None


def members_of(document, operation):
    content = pointer(document, operation.get("requestBody", {})).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return pointer(document, schema).get("properties", {}) if schema else {}


def needs_credential(document, operation):
    asked = operation.get("security", document.get("security", []))
    return bool(asked) and {} not in asked


def targets_of(document, world):
    """One target for the query, one for each path with parameters, one for the body of every operation."""
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            yield from of_operation(document, world, template, method.upper(), operation)


def of_operation(document, world, template, method, operation):
    name = f"{method} {template}"
    headers = (("Authorization", f"Bearer {world.token}"),) if needs_credential(document, operation) else ()
    listed = [pointer(document, one) for one in operation.get("parameters", [])]
    in_path = [one["name"] for one in listed if one["in"] == "path"]
    in_query = [one["name"] for one in listed if one["in"] == "query"]
    members = {member: world.value_of(document, member, schema) for member, schema in members_of(document, operation).items()}
    members = {member: value for member, value in members.items() if value is not None}
    ends_session = "logout" in template
    path = template
    for one in in_path:
        path = path.replace("{" + one + "}", world.path_value(method, template, one))
    body = json.dumps(members) if members else ("{}" if method in ("POST", "PATCH", "PUT") else None)
    if in_query:
        query = urllib.parse.urlencode({one: world.sample(one) if one not in ("page", "limit", "start", "size", "v", "drain") else "1" for one in in_query})
        yield Target(f"{name} query", method, f"{world.origin}{path}?{query}", tuple(in_query), None, headers)
    tried_members = tuple(f"JSON {member}" for member in members)
    if in_path:
        marked = template
        for one in in_path:
            marked = marked.replace("{" + one + "}", world.path_value(method, template, one) + "*")
        # sqlmap calls a place of the path by its number, and JSON where there is a JSON body beside it.
        places = tuple(f"{'JSON ' if members else ''}#{index + 1}*" for index in range(len(in_path)))
        yield Target(f"{name} path", method, world.origin + marked, places + tried_members, body, headers)
    elif members and not ends_session:
        yield Target(f"{name} body", method, world.origin + path, tried_members, body, headers)


def header_targets(world):
    """Headers are read before any route: once by credential, once without, on both kinds of route."""
    bearer = (("Authorization", f"Bearer {world.token}"),)
    for header in HEADERS:
        value = {"Authorization": f"Bearer {world.token}", "Cookie": f"token={world.token}"}.get(header, "x")
        marked = ((header, value + "*"),)
        yield Target(f"header {header} of GET /api/users/me", "GET", f"{world.origin}/api/users/me", (f"{header} #1*",), None,
                     marked if header in ("Authorization", "Cookie") else marked + bearer)
        yield Target(f"header {header} of POST /api/auth/login", "POST", f"{world.origin}/api/auth/login", (f"{header} #1*",),
                     json.dumps({"email": world.email, "password": "Wrong-Horse-71"}), marked)


def planted_targets(origin):
    """Where the broken server has a flaw: in each place that a parameter can stand."""
    yield Target("control: query", "GET", f"{origin}/query?search=ann", ("search",), planted=True)
    yield Target("control: path", "GET", f"{origin}/path/ann*", ("#1*",), planted=True)
    yield Target("control: body", "POST", f"{origin}/body", ("JSON email",), json.dumps({"email": "ann", "password": "x"}), planted=True)
    for place, header, value in (("agent", "User-Agent", "ann"), ("cookie", "Cookie", "token=ann"), ("forwarded", "X-Forwarded-For", "ann")):
        yield Target(f"control: header {header}", "GET", f"{origin}/{place}", (f"{header} #1*",), None, ((header, value + "*"),), planted=True)
