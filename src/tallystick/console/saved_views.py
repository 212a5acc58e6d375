# SPDX-License-Identifier: Apache-2.0
"""Views that somebody saved: a list with its filters and order under a name, for its owner only.

They lie in the console's records, like drafts, and are links: a saved view shows what its list has
today.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from starlette.responses import RedirectResponse, Response

from tallystick.console.access import Access, Page
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, LimitExceeded, NotFound, TallystickError

VIEWS: Final = Table(
    "saved_views",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("place", String(300), nullable=False),
    Column("query", Text, nullable=False),
    Column("name", String(80), nullable=False),
    Column("saved_at", Integer, nullable=False),
    UniqueConstraint("account", "place", "name"),
)
VIEWS_MAX: Final = 100
"""Of one account."""
NAME_MAX: Final = 80
QUERY_MAX: Final = 2_000
_SEE_OTHER: Final = 303
_ID_BYTES: Final = 16
_LISTS: Final = re.compile(r"/t|/events|/alerts|/inbox|/state/[^/?#]{1,80}/[^/?#]{1,80}")
"""Pages whose views can be saved."""
_PLACING: Final = frozenset({"cursor", "before", "limit", "lang"})
"""Words of an address that say where in a list one is, or how it is read; not what is in it."""


async def views_here(visit: Visit) -> list[dict[str, Any]]:
    """Return the reader's views of the list that is looked at, by name."""
    if visit.person is None:
        return []
    mine = await asyncio.to_thread(views_of, visit.records, visit.person.account)
    here = visit.with_query(**dict.fromkeys(_PLACING, "")).removesuffix("?")
    return [
        {**one, "is_shown": _chosen(one["address"]) == _chosen(here)}
        for one in mine
        if one["place"] == visit.place
    ]


def views_of(records: Records, account: int) -> list[dict[str, Any]]:
    """Return an account's views by name: id, name, place, address, and when each was saved."""
    wanted = select(VIEWS).where(VIEWS.c.account == account).order_by(VIEWS.c.name)
    with records.read() as connection:
        found = [dict(row) for row in connection.execute(wanted).mappings()]
    return [
        {
            **{name: one[name] for name in ("id", "name", "place", "saved_at")},
            "address": f"{one['place']}?{one['query']}" if one["query"] else one["place"],
        }
        for one in found
    ]


async def show_views(visit: Visit) -> Response:
    """Answer GET /views."""
    views = await asyncio.to_thread(views_of, visit.records, visit.somebody().account)
    return visit.page("work/views.html", tab="views", views=views)


async def take_view(visit: Visit) -> Response:
    """Answer POST /views: a list as it is looked at is saved; a saved one renamed or deleted.

    Raises:
        InvalidArguments: it has no name, is no list, or there is no such step.
        LimitExceeded: the account has too many, or the address is too long.
        NotFound: the reader has no such view.
    """
    form = await visit.form()
    account = visit.somebody().account
    step, name = str(form.get("step", "")), str(form.get("id", ""))
    if step == "save":
        place, query = _list_in(str(form.get("address", "")))
        title = _title_in(str(form.get("name", "")))
        values = {"place": place, "query": query, "name": title, "saved_at": visit.now_ms}
        await asyncio.to_thread(_save, visit.records, account, values)
        return RedirectResponse(f"{place}?{query}" if query else place, _SEE_OTHER)
    if step == "rename":
        title = _title_in(str(form.get("name", "")))
        await asyncio.to_thread(_rename, visit.records, account, name, title)
    elif step == "delete":
        await asyncio.to_thread(_delete, visit.records, account, name)
    else:
        raise InvalidArguments("there is no such step", field="step")
    return RedirectResponse("/views", _SEE_OTHER)


def _save(records: Records, account: int, values: dict[str, Any]) -> None:
    """Keep a view; one of the same list and name takes its place."""
    mine = VIEWS.c.account == account
    same = (mine, VIEWS.c.place == values["place"], VIEWS.c.name == values["name"])
    with records.write() as connection:
        if connection.execute(update(VIEWS).where(*same).values(values)).rowcount:
            return
        counted = select(func.count()).where(mine)
        if connection.execute(counted).scalar_one() >= VIEWS_MAX:
            raise LimitExceeded(
                "you have too many saved views", expected=f"at most {VIEWS_MAX}", hint="/views"
            )
        row = {"id": secrets.token_hex(_ID_BYTES), "account": account, **values}
        connection.execute(insert(VIEWS).values(row))


def _rename(records: Records, account: int, name: str, title: str) -> None:
    mine = VIEWS.c.account == account, VIEWS.c.id == name
    try:
        with records.write() as connection:
            if not connection.execute(update(VIEWS).where(*mine).values(name=title)).rowcount:
                raise _missing()
    except IntegrityError as error:
        raise InvalidArguments(
            "another view of this list has that name", field="name", found=title
        ) from error


def _delete(records: Records, account: int, name: str) -> None:
    """Forget a view; one that is not there is forgotten already."""
    with records.write() as connection:
        connection.execute(delete(VIEWS).where(VIEWS.c.account == account, VIEWS.c.id == name))


def _missing() -> TallystickError:
    return NotFound("you have no such saved view", field="id")


def _title_in(text: str) -> str:
    title = " ".join(text.split())
    if not 0 < len(title) <= NAME_MAX or not title.isprintable():
        raise InvalidArguments(
            "a view needs a name", field="name", expected=f"1 to {NAME_MAX} characters"
        )
    return title


def _list_in(address: str) -> tuple[str, str]:
    """Return the path of a list and what it is narrowed down and sorted by."""
    path = address.partition("?")[0]
    place = quote(unquote(path))
    if _LISTS.fullmatch(place) is None:
        raise InvalidArguments("this page is no list", field="address", found=path[:80])
    text = urlencode(_chosen(address))
    if len(text) > QUERY_MAX:
        raise LimitExceeded(
            "this view has too long an address",
            field="address",
            expected=f"at most {QUERY_MAX}",
            found=str(len(text)),
        )
    return place, text


def _chosen(address: str) -> list[tuple[str, str]]:
    pairs = parse_qsl(address.partition("?")[2])
    return sorted((name, value) for name, value in pairs if name not in _PLACING)


PAGES: Final = (
    Page(path="/views", name="views", access=Access.SIGNED_IN, handler=show_views),
    Page(
        path="/views", name="take_view", access=Access.SIGNED_IN, handler=take_view, method="POST"
    ),
)
