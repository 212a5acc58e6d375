# SPDX-License-Identifier: Apache-2.0
"""Contracts: what one says of itself, its code, its versions with who decided, and its use."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from tallystick.console.diagram import draw
from tallystick.console.explorer.differences import differences
from tallystick.console.explorer.highlighting import lines_of
from tallystick.console.explorer.overview import SPANS, ends_of
from tallystick.console.explorer.versions import decisions_of, versions_of
from tallystick.console.ledger import Json, at
from tallystick.console.moments import written
from tallystick.console.shown import BEIJING
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, LimitExceeded, NotFound, UnknownContract

_MAIN: Final = "contract.py"
"""The file that is shown first, where there is one."""


async def show_contracts(visit: Visit) -> Response:
    """Answer GET /c: the contracts that this network runs."""
    return visit.page("explorer/contracts.html", contracts=list(visit.names.contracts.values()))


async def show_contract(visit: Visit) -> Response:
    """Answer GET /c/{contract}: everything a contract says of itself."""
    contract = await visit.ledger.schema(visit.part("contract"))
    if visit.wants_json:
        return visit.page("explorer/contract.html", contract=contract)
    diagrams = [draw(workflow) for workflow in contract.get("workflows", [])]
    return visit.page(
        "explorer/contract.html",
        contract=contract,
        diagrams=diagrams,
        problems=[one for one in visit.names.unreadable if one["name"] == contract["name"]],
    )


async def show_source(visit: Visit) -> Response:
    """Answer GET /c/{contract}/source: a file of a version that is installed here, by lines."""
    contract = await visit.ledger.schema(visit.part("contract"))
    versions = _installed(visit, contract["name"])
    version = _number(visit, "version", contract["version"])
    sources = await _sources(visit, contract["name"], version)
    files = [] if sources is None else sources["files"]
    file = _chosen(files, visit.query.get("file", ""))
    shown: Json = {"contract": contract, "version": version, "versions": versions}
    if visit.wants_json:
        return visit.page("explorer/source.html", **shown, sources=sources)
    lines = () if file is None else lines_of(file["text"])
    return visit.page(
        "explorer/source.html", **shown, sources=sources, files=files, file=file, lines=lines
    )


async def show_history(visit: Visit) -> Response:
    """Answer GET /c/{contract}/history: versions, who decided, and what differs between two."""
    contract = await visit.ledger.schema(visit.part("contract"))
    versions = await versions_of(visit, contract)
    installed = _installed(visit, contract["name"])
    compared: Json = None
    if "before" in visit.query or "after" in visit.query:
        before = _number(visit, "before", min(installed, default=0))
        after = _number(visit, "after", max(installed, default=0))
        compared = await _compared(visit, contract["name"], before, after)
    return visit.page(
        "explorer/history.html",
        contract=contract,
        versions=versions,
        decisions=await decisions_of(visit, versions),
        installed=installed,
        compared=compared,
    )


async def show_usage(visit: Visit) -> Response:
    """Answer GET /c/{contract}/usage: calls by method, and over time (`span`: 24h, 7d or 30d)."""
    contract = await visit.ledger.schema(visit.part("contract"))
    name = contract["name"]
    used = (await visit.ledger.get(at("activity", "methods"), contract=name))["items"]
    span = next((one for one in SPANS if one.name == visit.query.get("span")), SPANS[-1])
    begin, end = ends_of(span, visit.now_ms)
    try:
        found = await visit.ledger.get(
            at("activity"),
            stretches=span.count,
            contract=name,
            **{"from": max(0, begin), "to": end},
        )
    except LimitExceeded:
        steps = None
    else:
        steps = [_step(one, name, span.form) for one in found["items"]]
    shown: Json = {"contract": contract, "span": span.name, "used": used, "steps": steps}
    if visit.wants_json:
        return visit.page("explorer/usage.html", **shown)
    labels = {method["name"]: method["label"] for method in contract["methods"]}
    return visit.page(
        "explorer/usage.html",
        **shown,
        labels=labels,
        spans=[one.name for one in SPANS],
        chart=json.dumps(_chart(visit, steps or []), ensure_ascii=False),
    )


def _step(one: Json, contract: str, form: str) -> dict[str, Any]:
    begin = datetime.fromtimestamp(one["begin_ms"] / 1000, BEIJING)
    there = {"contract": contract, "from": written(one["begin_ms"]), "to": written(one["end_ms"])}
    return {
        "name": begin.strftime(form),
        "transactions": one["transactions"],
        "refused": one["refused"],
        "address": f"/t?{urlencode(there)}",
    }


def _chart(visit: Visit, steps: list[Json]) -> dict[str, Any]:
    return {
        "title": "",
        "names": [one["name"] for one in steps],
        "series": [
            {"name": visit.say("Transactions"), "values": [one["transactions"] for one in steps]},
            {"name": visit.say("Refused"), "values": [one["refused"] for one in steps]},
        ],
        "addresses": [one["address"] for one in steps],
    }


def _installed(visit: Visit, contract: str) -> list[int]:
    """Return the versions of a contract that this node can show, lowest first."""
    return sorted(one["version"] for one in visit.names.installed if one["name"] == contract)


async def _sources(visit: Visit, contract: str, version: int) -> Json | None:
    """Return the sources of a version, or None where this node has none that fit a digest."""
    try:
        return await visit.ledger.get(at("contracts", contract, "sources", version))
    except (NotFound, UnknownContract):
        return None


async def _compared(visit: Visit, contract: str, before: int, after: int) -> Json:
    """Return what differs between two versions; no files where one of them is not here."""
    old = await _sources(visit, contract, before)
    new = await _sources(visit, contract, after)
    is_here = old is not None and new is not None
    files = differences(_texts(old), _texts(new)) if is_here else []
    return {"before": before, "after": after, "is_here": is_here, "files": files}


def _texts(sources: Json) -> dict[str, str]:
    return {one["path"]: one["text"] for one in sources["files"]}


def _chosen(files: list[Json], path: str) -> Json | None:
    """Return the file that is asked for; else the contract's own, else the first.

    Raises:
        InvalidArguments: there is none of this path.
    """
    if path:
        found = next((one for one in files if one["path"] == path), None)
        if found is None and files:
            raise InvalidArguments(
                "there is no such file",
                field="file",
                expected=", ".join(one["path"] for one in files)[:300],
                found=path[:80],
            )
        return found
    main = [one for one in files if one["path"] == _MAIN]
    return next(iter(main or files), None)


def _number(visit: Visit, name: str, otherwise: int) -> int:
    """Return a version that the address names.

    Raises:
        InvalidArguments: no number.
    """
    text = visit.query.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidArguments("not a version", field=name, expected="1 or more", found=text[:20])
    return int(text)
