# SPDX-License-Identifier: Apache-2.0
"""Tells receivers what they asked for: in order, each message until it has arrived.

A message is sent again with the same id until the receiver says 2xx, first soon, then ever more
seldom; after three days the webhook stops and waits for an administrator, with its place kept.
So a restart, on either side, loses nothing, and may repeat the last message.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Protocol, TypeAlias

from tallystick.console.figures.notes import newest_note, notes_after
from tallystick.console.ledger import Json
from tallystick.console.records import Records
from tallystick.console.webhooks.addresses import Networks
from tallystick.console.webhooks.kept import (
    State,
    Webhook,
    change_webhook,
    find_webhook,
    keep_delivery,
    move_on,
    set_state,
    webhooks_of,
)
from tallystick.console.webhooks.messages import (
    alert_message,
    event_message,
    handled_message,
    is_wanted,
)
from tallystick.console.webhooks.sending import Message, Outcome, Result, deliver
from tallystick.errors import TallystickError

_LOG: Final = logging.getLogger("tallystick.console")
POLL_S: Final = 1.0
DELAYS_S: Final = (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""How long to wait after each attempt in vain; after the last one the webhook stops."""
_JITTER: Final = 0.1
_PATIENCE_S: Final = 1.0
"""How long a stop waits for messages on their way."""


_Mark: TypeAlias = tuple[int, int]
"""A height of the lists, and the number of the newest note on an alert."""


class Source(Protocol):
    """The node, as far as messages come from it; may be asked from any thread."""

    def network(self) -> str:
        """Return the network's id; raises `TallystickError` when the node does not answer."""

    def height(self) -> int:
        """Return the block up to which lists reflect the ledger; raises as `network`."""

    def events_after(self, place: str) -> list[Json]:
        """Return some events after one, the oldest first; none: there are no more."""

    def alerts_after(self, contract: str, number: int) -> list[Json]:
        """Return the alerts of a contract after one, the oldest first."""

    def close(self) -> None:
        """Let go of what is held."""


class Unsealer(Protocol):
    """Opens sealed secrets."""

    def unseal(self, sealed: bytes) -> bytes:
        """Return the secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place to move on to, once the message before it has arrived."""

    message: Message | None = None
    place: str | None = None
    alert: tuple[str, int] | None = None
    handled: int | None = None


class Courier:
    """Looks every second whether something is to be told; one thread for each receiver."""

    def __init__(
        self, records: Records, source: Source, vault: Unsealer, networks: Networks
    ) -> None:
        """Tell what `source` has to those whom the records name."""
        self._records = records
        self._source = source
        self._vault = vault
        self._networks = networks
        self._stopping = threading.Event()
        self._visitors: dict[int, threading.Thread] = {}
        """Webhook -> the thread that tells it something, or did."""
        self._told: dict[int, _Mark] = {}
        """Webhook -> the height and the note at which there was nothing more to tell."""
        self._thread = threading.Thread(target=self._run, name="tally-webhooks", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End, and let go of records and node.

        A message on its way is hardly waited for; it is sent again after the next start.
        """
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        until = time.monotonic() + _PATIENCE_S
        for visitor in self._visitors.values():
            visitor.join(max(0.0, until - time.monotonic()))
        self._source.close()
        self._records.close()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_S):
            due = [one for one in webhooks_of(self._records) if _is_due(one)]
            mark = self._mark() if due else None
            for webhook in due:
                if mark is not None and self._told.get(webhook.id) != mark:
                    self._begin(webhook, mark)

    def _mark(self) -> _Mark | None:
        try:
            return self._source.height(), newest_note(self._records)
        except TallystickError as error:
            _LOG.info("webhooks wait for the node: %s", error)
            return None

    def _begin(self, webhook: Webhook, mark: _Mark) -> None:
        before = self._visitors.get(webhook.id)
        if before is None or not before.is_alive():
            visitor = threading.Thread(
                target=self._visit, args=(webhook, mark), name="tally-webhook", daemon=True
            )
            self._visitors[webhook.id] = visitor
            visitor.start()

    def _visit(self, webhook: Webhook, mark: _Mark) -> None:
        try:
            if self.tell(webhook):
                self._told[webhook.id] = mark
        except TallystickError as error:
            _LOG.info("webhook %d waits for the node: %s", webhook.id, error)
        except Exception:  # the thread's outermost edge: the others go on, this one tries again
            if not self._stopping.is_set():
                _LOG.exception("webhook %d", webhook.id)

    def tell(self, webhook: Webhook) -> bool:
        """Tell a receiver what it does not know yet; return False if there is more to look at.

        There is when something did not arrive, and when the webhook asks for something else now.

        Raises:
            TallystickError: the node does not answer.
        """
        known = steps(self._source, webhook)
        for step in chain(known, handled_steps(self._records, self._source, webhook)):
            now = find_webhook(self._records, webhook.id)
            if self._stopping.is_set() or now is None or not _is_due(now):
                return False
            if _choice_of(now) != _choice_of(webhook):
                return False
            if step.message is not None and not self._has_arrived(now, step.message):
                return False
            move_on(
                self._records,
                webhook.id,
                place=step.place,
                alert=step.alert,
                handled=step.handled,
            )
        return True

    def _has_arrived(self, webhook: Webhook, message: Message) -> bool:
        """Send a message once; note how it ended, and when to try again."""
        if webhook.skips:
            outcome = Outcome(result=Result.SKIPPED)
        else:
            secrets = secrets_of(webhook, self._vault, _now_ms())
            sent = deliver(webhook.address, secrets, message, self._networks)
            outcome = asyncio.run(sent)
        keep_delivery(self._records, webhook.id, message, outcome, _now_ms())
        if outcome.result in {Result.DELIVERED, Result.SKIPPED}:
            return True
        if outcome.result is Result.GONE or webhook.attempts >= len(DELAYS_S):
            set_state(self._records, webhook.id, State.STOPPED)
            return False
        spread = 1 + random.uniform(0, _JITTER)  # noqa: S311  # spreads load, hides nothing
        delay_s = max(DELAYS_S[webhook.attempts], outcome.wait_s) * spread
        change_webhook(
            self._records,
            webhook.id,
            attempts=webhook.attempts + 1,
            next_at=_now_ms() + round(delay_s * 1000),
        )
        return False


def steps(source: Source, webhook: Webhook) -> Iterator[Step]:
    """Yield what a receiver does not know yet: events in their order, then alerts in theirs."""
    place = webhook.place
    network = source.network()
    while webhook.events and (events := source.events_after(place)):
        for event in events:
            place = str(event["id"])
            if is_wanted(webhook.events, event["name"]):
                yield Step(message=event_message(network, event), place=place)
        yield Step(place=place)
    for contract in webhook.alerts:
        for alert in source.alerts_after(contract, webhook.alert_places.get(contract, 0)):
            message = alert_message(network, contract, alert)
            yield Step(message=message, alert=(contract, int(alert["number"])))


def handled_steps(records: Records, source: Source, webhook: Webhook) -> Iterator[Step]:
    """Yield what people did about alerts that a receiver wants to know of, in order."""
    place = webhook.handled_place
    while webhook.handled and (notes := notes_after(records, place)):
        for note in notes:
            place = int(note["id"])
            if note["action"] in webhook.handled and note["contract"] in webhook.alerts:
                yield Step(message=handled_message(source.network(), note), handled=place)
        yield Step(handled=place)


def secrets_of(webhook: Webhook, vault: Unsealer, now_ms: int) -> tuple[str, ...]:
    """Return the secrets that sign: the one in force, and for a day the one before."""
    sealed = [webhook.secret]
    if webhook.old_secret is not None and now_ms < webhook.old_until:
        sealed.append(webhook.old_secret)
    return tuple(vault.unseal(one).decode("ascii") for one in sealed)


def _choice_of(webhook: Webhook) -> tuple[list[str], ...]:
    return webhook.events, webhook.alerts, webhook.handled


def _is_due(webhook: Webhook) -> bool:
    return webhook.state is State.ACTIVE and webhook.next_at <= _now_ms()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
