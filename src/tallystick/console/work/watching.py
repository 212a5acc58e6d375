# SPDX-License-Identifier: Apache-2.0
"""Records that somebody watches, and what happened to them since they were last looked at."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, func, insert, select
from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json, case_at, record_at, table_of
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Visit
from tallystick.console.work.standing import standing_of
from tallystick.errors import InvalidArguments, LimitExceeded, NotFound

WATCHED: Final = Table(
    "watched",
    METADATA,
    Column("account", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("contract", String(64), primary_key=True),
    Column("table", String(64), primary_key=True),
    Column("key", String(400), primary_key=True),
    Column("seen_height", Integer, nullable=False),
)
WATCHED_MAX: Final = 200
"""Of one account."""
_HISTORY: Final = 100
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class Place:
    """A record of a contract."""

    contract: str
    table: str
    key: str

    @property
    def address(self) -> str:
        """Its path at the node."""
        return record_at(self.contract, self.table, self.key)

    @property
    def case(self) -> str:
        """Its page."""
        return case_at(self.contract, self.table, self.key)


def watch(records: Records, account: int, place: Place, height: int) -> None:
    """Watch a record from a block on.

    Raises:
        LimitExceeded: the account watches too many.
    """
    unwatch(records, account, place)
    counted = select(func.count()).where(WATCHED.c.account == account)
    with records.write() as connection:
        if connection.execute(counted).scalar_one() >= WATCHED_MAX:
            raise LimitExceeded("you watch too many records", expected=f"at most {WATCHED_MAX}")
        connection.execute(
            insert(WATCHED).values(
                account=account,
                contract=place.contract,
                table=place.table,
                key=place.key,
                seen_height=height,
            )
        )


def unwatch(records: Records, account: int, place: Place) -> None:
    """Watch a record no longer."""
    with records.write() as connection:
        connection.execute(delete(WATCHED).where(*_mine(account, place)))


def look_at(records: Records, account: int, place: Place, height: int) -> bool:
    """Note that a record was looked at; tell whether it is watched."""
    seen = WATCHED.update().where(*_mine(account, place)).values(seen_height=height)
    with records.write() as connection:
        return connection.execute(seen).rowcount == 1


def watched_by(records: Records, account: int) -> list[tuple[Place, int]]:
    """Return what an account watches, and up to which block it has seen each."""
    wanted = select(WATCHED).where(WATCHED.c.account == account)
    with records.read() as connection:
        return [
            (Place(row.contract, row.table, row.key), int(row.seen_height))
            for row in connection.execute(wanted)
        ]


async def show_watching(visit: Visit) -> Response:
    """Answer GET /watching."""
    watched = await asyncio.to_thread(watched_by, visit.records, visit.somebody().account)
    rows = await asyncio.gather(*(_row(visit, place, seen) for place, seen in watched))
    shown = sorted((row for row in rows if row is not None), key=lambda row: -row["news"])
    return visit.page("work/watching.html", tab="watching", rows=shown)


async def change_watching(visit: Visit) -> Response:
    """Answer POST /watch: begin to watch a record, or end it.

    Raises:
        InvalidArguments: neither was asked for.
        NotFound: there is no such record.
    """
    form = await visit.form()
    place = Place(*(str(form.get(name, "")) for name in ("contract", "table", "key")))
    step, account = form.get("step"), visit.somebody().account
    if step == "watch":
        history = await visit.ledger.get(f"{place.address}/history", limit=1)
        newest = max((item["height"] for item in history["items"]), default=0)
        await asyncio.to_thread(watch, visit.records, account, place, newest)
    elif step == "unwatch":
        await asyncio.to_thread(unwatch, visit.records, account, place)
    else:
        raise InvalidArguments("watch or unwatch", field="step")
    return RedirectResponse(place.case, _SEE_OTHER)


async def _row(visit: Visit, place: Place, seen: int) -> dict[str, Json] | None:
    """Return how a watched record stands now; None for one whose contract is gone."""
    contract = visit.names.contracts.get(place.contract)
    if contract is None:
        return None
    try:
        table = table_of(contract, place.table)
    except NotFound:
        return None
    record = await visit.ledger.find(place.address)
    history = await visit.ledger.find(f"{place.address}/history", limit=_HISTORY)
    items = [] if history is None else history["items"]
    standing = standing_of(contract, place.table)
    return {
        "address": place.case,
        "place": {"contract": place.contract, "table": place.table, "key": place.key},
        "key": place.key,
        "kind": table["label"],
        "application": contract["label"],
        "state": None if standing is None or record is None else record[standing.field],
        "state_labels": {} if standing is None else standing.labels,
        "is_removed": record is None,
        "news": sum(item["height"] > seen for item in items),
        "latest": items[0] if items else None,
    }


def _mine(account: int, place: Place) -> tuple[Json, ...]:
    return (
        WATCHED.c.account == account,
        WATCHED.c.contract == place.contract,
        WATCHED.c.table == place.table,
        WATCHED.c.key == place.key,
    )
