# SPDX-License-Identifier: Apache-2.0
"""What receivers are told: events and alerts as the API shows them, in one envelope."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tallystick.console.ledger import Json
from tallystick.console.shown import moment_utc
from tallystick.console.webhooks.sending import Message

ALERT: Final = "alert.raised"
HANDLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "acknowledge": "alert.acknowledged",
        "assign": "alert.assigned",
        "silence": "alert.silenced",
        "close": "alert.closed",
        "reopen": "alert.reopened",
    }
)
"""What people do with alerts -> type of the message that tells it."""
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


def handled_message(network: str, note: Mapping[str, Any]) -> Message:
    """Return the message of what somebody did about an alert.

    Notes are this console's own, so their number alone would not tell those of two nodes apart:
    the time goes with it.
    """
    name = f"handled_{_part(network)}_{_plain(note['contract'])}_{note['number']}"
    kind = HANDLED[note["action"]]
    until = note["until"]
    data = {
        "contract": note["contract"],
        "number": note["number"],
        "by": note["name"],
        "reason": note["reason"] or None,
        "until": None if until is None else moment_utc(until),
        "assignee": note["member"] and {"member": note["member"], "name": note["member_name"]},
    }
    return Message(
        id=f"{name}_{note['id']}_{note['at']}", type=kind, body=_body(kind, note["at"], data)
    )


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
