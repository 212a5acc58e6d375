# SPDX-License-Identifier: Apache-2.0
"""The versions of a contract: which ran from which block on, by whose decision, their sources."""

from __future__ import annotations

from typing import Any, Final

from tallystick.console.explorer.transaction_pages import proposal_in
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit

_ACTIVATED: Final = "governance.ContractActivated"
_EVENTS_MAX: Final = 500
_DECISIONS_MAX: Final = 10


async def versions_of(visit: Visit, contract: Json) -> list[dict[str, Any]]:
    """Return every version that was activated or is installed, newest first.

    An activation beyond the newest `_EVENTS_MAX` of the network is not told.
    """
    name = contract["name"]
    announced = await visit.ledger.get(at("events", "list"), name=_ACTIVATED, limit=_EVENTS_MAX)
    installed = {one["version"]: one for one in visit.names.installed if one["name"] == name}
    activations = [one for one in announced["items"] if one["fields"].get("contract") == name]
    rows = [
        _row(contract, one["fields"]["version"], installed, one)
        for one in activations
        if isinstance(one["fields"].get("version"), int)
    ]
    known = {row["version"] for row in rows}
    rows += [_row(contract, version, installed, None) for version in installed.keys() - known]
    return sorted(rows, key=lambda row: (-row["version"], -(row["height"] or 0)))


async def decisions_of(visit: Visit, versions: list[dict[str, Any]]) -> dict[str, Json]:
    """Return the proposals by which the newest versions were decided, by the deciding transaction.

    One that this node cannot show any more is left out.
    """
    found: dict[str, Json] = {}
    for row in [one for one in versions if one["transaction"] is not None][:_DECISIONS_MAX]:
        transaction = await visit.ledger.find(at("transactions", row["transaction"]))
        name = None if transaction is None else proposal_in(transaction)
        proposal = None if name is None else await visit.ledger.find(_proposal(name))
        if proposal is not None:
            found[row["transaction"]] = proposal
    return found


def _proposal(name: str) -> str:
    return at("governance", "proposals", name)


def _row(
    contract: Json, version: int, installed: dict[int, Json], activation: Json | None
) -> dict[str, Any]:
    """Return one line: of an activation, or of what is installed and was never voted on."""
    sources = installed.get(version)
    decided = {} if activation is None else activation["fields"]
    return {
        "version": version,
        "is_running": version == contract["version"],
        "height": decided.get("height"),
        "digest": decided.get("digest") or (sources or {}).get("digest"),
        "transaction": None if activation is None else activation["transaction"],
        "time_ms": None if activation is None else activation["time_ms"],
        "is_installed": sources is not None,
    }
