# SPDX-License-Identifier: Apache-2.0
"""Offline verification of a chain of custody: its form, its order, and an original if one is given.

The chain itself is signed by nobody: it says what to hold against the ledger. So it never is more
than partly checked; the evidence package, which holds it with receipts, can be.
"""

from __future__ import annotations

from typing import Final

from tallystick.client.files import FileFacts
from tallystick.client.verification import Check, Verification
from tallystick.client.verify_answers import failed, not_reached, passed, skipped
from tallystick.client.wording import shown
from tallystick.errors import HashMismatch, TallystickError
from tallystick.interchange.custody_chain import Chain, read_chain

_LEDGER: Final = (
    "a chain of custody carries no receipts: verify each exhibit, or the package it came in",
    "监管链不含回执：请逐份核验，或核验其所在的证据包",
)


def custody_verification(data: bytes, original: FileFacts | None) -> Verification:
    """Return the checklist of a chain of custody; never raises for it."""
    try:
        chain = read_chain(data)
    except TallystickError as error:
        return Verification((failed("custody", error), not_reached("exhibits")))
    count = len(chain.handlings)
    form = passed(
        "custody",
        f"CASE, {shown(chain.matter)}, {count} exhibits without a gap",
        f"CASE，{shown(chain.matter)}，{count} 份存证，无缺漏",
    )
    checks = (form, skipped("exhibits", *_LEDGER))
    return Verification(checks if original is None else (*checks, _file(chain, original)))


def _file(chain: Chain, original: FileFacts) -> Check:
    digest = original.sha256.hex()
    for one in chain.handlings:
        if (one.sha256, one.size) == (digest, original.size):
            return passed("file", f"is {shown(one.exhibit)}", f"即 {shown(one.exhibit)}")
    return failed("file", HashMismatch(f"no exhibit has SHA-256 {digest}", field="file"))
