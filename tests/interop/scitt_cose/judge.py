# SPDX-License-Identifier: Apache-2.0
"""`scitt-cose` judges transparent statements and COSE Receipts, through its own command."""

from __future__ import annotations

import subprocess
import sys
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


judge_all("scitt-cose", {"statement": statement, "receipt": receipt})
