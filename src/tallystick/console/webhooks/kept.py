# SPDX-License-Identifier: Apache-2.0
"""Webhooks in the console's records: whom to tell what, how far it has been told, and attempts.

What is to be sent is not copied into a queue: the ledger has it. Kept is the place up to which a
receiver was told, which moves only after the receiver has said that it has the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from tallystick.console.records import METADATA, Records
from tallystick.console.webhooks.sending import Message, Outcome
from tallystick.errors import LimitExceeded, NotFound

WEBHOOKS_MAX: Final = 20
_DELIVERIES_KEPT: Final = 200
"""Attempts of each webhook; older ones are let go."""

WEBHOOKS: Final = Table(
    "webhooks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("address", String(500), nullable=False),
    Column("events", Text, nullable=False),
    Column("alerts", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("old_secret", LargeBinary),
    Column("old_until", Integer, nullable=False, default=0),
    Column("place", String(60), nullable=False),
    Column("alert_places", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Integer, nullable=False, default=0),
    Column("skips", Integer, nullable=False, default=0),
    sqlite_autoincrement=True,
)
HANDLED: Final = Table(
    "webhook_handling",
    METADATA,
    Column("webhook", Integer, primary_key=True),
    Column("handled", Text, nullable=False),
    Column("handled_place", Integer, nullable=False),
)
"""Of webhooks that are told what people do with alerts; a table of its own, made when missing."""
DELIVERIES: Final = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("webhook", Integer, nullable=False, index=True),
    Column("message", String(200), nullable=False),
    Column("type", String(200), nullable=False),
    Column("at", Integer, nullable=False),
    Column("result", String(20), nullable=False),
    Column("status", Integer, nullable=False),
    Column("took_ms", Integer, nullable=False),
)


_ALL: Final = select(WEBHOOKS, HANDLED.c.handled, HANDLED.c.handled_place).outerjoin(
    HANDLED, HANDLED.c.webhook == WEBHOOKS.c.id
)


class State(StrEnum):
    """Whether a webhook is told anything."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By an administrator."""
    STOPPED = "stopped"
    """By itself: the receiver did not answer for days, or wants no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Who is told what, and how far."""

    id: int
    address: str
    events: list[str]
    """Names of events, or beginnings of names with a star."""
    alerts: list[str]
    """Contracts whose alerts are told."""
    state: State
    made_at: int
    secret: bytes
    """Sealed, like the next one."""
    old_secret: bytes | None
    """Signs as well until `old_until`."""
    old_until: int
    place: str
    """Id of the last event that was told or passed over."""
    alert_places: dict[str, int]
    """Contract -> number of the last alert that was told."""
    attempts: int
    """How often the next message was tried in vain."""
    next_at: int
    skips: int
    """1 when the next message is to be let go."""
    handled: list[str]
    """Steps of people with the alerts of these contracts, such as `assign`, that are told."""
    handled_place: int
    """Number of the last note on an alert that was told or passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a webhook is told, and from where on."""

    events: list[str]
    alerts: list[str]
    handled: list[str]
    place: str
    alert_places: dict[str, int]
    handled_place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """One that is registered."""

    address: str
    secret: bytes
    choice: Choice


def keep_webhook(records: Records, new: NewWebhook, now_ms: int) -> int:
    """Keep a webhook; return its number.

    Raises:
        LimitExceeded: there are too many.
    """
    with records.write() as connection:
        count = connection.execute(select(func.count()).select_from(WEBHOOKS)).scalar_one()
        if count >= WEBHOOKS_MAX:
            raise LimitExceeded(
                "there are too many webhooks", field="address", expected=f"at most {WEBHOOKS_MAX}"
            )
        kept = connection.execute(
            insert(WEBHOOKS).values(
                address=new.address,
                state=State.ACTIVE,
                made_at=now_ms,
                secret=new.secret,
                **_columns(new.choice),
            )
        )
        key: Any = kept.inserted_primary_key
        connection.execute(insert(HANDLED).values(webhook=key[0], **_handled(new.choice)))
        return int(key[0])


def webhooks_of(records: Records) -> list[Webhook]:
    """Return all webhooks."""
    with records.read() as connection:
        rows = connection.execute(_ALL.order_by(WEBHOOKS.c.id)).mappings()
        return [_webhook(row) for row in rows]


def find_webhook(records: Records, number: int) -> Webhook | None:
    """Return a webhook, or None if there is no such one."""
    with records.read() as connection:
        wanted = _ALL.where(WEBHOOKS.c.id == number)
        row = connection.execute(wanted).mappings().one_or_none()
    return None if row is None else _webhook(row)


def get_webhook(records: Records, number: int) -> Webhook:
    """Return a webhook.

    Raises:
        NotFound: there is no such one.
    """
    found = find_webhook(records, number)
    if found is None:
        raise NotFound("there is no such webhook", field="webhook", found=str(number))
    return found


def change_webhook(records: Records, number: int, **values: Any) -> None:  # noqa: ANN401 # columns
    """Give columns of a webhook other values; one that is gone stays so."""
    with records.write() as connection:
        connection.execute(update(WEBHOOKS).where(WEBHOOKS.c.id == number).values(**values))


def choose(records: Records, number: int, choice: Choice) -> None:
    """Tell a webhook something else from now on, and of what was not told yet."""
    with records.write() as connection:
        changed = connection.execute(
            update(WEBHOOKS).where(WEBHOOKS.c.id == number).values(**_columns(choice))
        )
        connection.execute(delete(HANDLED).where(HANDLED.c.webhook == number))
        if changed.rowcount:
            connection.execute(insert(HANDLED).values(webhook=number, **_handled(choice)))


def set_state(records: Records, number: int, state: State) -> None:
    """Pause, stop or go on; who goes on tries at once, and counts attempts anew."""
    change_webhook(records, number, state=state, attempts=0, next_at=0)


def move_on(
    records: Records,
    number: int,
    *,
    place: str | None = None,
    alert: tuple[str, int] | None = None,
    handled: int | None = None,
) -> None:
    """Keep how far a receiver was told: up to an event, an alert of a contract, or a note."""
    values: dict[str, Any] = {"attempts": 0, "next_at": 0, "skips": 0}
    if place is not None:
        values["place"] = place
    if alert is not None:
        known = get_webhook(records, number).alert_places
        values["alert_places"] = _text({**known, alert[0]: alert[1]})
    change_webhook(records, number, **values)
    if handled is not None:
        mine = HANDLED.c.webhook == number
        with records.write() as connection:
            connection.execute(update(HANDLED).where(mine).values(handled_place=handled))


def drop_webhook(records: Records, number: int) -> None:
    """Forget a webhook and its attempts."""
    with records.write() as connection:
        connection.execute(delete(DELIVERIES).where(DELIVERIES.c.webhook == number))
        connection.execute(delete(HANDLED).where(HANDLED.c.webhook == number))
        connection.execute(delete(WEBHOOKS).where(WEBHOOKS.c.id == number))


def keep_delivery(
    records: Records, number: int, message: Message, outcome: Outcome, now_ms: int
) -> None:
    """Keep how an attempt ended, and let go of old ones."""
    mine = DELIVERIES.c.webhook == number
    newest = select(DELIVERIES.c.id).where(mine).order_by(DELIVERIES.c.id.desc())
    with records.write() as connection:
        connection.execute(
            insert(DELIVERIES).values(
                webhook=number,
                message=message.id,
                type=message.type,
                at=now_ms,
                result=outcome.result,
                status=outcome.status,
                took_ms=outcome.took_ms,
            )
        )
        kept = newest.limit(_DELIVERIES_KEPT)
        connection.execute(delete(DELIVERIES).where(mine, DELIVERIES.c.id.not_in(kept)))


def deliveries_of(records: Records, number: int, limit: int = 50) -> list[dict[str, Any]]:
    """Return the attempts of a webhook, the newest first."""
    wanted = select(DELIVERIES).where(DELIVERIES.c.webhook == number)
    wanted = wanted.order_by(DELIVERIES.c.id.desc()).limit(limit)
    with records.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def _webhook(row: RowMapping) -> Webhook:
    values: dict[str, Any] = {**row, "handled": row["handled"] or "[]"}
    for name in ("events", "alerts", "alert_places", "handled"):
        values[name] = msgspec.json.decode(values[name])
    values["handled_place"] = row["handled_place"] or 0
    return Webhook(**{**values, "state": State(row["state"])})


def _columns(choice: Choice) -> dict[str, str]:
    return {
        "events": _text(choice.events),
        "alerts": _text(choice.alerts),
        "place": choice.place,
        "alert_places": _text(choice.alert_places),
    }


def _handled(choice: Choice) -> dict[str, Any]:
    return {"handled": _text(choice.handled), "handled_place": choice.handled_place}


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
