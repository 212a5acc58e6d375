# SPDX-License-Identifier: Apache-2.0
"""Tallystick: a consortium ledger whose every transaction has a receipt anyone can verify.

    from tallystick import connect

    with connect() as net:
        deposit = net.evidence.deposit("contract.pdf", case="(2026)京0491民初1号")
        deposit.save()                      # contract.pdf.receipt.json
        print(net.verify("contract.pdf"))

`verify` needs no node; the names of the client are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tallystick.errors import (
    Halted,
    InvalidBlock,
    NotFinal,
    NotFound,
    Refused,
    Rejected,
    TallystickError,
    Unavailable,
    Unverified,
)

if TYPE_CHECKING:
    from tallystick.client import AsyncNet, Net, Trust, Verification, connect, connect_async, verify

__version__ = "0.1.0"

__all__ = [
    "AsyncNet",
    "Halted",
    "InvalidBlock",
    "Net",
    "NotFinal",
    "NotFound",
    "Refused",
    "Rejected",
    "TallystickError",
    "Trust",
    "Unavailable",
    "Unverified",
    "Verification",
    "__version__",
    "connect",
    "connect_async",
    "verify",
]


def __getattr__(name: str) -> object:
    """Load a name of the client when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("tallystick.client"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
