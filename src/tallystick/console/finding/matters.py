# SPDX-License-Identifier: Apache-2.0
"""Proposals and alerts, by id or by words of what they say."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

from tallystick.console.finding.hits import SHOWN_MAX, Hit
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit

_LOOKED_AT: Final = 100
"""Newest ones of each list: older ones are found on its own page."""


async def find_proposals(visit: Visit, text: str) -> list[Hit]:
    """Return the proposals whose id begins so, or in whose words a text occurs."""
    page = await visit.ledger.get(at("governance", "proposals"), limit=_LOOKED_AT)
    wanted = text.casefold()
    hits = []
    for one in page["items"]:
        subject = visit.names.spell_out(one["subject"], visit.language)
        said = (one["subject"], subject, *one["label"].values())
        is_id = len(wanted) >= 8 and one["id"].startswith(wanted)
        if is_id or any(wanted in words.casefold() for words in said):
            title = f"{visit.read(one['label'])}: {subject}"
            about = visit.names.spell_out(one["organization"], visit.language)
            # The id is that of the transaction that proposed it, which is the exact hit.
            hits.append(Hit("proposal", f"/gov/{one['id']}", title, about))
    return hits[:SHOWN_MAX]


async def find_alerts(visit: Visit, text: str) -> list[Hit]:
    """Return the alerts in whose sentence or subject a text occurs, the newest first."""
    warning = [name for name, one in visit.names.contracts.items() if one.get("warnings")]
    found = await asyncio.gather(*(_of_contract(visit, name, text) for name in warning))
    newest = sorted((one for some in found for one in some), key=lambda one: -one[0])
    return [hit for _, hit in newest[:SHOWN_MAX]]


async def _of_contract(visit: Visit, contract: str, text: str) -> list[tuple[int, Hit]]:
    page = await visit.ledger.get(at("contracts", contract, "alerts"), limit=_LOOKED_AT)
    label = visit.read(visit.names.contracts[contract]["label"])
    return [
        (int(one["time_ms"]), _alert(visit, contract, label, one))
        for one in page["items"]
        if _says(one, text.casefold())
    ]


def _says(alert: Json, wanted: str) -> bool:
    """Tell whether a text occurs in an alert's sentences, its rule, or what it is about."""
    said = [alert["rule"], *alert["sentence"].values()]
    said += [str(value) for value in (alert.get("about") or {}).values()]
    return any(wanted in words.casefold() for words in said)


def _alert(visit: Visit, contract: str, label: str, alert: Json) -> Hit:
    title = visit.names.spell_out(visit.read(alert["sentence"]), visit.language)
    address = f"/alerts/{quote(contract)}/{alert['number']}"
    return Hit("alert", address, title, f"{label} · {alert['rule']}")
