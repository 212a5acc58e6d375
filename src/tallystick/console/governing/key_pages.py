# SPDX-License-Identifier: Apache-2.0
"""Every key in force and its end: of members, logs, validators, authorities and seals."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.list_files import (
    Column,
    ListFile,
    at_once,
    called,
    give_list,
    is_file_wanted,
    moment_of,
    of,
)
from tallystick.console.visit import Visit
from tallystick.crypto import describe_certificate, sha256
from tallystick.errors import NotFound, TallystickError
from tallystick.units import DAY_MS

REMIND_DAYS: Final = (30, 7, 1)
"""A key that ends within so many days is marked."""
_SEALS: Final = "seals"
"""The register of seals, where the network runs it, and its table."""
_ROWS: Final = 500


async def show_keys(visit: Visit) -> Response:
    """Answer GET /gov/keys: every key in force, those that end first on top; whole as a file."""
    governance, seals, *_ = await asyncio.gather(
        visit.ledger.get(at("governance")),
        _of_seals(visit),
        # As they are now: members and authorities are both read from what is kept of them.
        *(visit.names.register(code, is_new=True) for code in visit.names.organizations),
    )
    members = await keys_in_force(visit, visit.names.organizations)
    authorities = await _of_authorities(visit)
    keys = [
        *({"kind": "member", **one} for one in members),
        *_of_logs(governance),
        *_of_validators(governance),
        *authorities,
        *seals,
    ]
    for key in keys:
        _mark(key, visit.now_ms)
    keys.sort(key=lambda key: (key["valid_until_ms"] is None, key["valid_until_ms"] or 0))
    if is_file_wanted(visit):
        return await give_list(visit, _file(visit, keys, governance["height"]))
    return visit.page("governing/keys.html", keys=keys)


async def keys_in_force(visit: Visit, organizations: Iterable[str]) -> list[dict[str, Any]]:
    """Return the members' keys of organisations, each with whether it ends soon; those first."""
    keys: list[dict[str, Any]] = []
    for code in organizations:
        for member in await visit.names.members(code):
            keys += [
                {"organization": code, "member": member, **key}
                for key in member["keys"]
                if key["revoked_at_ms"] is None
            ]
    for key in keys:
        _mark(key, visit.now_ms)
    return sorted(keys, key=lambda key: int(key["valid_until_ms"]))


def _mark(key: dict[str, Any], now_ms: int) -> None:
    """Say of a key whether it is over or ends soon; one without an end is neither."""
    end = key["valid_until_ms"]
    left = None if end is None else end - now_ms
    key["ends_within"] = next(
        (days for days in reversed(REMIND_DAYS) if left is not None and left <= days * DAY_MS), None
    )
    key["is_over"] = left is not None and left <= 0


def _of_logs(governance: Json) -> list[dict[str, Any]]:
    """Return the keys that sign receipts: each is good until it is revoked."""
    return [
        {
            "kind": "log",
            "organization": one["organization"],
            "public_key": one["public_key"],
            "valid_from_ms": one["valid_from_ms"],
            "valid_until_ms": None,
        }
        for one in governance["log_keys"]
        if one["revoked_at_ms"] is None
    ]


def _of_validators(governance: Json) -> list[dict[str, Any]]:
    """Return the keys that vote on blocks: each is good until a vote puts another in its place."""
    return [
        {
            "kind": "validator",
            "organization": one["organization"],
            "public_key": one["public_key"],
            "valid_from_ms": None,
            "valid_until_ms": None,
        }
        for one in governance["validators"]
    ]


async def _of_authorities(visit: Visit) -> list[dict[str, Any]]:
    """Return the certificates of authorities that may certify keys of their organisation."""
    found = [(code, await visit.names.register(code)) for code in visit.names.organizations]
    return [
        {
            "kind": "authority",
            "organization": code,
            "public_key": one["fingerprint"],
            "subject": one["subject"],
            "valid_from_ms": one["added_at_ms"],
            "valid_until_ms": one["valid_until_ms"],
        }
        for code, organization in found
        for one in organization["authorities"]
        if one["revoked_at_ms"] is None
    ]


async def _of_seals(visit: Visit) -> list[dict[str, Any]]:
    """Return the certificates of seals that are published and neither retired nor revoked."""
    if _SEALS not in visit.names.contracts:
        return []
    keys: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        try:
            page = await visit.ledger.get(
                at("contracts", _SEALS, "tables", _SEALS), limit=_ROWS, cursor=cursor
            )
        except NotFound:  # another contract of that name
            return []
        keys += [
            _seal(row)
            for row in page["items"]
            if row.get("retired_at") is None and row.get("revoked_at") is None
        ]
        cursor = page["next_cursor"]
        if cursor is None:
            return keys


def _seal(row: Json) -> dict[str, Any]:
    certificate = bytes.fromhex(row["certificate"])
    try:
        facts = describe_certificate(certificate)
    except TallystickError:  # the ledger takes any bytes: whoever believes a seal reads it
        facts = None
    return {
        "kind": "seal",
        "organization": row["organization"],
        "public_key": sha256(certificate).hex(),
        "version": row["version"],
        "subject": facts.subject if facts else None,
        "valid_from_ms": row["published_at"],
        "valid_until_ms": facts.valid_until if facts else None,
    }


def kinds_of_keys(visit: Visit) -> dict[str, str]:
    """Return what each kind of key is called."""
    return {
        "member": visit.say("signs for a member"),
        "log": visit.say("signs receipts and checkpoints"),
        "validator": visit.say("votes on blocks"),
        "seal": visit.say("seal on certificates"),
        "authority": visit.say("certifies keys of members"),
    }


def _file(visit: Visit, keys: list[dict[str, Any]], height: int) -> ListFile:
    kinds = kinds_of_keys(visit)

    def member(row: Json) -> str | None:
        return row["member"]["id"] if "member" in row else None

    return ListFile(
        name="keys",
        title=visit.say("Keys"),
        columns=(
            Column(visit.say("What it is for"), lambda row: kinds[row["kind"]]),
            Column(visit.say("Organisation"), lambda row: called(visit, row["organization"])),
            Column(visit.say("Code"), of("organization")),
            Column(visit.say("Member"), member),
            Column(visit.say("Key"), of("public_key")),
            Column(visit.say("Valid from"), moment_of("valid_from_ms")),
            Column(visit.say("Valid until"), moment_of("valid_until_ms")),
        ),
        parts=at_once(keys, height),
    )
