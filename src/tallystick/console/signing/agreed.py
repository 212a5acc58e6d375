# SPDX-License-Identifier: Apache-2.0
"""Whose word an act of several has by now, on the page of its result: votes, and signatures."""

from __future__ import annotations

from typing import Any, Final

from tallystick.console.ledger import Json, at, case_at, table_of
from tallystick.console.signing.pending import Pending
from tallystick.console.signings import signings_of
from tallystick.console.visit import Visit

_GOVERNANCE: Final = "governance"
_PROPOSE: Final = "propose"
_RECORDS_MAX: Final = 5
_NOTHING: Final[dict[str, Any]] = {"proposal": None, "records": []}


async def agreed_in(visit: Visit, pending: Pending, transaction: Json | None) -> dict[str, Any]:
    """Return the proposal that a transaction is about, and records that it brought closer.

    A record is one whose parties sign: each party, with whether it has. Both are as they are now.
    """
    if transaction is None or transaction["code"] != "ok":
        return _NOTHING
    if pending.contract == _GOVERNANCE:
        is_new = pending.method == _PROPOSE
        name = transaction["id"] if is_new else str(pending.args.get("proposal", ""))
        if not name:
            return _NOTHING
        return {**_NOTHING, "proposal": await visit.ledger.find(at(_GOVERNANCE, "proposals", name))}
    found = await visit.ledger.get(at("transactions", transaction["id"], "changes"))
    changed = [one for one in found["changes"] if one["after"] is not None]
    signed = [_signed(visit, one) for one in changed]
    return {**_NOTHING, "records": [one for one in signed if one["signings"]][:_RECORDS_MAX]}


def _signed(visit: Visit, change: Json) -> dict[str, Any]:
    """Return a changed record with its parties; of what cannot be read there are none."""
    contract = visit.names.contracts.get(change["contract"], {"tables": []})
    names = {one["name"] for one in contract["tables"]}
    if change["table"] not in names:
        return {"signings": []}
    table = table_of(contract, change["table"])
    return {
        "label": table["label"],
        "key": change["key"],
        "address": case_at(change["contract"], change["table"], change["key"]),
        "signings": signings_of(table, change["after"]),
    }
