# SPDX-License-Identifier: Apache-2.0
"""`scitt-cose` makes what our verifier judges: statements, receipts, and altered copies.

Runs in that package's environment: python make.py FOLDER.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from scitt_cose.receipt import build_receipt
from scitt_cose.statement import attach_receipts, build_signed_statement

LOG, ISSUER = "https://log.example", "https://issuer.example"
CONTENT = b'{"contract": 7}'


Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def pem(key: Private) -> tuple[bytes, str]:
    """Return the secret and the public half."""
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return secret, public.decode()


def main() -> None:
    """Write `services.json`, `statements.json` and a statement for each kind of key and leaf."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    keys: dict[str, Private] = {
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    }
    made = {name: pem(key) for name, key in keys.items()}
    listed = [one for _, one in made.values()]
    files = {
        "services": [{"issuer": LOG, "keys": listed}],
        "issuers": [{"issuer": ISSUER, "keys": listed}],
    }
    text = json.dumps({"format": "tallystick.services.v1", **files})
    (folder / "services.json").write_text(text, encoding="utf-8")
    cases = []
    for name, (secret, _) in made.items():
        statement = build_signed_statement(
            CONTENT,
            alg=name,
            private_key_pem=secret,
            issuer=ISSUER,
            subject="7",
            content_type="application/json",
        )
        entries = [hashlib.sha256(bytes([one])).hexdigest() for one in range(7)]
        for index in (0, 3, 6):
            entries[index] = hashlib.sha256(statement).hexdigest()
            receipt = build_receipt(
                leaf_entry_hex=entries[index],
                leaf_index=index,
                tree_entries_hex=entries,
                alg=name,
                log_private_key_pem=secret,
                iss=LOG,
            )
            whole = attach_receipts(statement, [receipt])
            other = attach_receipts(statement, [receipt[:-1] + bytes([receipt[-1] ^ 1])])
            place = whole.index(CONTENT)
            changed = whole[:place] + b"[" + whole[place + 1 :]
            for kind, data in (("honest", whole), ("receipt", other), ("payload", changed)):
                file = f"{name}-{index}-{kind}.cose"
                (folder / file).write_bytes(data)
                cases.append({"file": file, "accept": kind == "honest"})
    (folder / "statements.json").write_text(json.dumps(cases), encoding="utf-8")


main()
