# SPDX-License-Identifier: Apache-2.0
"""How much is new since a list was drawn: said above it, so that no row moves while one reads."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from tallystick.console.choices import safe_return
from tallystick.console.ledger import Json, at
from tallystick.console.moments import moment_in
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

_COUNTED_MAX: Final = 100
FILTERS: Final = (
    *("contract", "method", "organization", "member", "key", "code"),
    *("q", "from", "to"),
)
_TIMES: Final = ("from", "to")


async def show_transaction_news(visit: Visit) -> Response:
    """Answer GET /t/news: how many transactions of a list came since `since`, a size of the log."""
    since = _since(visit)
    page = await visit.ledger.get(at("transactions"), limit=_COUNTED_MAX, **wanted_in(visit))
    count = sum(one["leaf_index"] >= since for one in page["items"])
    back = safe_return(visit.query.get("back", "/t"))
    return _page(visit, f"/t/news?{urlencode(dict(visit.query))}", count, back)


async def show_block_news(visit: Visit) -> Response:
    """Answer GET /b/news: how many blocks came since `since`, a height."""
    status = await visit.ledger.get(at("status"))
    count = max(0, status["height"] - _since(visit))
    back = safe_return(visit.query.get("back", "/b"))
    return _page(visit, f"/b/news?{urlencode(dict(visit.query))}", count, back)


def news_of(visit: Visit, page: Json) -> str:
    """Return where a list of transactions asks what is newer than its newest one."""
    since = max((int(one["leaf_index"]) + 1 for one in page["items"]), default=0)
    wanted = {name: value for name, value in visit.query.items() if name in FILTERS and value}
    return f"/t/news?{urlencode({**wanted, 'since': since, 'back': visit.here})}"


def wanted_in(visit: Visit) -> dict[str, str | int]:
    """Return what the address asks of a list of transactions, as the node is asked.

    Raises:
        InvalidArguments: a time that is none.
    """
    wanted: dict[str, str | int] = {}
    for name in FILTERS:
        text = visit.query.get(name, "").strip()
        value = moment_in(text, name) if name in _TIMES else text
        if value is not None and value != "":
            wanted[name] = value
    return wanted


def _page(visit: Visit, address: str, count: int, back: str) -> Response:
    return visit.page(
        "explorer/news.html",
        address=address,
        count=min(count, _COUNTED_MAX),
        has_more=count >= _COUNTED_MAX,
        back=back,
    )


def _since(visit: Visit) -> int:
    text = visit.query.get("since", "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise InvalidArguments("not a number", field="since", expected="0 or more", found=text[:20])
    return int(text)
