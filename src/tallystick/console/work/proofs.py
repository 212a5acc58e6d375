# SPDX-License-Identifier: Apache-2.0
"""Files that a record names by their hashes or deposits, and whether they are on record here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

from tallystick.console.ledger import Json
from tallystick.console.masking import cover_record
from tallystick.console.proving import first_deposit
from tallystick.console.visit import Visit

FILES_MAX: Final = 20
"""Of one record, that are looked up."""


async def files_of(visit: Visit, table: Json, row: Json) -> list[dict[str, Any]]:
    """Return the files that a record names: label, hash, and the earliest deposit if any."""
    named = list(_named(table["fields"], row, []))[:FILES_MAX]
    return list(await asyncio.gather(*(_file(visit, *one) for one in named)))


async def _file(visit: Visit, label: Json, digest: str) -> dict[str, Any]:
    found = await first_deposit(visit.ledger, sha256=digest)
    deposit = found and cover_record(visit, "evidence", "deposits", found)
    return {"label": label, "sha256": digest, "deposit": deposit}


def _named(fields: Json, row: Json, above: list[Json]) -> Iterator[tuple[Json, str]]:
    """Yield label and hash of everything in a record that is a file's hash."""
    for one in fields:
        value, described = row.get(one["name"]), one["type"]
        labels = [*above, one["label"]]
        if described.get("format") == "sha256" and isinstance(value, str):
            yield _joined(labels), value
        elif described["kind"] == "record" and isinstance(value, dict):
            yield from _named(described.get("fields") or (), value, labels)
        elif described["kind"] == "list" and isinstance(value, list):
            inner = (described.get("items") or {}).get("fields") or ()
            for item in value:
                if isinstance(item, dict):
                    yield from _named(inner, item, labels)


def _joined(labels: list[Json]) -> dict[str, str]:
    return {language: " · ".join(one[language] for one in labels) for language in ("zh", "en")}
