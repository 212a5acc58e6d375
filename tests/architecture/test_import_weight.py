# SPDX-License-Identifier: Apache-2.0
"""What a verifier imports is small: checking a receipt needs no server, no store, no terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

import pytest

HEAVY: Final = frozenset(
    {
        "asn1crypto",
        "cyclopts",
        "google",
        "httptools",
        "httpx",
        "joserfc",
        "lmdb",
        "lxml",
        "openpyxl",
        "rich",
        "sqlalchemy",
        "starlette",
        "uvicorn",
        "uvloop",
        "warcio",
    },
)
PROBE: Final = """
import pkgutil, sys
pkgutil.resolve_name(sys.argv[1])
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def loaded_by(name: str) -> set[str]:
    """Return the top-level names that a fresh interpreter holds after it looked up one name."""
    process = subprocess.run(
        [sys.executable, "-c", PROBE, name],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    return set(process.stdout.split())


@pytest.mark.parametrize("module", ["tallystick", "tallystick.verify", "tallystick.contracts"])
def test_verifying_and_writing_contracts_load_no_server(module: str) -> None:
    """A court that checks one receipt does not start a database."""
    loaded = loaded_by(module)
    assert "tallystick" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    "folder",
    [
        *("archives", "bank", "captures", "custody_chain", "giving360", "identity", "iso20022"),
        *("packages", "tables", "timestamps"),
    ],
)
def test_naming_a_payment_or_a_column_loads_no_parser(folder: str) -> None:
    """A contract that fills in a payment order reads no XML; who reads a file loads it."""
    assert not loaded_by(f"tallystick.interchange.{folder}") & HEAVY


def test_the_probe_sees_what_is_loaded() -> None:
    """The probe would notice: importing the server does load the server."""
    assert "starlette" in loaded_by("starlette")
