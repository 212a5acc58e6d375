# SPDX-License-Identifier: Apache-2.0
"""One box for everything: heights, hashes, numbers, organisations, contracts, words."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.finding.hits import SHOWN_MAX, Hit
from tallystick.console.finding.matters import find_alerts, find_proposals
from tallystick.console.finding.people import find_keys, find_members
from tallystick.console.finding.recognizing import Kind, height_in, kinds_of, normalize
from tallystick.console.ledger import Json, at, case_at, find_table
from tallystick.console.masking import cover_record, cover_transaction, listed_transactions
from tallystick.console.paper_codes import page_of_code
from tallystick.console.shown import number, short
from tallystick.console.visit import Visit
from tallystick.errors import TallystickError

_SEE_OTHER: Final = 303
_OF_A_KIND: Final = 3
"""Suggestions."""


async def search(visit: Visit) -> Response:
    """Answer GET /search: go to the one exact hit, or show all; the text of a code is one."""
    page = page_of_code(visit.query.get("q", ""))
    if page is not None:
        return RedirectResponse(page, _SEE_OTHER)
    text = normalize(visit.query.get("q", ""))
    hits = await find(visit, text) if text else []
    exact = [hit for hit in hits if hit.is_exact]
    if len(exact) == 1 and not visit.wants_json and "all" not in visit.query:
        return RedirectResponse(exact[0].address, _SEE_OTHER)
    return visit.page("finding/search.html", text=text, hits=hits, kinds=kinds_of(text))


async def suggest(visit: Visit) -> Response:
    """Answer GET /search/suggest: a few hits while somebody types, as a list of links."""
    text = normalize(visit.query.get("q", ""))
    hits = await find(visit, text) if text else []
    return visit.page("finding/suggestions.html", hits=few_of_each(hits)[:SHOWN_MAX], text=text)


def few_of_each(hits: list[Hit]) -> list[Hit]:
    """Return the first hits of each kind, so that one kind does not push out the others."""
    seen: Counter[str] = Counter()
    kept = []
    for hit in hits:
        seen[hit.group] += 1
        if seen[hit.group] <= _OF_A_KIND:
            kept.append(hit)
    return kept


async def find(visit: Visit, text: str) -> list[Hit]:
    """Return what a text may mean, the exact hits first."""
    kinds = kinds_of(text)
    asked: list[Awaitable[list[Hit]]] = []
    if Kind.HEIGHT in kinds:
        asked.append(_block(visit, height_in(text)))
    if Kind.HASH in kinds:
        asked.append(_hash(visit, text.lower()))
    if Kind.HASH_PREFIX in kinds:
        asked.append(_beginning(visit, text.lower()))
    if {Kind.HASH, Kind.HASH_PREFIX} & set(kinds):
        asked += [_blocks(visit, text.lower()), find_keys(visit, text.lower())]
    is_name = kinds == [Kind.WORDS] or Kind.BUSINESS_ID in kinds
    asked.append(_records(visit, text, is_name=is_name))
    asked += [find_members(visit, text), find_proposals(visit, text), find_alerts(visit, text)]
    asked.append(_transactions(visit, text))
    found = [hit for hits in await asyncio.gather(*asked) for hit in hits]
    found += _named(visit, text)
    return sorted(found, key=lambda hit: not hit.is_exact)


async def _block(visit: Visit, height: int) -> list[Hit]:
    title = visit.say("Block %(height)s", height=number(height))
    about = "" if 0 < height <= visit.names.height else visit.say("not there yet")
    return [Hit("block", f"/b/{height}", title, about, is_exact=not about)]


async def _hash(visit: Visit, digest: str) -> list[Hit]:
    hits: list[Hit] = []
    transaction = await visit.ledger.find(at("transactions", digest))
    if transaction is not None:
        transaction, _, _ = cover_transaction(visit, transaction, [])
        hits.append(_transaction(visit, transaction, is_exact=True))
    deposits = await visit.ledger.find(at("evidence", "deposits"), sha256=digest)
    hits += [
        Hit("record", f"/r/{one['id']}", one["id"], _title(visit, one), is_exact=True)
        for one in (deposits or {"items": []})["items"][:SHOWN_MAX]
    ]
    return hits


def _title(visit: Visit, deposit: Json) -> str:
    return str(cover_record(visit, "evidence", "deposits", deposit)["title"])


async def _beginning(visit: Visit, digits: str) -> list[Hit]:
    """Return the transactions whose id begins so; the only one is exact."""
    page = await listed_transactions(visit, id=digits, limit=SHOWN_MAX)
    is_exact = len(page["items"]) == 1
    return [_transaction(visit, one, is_exact=is_exact) for one in page["items"]]


def _transaction(visit: Visit, one: Json, *, is_exact: bool = False) -> Hit:
    title = visit.names.spell_out(visit.read(one["sentence"]), visit.language)
    return Hit("transaction", f"/t/{one['id']}", title, one["id"][:16], is_exact)


async def _blocks(visit: Visit, digits: str) -> list[Hit]:
    """Return the blocks whose hash begins so; the only one is exact."""
    page = await visit.ledger.get(at("blocks"), hash=digits, limit=SHOWN_MAX)
    is_exact = len(page["items"]) == 1
    return [
        Hit(
            "block",
            f"/b/{one['height']}",
            visit.say("Block %(height)s", height=number(one["height"])),
            short(one["hash"]),
            is_exact,
        )
        for one in page["items"]
    ]


async def _records(visit: Visit, text: str, *, is_name: bool) -> list[Hit]:
    """Return the records of contracts whose key is just this text, whatever signs it has.

    Args:
        visit: of the reader.
        text: what was typed.
        is_name: whether it looks like nothing more certain.
    """
    try:
        places = await visit.ledger.get(at("records", text))
    except TallystickError:  # no text that could be a key
        return []
    hits = []
    for place in places["items"]:
        contract = visit.names.contracts.get(place["contract"], {})
        table = find_table(contract, place["table"])
        if table is None:
            continue
        address = case_at(contract["name"], table["name"], text)
        about = f"{visit.read(contract['label'])} · {visit.read(table['label'])}"
        is_exact = is_name or table["key"] == ["id"]
        hits.append(Hit("record", address, text, about, is_exact))
    return hits


async def _transactions(visit: Visit, text: str) -> list[Hit]:
    try:
        page = await listed_transactions(visit, q=text, limit=SHOWN_MAX)
    except TallystickError:  # not words that can be looked for
        return []
    return [_transaction(visit, one) for one in page["items"]]


def _named(visit: Visit, text: str) -> list[Hit]:
    """Return organisations and contracts that are called so, or partly so."""
    wanted = text.casefold()
    hits: list[Hit] = []
    for code, one in visit.names.organizations.items():
        called = [code, *one["name"].values()]
        if any(wanted in name.casefold() for name in called):
            is_exact = wanted in {name.casefold() for name in called}
            hits.append(Hit("organization", f"/o/{code}", visit.read(one["name"]), code, is_exact))
    for name, one in visit.names.contracts.items():
        called = [name, *one["label"].values()]
        if any(wanted in word.casefold() for word in called):
            is_exact = wanted in {word.casefold() for word in called}
            hits.append(Hit("contract", f"/c/{name}", visit.read(one["label"]), name, is_exact))
    return hits
