# SPDX-License-Identifier: Apache-2.0
"""Who of the parties of a record has signed, and who is missing; pure.

Signatures are found by their shape: one list of the record names parties with organisations,
another bears signatures, and both say for whom by a field of the same name.
"""

from __future__ import annotations

from typing import Any

from tallystick.console.ledger import Json


def signings_of(table: Json, row: Json) -> list[dict[str, Any]]:
    """Return each party of a record with when it signed, or None where it has not.

    A record without parties and signatures has none.
    """
    lists = [one for one in table["fields"] if one["type"]["kind"] == "list"]
    for parties in lists:
        for signatures in lists:
            shared = _shared_name(parties, signatures)
            if shared is not None:
                signed = {one[shared]: one for one in row.get(signatures["name"]) or []}
                return [_signing(one, shared, signed) for one in row.get(parties["name"]) or []]
    return []


def _shared_name(parties: Json, signatures: Json) -> str | None:
    """Return the field by which signatures say whose they are, if these lists are such."""
    named, signing = _fields(parties), _fields(signatures)
    if "organization" not in named.values() or "signature" not in signing.values():
        return None
    return next((name for name in signing if name in named), None)


def _fields(listed: Json) -> dict[str, str | None]:
    """Return the fields of a list's records: name -> format."""
    items = listed["type"].get("items") or {}
    return {one["name"]: one["type"].get("format") for one in items.get("fields") or ()}


def _signing(party: Json, shared: str, signed: dict[str, Json]) -> dict[str, Any]:
    signature = signed.get(party[shared], {})
    moments = (value for name, value in signature.items() if name.endswith("_at"))
    return {
        "name": party[shared],
        "organization": party.get("organization"),
        "has_signed": bool(signature),
        "at": next(moments, None),
    }
