# SPDX-License-Identifier: Apache-2.0
"""What receivers are told: events and alerts as the API shows them, in one envelope."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

import msgspec

from tallystick.console.ledger import Json
from tallystick.console.shown import moment_utc
from tallystick.console.webhooks.sending import Message

ALERT: Final = "alert.raised"
TEST: Final = "test"


def event_message(network: str, event: Json) -> Message:
    """Return the message of an event of the ledger."""
    name = f"event_{_part(network)}_{str(event['id']).replace('.', '_')}"
    return Message(id=name, type=event["name"], body=_body(event["name"], event["time_ms"], event))


def alert_message(network: str, contract: str, alert: Json) -> Message:
    """Return the message of an alert that was raised."""
    name = f"alert_{_part(network)}_{_plain(contract)}_{alert['number']}"
    data = {**alert, "contract": contract}
    return Message(id=name, type=ALERT, body=_body(ALERT, alert["time_ms"], data))


def check_message(network: str, now_ms: int) -> Message:
    """Return a message that tells nothing, to see whether it arrives."""
    return Message(
        id=f"test_{secrets.token_hex(8)}", type=TEST, body=_body(TEST, now_ms, {"network": network})
    )


def is_wanted(patterns: Iterable[str], name: str) -> bool:
    """Tell whether an event's name fits a pattern: a name, or its beginning with a star."""
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in patterns)


def _body(kind: str, time_ms: int, data: Json) -> bytes:
    return msgspec.json.encode({"type": kind, "timestamp": moment_utc(time_ms), "data": data})


def _part(network: str) -> str:
    """Return what tells a network from others, without dots, which part the signed text."""
    return _plain(network.rpartition(".")[2][:16])


def _plain(text: str) -> str:
    return text.replace(".", "-")
