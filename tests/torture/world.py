# SPDX-License-Identifier: Apache-2.0
"""The network that is tortured: test keys, a data folder, and deposits to submit."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import msgspec

from tallystick.crypto import sha256
from tallystick.industries.evidence import Evidence
from tallystick.model import network_id
from tallystick.node import create_network
from tests.factories import BANK, CLERK, COURT, LOG_KEY, START, TELLER, make_genesis, sign

GENESIS: Final = msgspec.structs.replace(make_genesis(), contracts=("evidence",))
CONTRACTS: Final = (Evidence,)
"""What nodes load: the others that are installed would only make each of many starts slower."""
NETWORK: Final = network_id(GENESIS.name, GENESIS.encode())
VALID_MS: Final = 30 * 60_000
"""How long a transaction may wait; half of what the network allows."""


def found(folder: Path) -> Path:
    """Make the data folder of the network and return it."""
    create_network(folder, GENESIS, LOG_KEY)
    return folder


def wall_ms() -> int:
    """Return unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def deposit(number: int, *, now_ms: int | None = None, nonce: int | None = None) -> bytes:
    """Return a signed deposit of a file whose content is the number."""
    is_court = number % 2 == 0
    content = str(number).encode()
    return sign(
        "deposit",
        {
            "sha256": sha256(content).hex(),
            "size": len(content),
            "media_type": "text/plain",
            "title": f"文件 {number}",
            "captured_at": START,
            "method": "upload",
        },
        nonce=number if nonce is None else nonce,
        key=CLERK if is_court else TELLER,
        organization=COURT if is_court else BANK,
        contract="evidence",
        network=NETWORK,
        valid_until=(wall_ms() if now_ms is None else now_ms) + VALID_MS,
    )


def forge(raw: bytes) -> bytes:
    """Return the transaction with a signature that does not verify."""
    return raw[:-1] + bytes([raw[-1] ^ 1])
