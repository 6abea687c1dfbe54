#!/usr/bin/env python3
"""Verifies an evidence bundle, written from docs/ledger-format.md alone."""
import argparse, datetime, hashlib, hmac, json, os, subprocess, sys, tempfile, zipfile, zlib

HASHED = ["id", "created_at", "event_type", "outcome", "status", "actor_id", "user_id", "session_id", "resource", "resource_id",
          "correlation_id", "details"]
ERASABLE = ["ip_address", "user_agent", "email", "personal"]
IN_TIME = datetime.timedelta(minutes=5)
MEMBERS = {*HASHED, *ERASABLE, "pii_commitment", "pii_salt", "row_hash", "seq", "v"}


class Bad(Exception):
    pass


def H(data):
    return hashlib.sha256(data).digest()


def enc(value):
    text = None if value is None else str(value).encode()
    return b"\xff" * 4 if text is None else len(text).to_bytes(4, "big") + text


def need(holds, what):
    if not holds:
        raise Bad(what)


def parse(line, where):
    try:
        value = json.loads(line.decode())
        canonical = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
        need(canonical.encode() == line and isinstance(value, dict), f"{where}: not what it should be")
        return value
    except ValueError:
        raise Bad(f"{where}: not what it should be") from None


def ed25519(public, signature, message):
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, name) for name in ("key", "signature", "message")]
            for name, data in zip(names, (bytes.fromhex("302a300506032b6570032100") + public, signature, message)):
                with open(name, "wb") as file:
                    file.write(data)
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0], "-rawin", "-sigfile", names[1],
                       "-in", names[2]]
            return subprocess.run(command, capture_output=True).returncode == 0
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def tree(leaves):
    if len(leaves) == 1:
        return H(b"\0" + leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return H(b"\1" + tree(leaves[:split]) + tree(leaves[split:]))


def hash_of(row, where, seq, chain, previous):
    """The hash that a row states, once all of it fits."""
    need(row.get("seq") == seq, f"row {seq}: missing, or in another place")
    hexadecimal = "".join(row.get(name, "") for name in ("row_hash", "pii_commitment", "pii_salt"))
    need(hexadecimal == hexadecimal.lower(), f"{where}: not what it should be")  # large letters would say the same
    stated = bytes.fromhex(row["row_hash"])
    if set(row) == {"row_hash", "seq"}:
        return stated
    need(row["v"] == 1 and set(row) <= MEMBERS, f"{where}: unknown version or member")
    commitment = bytes.fromhex(row["pii_commitment"])
    if "pii_salt" in row:
        committed = b"".join(enc(row.get(name)) for name in ERASABLE)
        need(hmac.digest(bytes.fromhex(row["pii_salt"]), committed, "sha256") == commitment, f"{where}: other personal data")
    else:
        need(not set(row) & set(ERASABLE), f"{where}: personal data without salt")
    fields = b"".join(enc(value) for value in [chain, seq, *(row.get(name) for name in HASHED)])
    need(H(b"gatehouse-ledger-v1\0" + previous + fields + commitment) == stated, f"{where}: changed")
    return stated


def joined(kid, shown, keys):
    """The key of that name, and those that changes join to it, each signed by the key before and the key behind it."""
    joints = []
    for key in shown:
        old = key.get("previous_kid")
        message = b"gatehouse-key-change-v1\0" + enc(old) + enc(key["kid"]) + enc(key.get("changed_at"))
        if old in keys and ed25519(keys[old], bytes.fromhex(key["previous_signature"]), message) and \
                ed25519(keys[key["kid"]], bytes.fromhex(key["own_signature"]), message):
            joints.append({old, key["kid"]})
    meant = {kid}
    for _ in joints:
        meant = meant.union(*(joint for joint in joints if joint & meant))
    return {name: public for name, public in keys.items() if name in meant}


def signed_checkpoint(point, keys, where):
    head, root = bytes.fromhex(point["head_hash"]), bytes.fromhex(point["batch_root"])
    message = b"gatehouse-checkpoint-v1\0" + enc(point["organization_id"]) + enc(point["chain_seq"]) + head + root + enc(point["created_at"])
    need(point["kid"] in keys and point["public_key"] == keys[point["kid"]].hex(), f"{where}: checkpoint of an unknown key")
    need(ed25519(keys[point["kid"]], bytes.fromhex(point["signature"]), message), f"{where}: wrong signature of the checkpoint")


def published(path, chain, keys):
    """What was kept outside, a file of checkpoints or a folder of them: head_hash by number."""
    paths = [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".jsonl")] if os.path.isdir(path) else [path]
    heads = {}
    for name in paths:
        with open(name, "rb") as file:
            for number, line in enumerate(file, 1):
                point = parse(line, f"{name} line {number}")
                if point["organization_id"] == chain:
                    signed_checkpoint(point, keys, f"{name} line {number}")
                    need(heads.setdefault(point["chain_seq"], point["head_hash"]) == point["head_hash"], f"row {point['chain_seq']}: published twice")
    return heads


def erased_by(row):
    """The ids of rows whose personal data a record of an erasure tells of."""
    details = json.loads(row["details"]) if (row.get("event_type"), row.get("resource")) == ("ACCOUNT_DELETED", "ledger") else {}
    if details.get("step") != "rows erased":
        return
    for part in str(details.get("rows", "")).split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def verify(bundle, names, given):
    document = lambda name: parse(bundle(name).read(), name)
    shown = document("ledger/keys.json")["keys"]
    keys = {key["kid"]: bytes.fromhex(key["public_key"]) for key in shown}
    need(all(hashlib.sha256(public).hexdigest() == name for name, public in keys.items()), "ledger/keys.json: a kid is not its key's")
    keys = keys if given.kid is None else joined(given.kid, shown, keys)
    proof = document("ledger/proof.json")
    chain, previous = proof["organization_id"], bytes.fromhex(proof["prev_hash"])
    checkpoints = [parse(line, f"ledger/checkpoints.jsonl line {number}")
                   for number, line in enumerate(bundle("ledger/checkpoints.jsonl"), 1)]
    need(proof["v"] == 1 and all(one["organization_id"] == chain for one in checkpoints), "ledger/proof.json: another organization")
    if "ledger/pruning.json" in names:
        stub = document("ledger/pruning.json")
        where = f"the stub for the rows up to {stub['chain_seq']}"
        message = (b"gatehouse-pruning-v1\0" + enc(stub["organization_id"]) + enc(stub["chain_seq"]) + bytes.fromhex(stub["head_hash"])
                   + enc(stub["created_at"]))
        need(stub["kid"] in keys and stub["public_key"] == keys[stub["kid"]].hex(), f"{where}: an unknown key")
        need(ed25519(keys[stub["kid"]], bytes.fromhex(stub["signature"]), message), f"{where}: wrong signature")
        need(stub["organization_id"] == chain, f"{where}: another organization")
        begins = proof["first_seq"] - stub["chain_seq"]
        need(proof["last_seq"] == 0 or begins > 1 or (begins == 1 and proof["prev_hash"] == stub["head_hash"]),
             f"row {proof['first_seq']}: does not stand on {where}")
    heads = published(given.checkpoints, chain, keys) if given.checkpoints else {}
    seq, batch, counts, late, unaccounted, erased = proof["first_seq"] - 1, [], [0, 0], [], set(), 0
    for line in bundle("ledger/rows.jsonl"):
        seq += 1
        row = parse(line, f"row {seq}")
        where = f"row {seq} (id {row.get('id', 'of a stub')})"
        try:
            stated = hash_of(row, where, seq, chain, previous)
        except (ValueError, KeyError, TypeError):
            raise Bad(f"{where}: not what it should be") from None
        counts[set(row) == {"row_hash", "seq"}] += 1
        previous = stated
        batch.append(stated)
        need(heads.get(seq, stated.hex()) == stated.hex(), f"{where}: another row was published here in a checkpoint")
        if "id" in row:
            moment = datetime.datetime.fromisoformat(row["created_at"])
            if checkpoints and moment < datetime.datetime.fromisoformat(checkpoints[0]["created_at"]) - IN_TIME:
                late.append(seq)
                need(not given.strict, f"{where}: sealed long after its own moment")
            if "pii_salt" not in row:
                erased += 1
                unaccounted.add(row["id"])
            unaccounted.difference_update(erased_by(row) if unaccounted else ())
        if checkpoints and checkpoints[0]["chain_seq"] == seq:
            point = checkpoints.pop(0)
            need(point["head_hash"] == stated.hex() and point["batch_root"] == tree(batch).hex(), f"{where}: the checkpoint covers other rows")
            signed_checkpoint(point, keys, where)
            batch = []
    need(not checkpoints and seq >= proof["last_seq"], f"row {seq + 1}: missing, the tail was cut")
    need(not batch, f"row {seq}: no checkpoint covers it")
    need([seq, previous.hex(), *counts] == [proof[name] for name in ("last_seq", "head_hash", "rows", "stubs")],
         "ledger/proof.json: tells of other rows")
    manifest, signature = bundle("MANIFEST.json").read(), bundle("MANIFEST.sig").read().decode()
    signer, _, value = signature.partition(" ")
    need(signer in keys and value == value.lower() and len(value) == 129 and value.endswith("\n"), "MANIFEST.sig: an unknown key")
    need(ed25519(keys[signer], bytes.fromhex(value.strip()), b"gatehouse-manifest-v1\0" + manifest), "MANIFEST.sig: wrong signature")
    listed = {file["name"]: file["sha256"] for file in json.loads(manifest)["files"]}
    need(sorted(names) == sorted([*listed, "MANIFEST.json", "MANIFEST.sig"]), "MANIFEST.json: lists other files than there are")
    for name, digest in listed.items():
        with bundle(name) as file:
            need(hashlib.file_digest(file, "sha256").hexdigest() == digest, f"{name}: changed")
    return (f"{chain}: rows {proof['first_seq']} to {seq} verified, signed by {', '.join(keys)}; {proof['unsealed']} were not sealed yet, "
            f"{len(late)} sealed late, {erased} erased, {len(unaccounted)} of them not accounted for here")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("bundle")
    arguments.add_argument("--kid", help="believe this key alone, and those that it was rotated from or to")
    arguments.add_argument("--checkpoints", help="checkpoints that were kept outside the database, a file or a folder")
    arguments.add_argument("--strict", action="store_true", help="rows that were sealed long after their own moment are bad")
    given = arguments.parse_args()
    try:
        if os.path.isdir(given.bundle):
            names = [os.path.relpath(os.path.join(at, name), given.bundle) for at, _, files in os.walk(given.bundle) for name in files]
            print(verify(lambda name: open(os.path.join(given.bundle, name), "rb"), names, given))
        else:
            with zipfile.ZipFile(given.bundle) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                print(verify(archive.open, names, given))
    except (Bad, OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile, zlib.error, EOFError) as bad:
        sys.exit(f"BAD {type(bad).__name__ if not isinstance(bad, Bad) else ''} {bad}")


if __name__ == "__main__":
    main()
