# SPDX-License-Identifier: Apache-2.0
"""`openssl ts`, `rfc3161-client`, `bagit` and `case_validate` judge what courts are handed."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

from tests.interop.verdicts import Case, Refused, judge_all


def by_openssl(folder: Path, case: Case) -> None:
    """Judge a time-stamp against its request, or the content if that is gone, and the root."""
    asked = ("-queryfile", "request") if "request" in case else ("-data", "content")
    ran(
        [
            *("openssl", "ts", "-verify", "-in", str(folder / case["file"])),
            *(asked[0], str(folder / case[asked[1]]), "-CAfile", str(folder / case["root"])),
        ]
    )


def by_client(folder: Path, case: Case) -> None:
    """Judge a time-stamp over its content, strictly by DER."""
    client = importlib.import_module("rfc3161_client")
    x509 = importlib.import_module("cryptography.x509")
    root = x509.load_pem_x509_certificate((folder / case["root"]).read_bytes())
    reply = client.decode_timestamp_response((folder / case["file"]).read_bytes())
    builder = client.VerifierBuilder().add_root_certificate(root)
    if "nonce" in case:
        builder = builder.nonce(int(case["nonce"]))
    if not builder.build().verify_message(reply, (folder / case["content"]).read_bytes()):
        raise Refused("no")


def package(folder: Path, case: Case) -> None:
    """Judge an unpacked bag."""
    library = importlib.import_module("bagit")
    library.Bag(str(folder / case["file"])).validate()


def custody(folder: Path, case: Case) -> None:
    """Judge a chain of custody by CASE 1.5, offline."""
    program = Path(sys.executable).with_name("case_validate")
    ran([str(program), "--built-version", "case-1.5.0", str(folder / case["file"])])


def ran(command: list[str]) -> None:
    """Run a program that must be content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused((done.stdout + done.stderr)[-300:])


judge_all(
    "evidence",
    {
        "openssl-ts": by_openssl,
        "rfc3161": by_client,
        "package": package,
        "custody": custody,
    },
)
