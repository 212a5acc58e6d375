# SPDX-License-Identifier: Apache-2.0
"""Webhooks that are kept and told, a node that only says what it has, and people who act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tallystick.console import start_webhooks
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.figures.notes import NewNote, add_note, newest_note
from tallystick.console.records import Records
from tallystick.console.signing.vault import Vault
from tallystick.console.webhooks.courier import Courier
from tallystick.console.webhooks.kept import Choice, NewWebhook, keep_webhook
from tests.webhook_receiver import Receiver

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBhbmQgbm9ib2R5IGVsc2U="
LOCAL = 'webhook_networks = ["127.0.0.0/8"]\n'


def registered(records: Records, folder: Path, receiver: Receiver, **changes: Any) -> int:
    """Keep a webhook that has been told nothing yet."""
    vault = Vault(records, folder / "console" / "vault.key")
    new = NewWebhook(
        address=receiver.url, secret=vault.seal(SECRET.encode()), choice=choice(**changes)
    )
    return keep_webhook(records, new, 1)


def choice(**changes: Any) -> Choice:
    """Return the choice of all events, from the first on."""
    values = {
        "events": ["*"],
        "alerts": [],
        "handled": [],
        "place": "0",
        "alert_places": {},
        "handled_place": 0,
        **changes,
    }
    return Choice(**values)


def handle(records: Records, *steps: tuple[str, str, int]) -> None:
    """Write down what somebody did: a step, the contract and the number of its alert."""
    who = f"m{newest_note(records)}"
    new = NewAccount(login=who, name="Mei", organization="", member=who)
    account = add_account(records, new, 1)
    for action, contract, number in steps:
        note = NewNote(
            contract=contract,
            number=number,
            action=action,
            account=account,
            name="Mei",
            reason="a reason",
            until=2_000 if action == "silence" else None,
            assignee=("lin", "Lin") if action == "assign" else None,
        )
        add_note(records, note, 1_000)


@contextmanager
def running(folder: Path, url: str) -> Iterator[Courier]:
    """Run the courier of a folder."""
    found = start_webhooks(folder, url)
    try:
        yield found
    finally:
        found.stop()


class Told:
    """A node with many events and some alerts."""

    def network(self) -> str:
        """Return a network's id."""
        return "testnet.0123456789abcdef0123"

    def height(self) -> int:
        """Return the height."""
        return 9

    def events_after(self, place: str) -> list[dict[str, Any]]:
        """Return two events a page."""
        first = int(place.split(".", maxsplit=1)[0])
        return [
            {"id": f"{one}.0.0", "name": "a.X" if one % 2 else "b.Y", "time_ms": one}
            for one in range(first + 1, min(first + 3, 10))
        ]

    def alerts_after(self, contract: str, number: int) -> list[dict[str, Any]]:
        """Return the alerts of a contract."""
        assert contract == "a.b"
        return [{"number": one, "time_ms": one} for one in range(number + 1, 4)]

    def close(self) -> None:
        """Hold nothing."""
