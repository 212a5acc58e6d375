# SPDX-License-Identifier: Apache-2.0
"""Forms that were begun and put aside: kept in the console's records, seen by their owner only."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Visit
from tallystick.errors import LimitExceeded, NotFound

DRAFTS: Final = Table(
    "drafts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("contract", String(64), nullable=False),
    Column("method", String(64), nullable=False),
    Column("controls", Text, nullable=False),
    Column("saved_at", Integer, nullable=False),
)
DRAFTS_MAX: Final = 200
"""Of one account."""
_SEE_OTHER: Final = 303
_ID_BYTES: Final = 16
_NOT_KEPT: Final = frozenset({"form_key", "save", "draft", "choose"})


def save_draft(visit: Visit, contract: str, method: str, controls: dict[str, str]) -> str:
    """Keep what stands in a form, in place of the draft it came from; return the draft's id.

    Raises:
        LimitExceeded: the account has too many drafts.
    """
    account = visit.somebody().account
    kept = {name: text for name, text in controls.items() if name not in _NOT_KEPT}
    values = {"controls": msgspec.json.encode(kept).decode(), "saved_at": visit.now_ms}
    name = controls.get("draft", "")
    mine = DRAFTS.c.id == name, DRAFTS.c.account == account
    with visit.records.write() as connection:
        if connection.execute(DRAFTS.update().where(*mine).values(values)).rowcount:
            return name
        counted = select(func.count()).where(DRAFTS.c.account == account)
        if connection.execute(counted).scalar_one() >= DRAFTS_MAX:
            raise LimitExceeded("you have too many drafts", expected=f"at most {DRAFTS_MAX}")
        name = secrets.token_hex(_ID_BYTES)
        connection.execute(
            insert(DRAFTS).values(
                id=name, account=account, contract=contract, method=method, **values
            )
        )
    return name


def controls_of(records: Records, name: str, account: int) -> dict[str, str]:
    """Return what stood in a form; raises `NotFound`, for drafts of others too."""
    wanted = select(DRAFTS.c.controls).where(DRAFTS.c.id == name, DRAFTS.c.account == account)
    with records.read() as connection:
        found = connection.execute(wanted).scalar_one_or_none()
    if found is None:
        raise NotFound("you have no such draft", field="draft")
    return msgspec.json.decode(found, type=dict[str, str])


def drop_draft(records: Records, name: str, account: int) -> None:
    """Forget a draft; one that is not there is forgotten already."""
    with records.write() as connection:
        connection.execute(delete(DRAFTS).where(DRAFTS.c.id == name, DRAFTS.c.account == account))


def drafts_of(records: Records, account: int) -> list[Json]:
    """Return an account's drafts, the latest first."""
    wanted = select(DRAFTS).where(DRAFTS.c.account == account).order_by(DRAFTS.c.saved_at.desc())
    with records.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


async def show_drafts(visit: Visit) -> Response:
    """Answer GET /drafts."""
    return visit.page("work/drafts.html", tab="drafts", drafts=named_drafts(visit))


def named_drafts(visit: Visit) -> list[Json]:
    """Return the reader's drafts, the latest first, each with what its form is called."""
    return [
        {**one, "label": visit.names.method(one["contract"], one["method"])}
        for one in drafts_of(visit.records, visit.somebody().account)
    ]


async def delete_draft(visit: Visit) -> Response:
    """Answer POST /drafts/{id}: forget it."""
    await visit.form()
    drop_draft(visit.records, visit.part("id"), visit.somebody().account)
    return RedirectResponse("/drafts", _SEE_OTHER)
