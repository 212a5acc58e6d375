# SPDX-License-Identifier: Apache-2.0
"""Sends one signed transaction: who signs and its id are said first, then it is waited for."""

from __future__ import annotations

from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.linking import timeout_ms
from tallystick.cli.options import Sending
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, waiting
from tallystick.client import Identity, Net, Placed, Trust
from tallystick.crypto import sha256

_SHOWN_KEY: Final = 8


def say_signer(trust: Trust, identity: Identity) -> None:
    """Say who signs, by the names that the network knows."""
    is_zh = stage().language == "zh"
    member = trust.member(identity.organization, identity.member)
    organization = trust.organization_name(identity.organization)
    names = [
        (found.zh if is_zh else found.en) if found else known
        for found, known in (
            (member.name if member else None, identity.member),
            (organization, identity.organization),
        )
    ]
    key = f"{identity.public_key.hex()[:_SHOWN_KEY]}…"
    note(say("deposit.signed", member=names[0], organization=names[1], public_key=key))


def send(net: Net, transaction: bytes, sending: Sending) -> Placed:
    """Submit a transaction, and wait for it unless that is not wanted.

    Raises:
        Refused: a rule of the contract said no.
        NotFinal, Unavailable: it is safe to send the same transaction again.
    """
    # Said before it is sent: whatever happens then, it can be waited for by this id.
    note(say("deposit.transaction", id=sha256(transaction).hex()))
    with waiting(say("deposit.submitting")):
        return net.submit(
            transaction, wait=not sending.no_wait, timeout_ms=timeout_ms(sending.timeout)
        )
