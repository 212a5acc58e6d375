# SPDX-License-Identifier: Apache-2.0
"""`scitt-cose` judges transparent statements and COSE Receipts, through its own command."""

from __future__ import annotations

import hashlib
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.interop.verdicts import Case, Refused, judge_all


def command(*arguments: str) -> None:
    """Run the command; raise if it does not verify."""
    asked = [sys.executable, "-m", "scitt_cose.cli", *arguments]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        lines = [line for line in (found.stdout + found.stderr).splitlines() if line.strip()]
        telling = [line for line in lines if "ERR" in line or "FAIL" in line or "error" in line]
        raise Refused((telling or lines)[0].strip())
    if "PASS" not in found.stdout and "ok             : True" not in found.stdout:
        raise Refused("it did not say that anything verified")


def statement(folder: Path, case: Case) -> None:
    """Judge a statement with its issuer's key."""
    key = str(folder / case["key"])
    command("--statement", str(folder / case["file"]), "--statement-pubkey", key)


def receipt(folder: Path, case: Case) -> None:
    """Judge a receipt with the log's key and the entry's bytes."""
    entry = (folder / case["entry"]).read_bytes().hex()
    key = str(folder / case["key"])
    file = str(folder / case["file"])
    command("--receipt", file, "--receipt-log-pubkey", key, "--leaf-entry-hex", entry)


def transparent(folder: Path, case: Case) -> None:
    """Judge a statement with its receipt inside: both hold, and what was logged is the statement.

    The receipt is taken out by the library; the leaf of our log is an entry with the SHA-256 of
    the statement as it was registered, without the receipt.
    """
    data = (folder / case["file"]).read_bytes()
    inside = importlib.import_module("scitt_cose.statement").extract_receipts(data)
    if len(inside) != 1:
        raise Refused(f"{len(inside)} receipts inside")
    entry = (folder / case["entry"]).read_bytes()
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "receipt.cose"
        file.write_bytes(inside[0])
        command(
            *("--statement", str(folder / case["file"])),
            *("--statement-pubkey", str(folder / case["key"])),
            *("--receipt", str(file), "--receipt-log-pubkey", str(folder / case["log_key"])),
            *("--leaf-entry-hex", entry.hex()),
        )
    cbor2 = importlib.import_module("cbor2")
    message = cbor2.loads(data)
    protected, _, payload, signature = message.value
    registered = cbor2.dumps(cbor2.CBORTag(message.tag, [protected, {}, payload, signature]))
    if hashlib.sha256(registered).digest() not in entry:
        raise Refused("the entry is of another statement")


judge_all("scitt-cose", {"statement": statement, "receipt": receipt, "transparent": transparent})
