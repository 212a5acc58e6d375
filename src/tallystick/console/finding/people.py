# SPDX-License-Identifier: Apache-2.0
"""Members by their names, and keys by their digits: of members, logs, validators and nodes."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tallystick.console.finding.hits import SHOWN_MAX, Hit
from tallystick.console.ledger import Json, at
from tallystick.console.shown import short
from tallystick.console.visit import Visit


async def find_members(visit: Visit, text: str) -> list[Hit]:
    """Return the members who are called so, or partly so; their id is exact with it too."""
    wanted = text.casefold()
    hits = []
    for one in await visit.names.everybody():
        called = {name.casefold() for name in (one["id"], *one["name"].values())}
        whole = f"{one['organization']}/{one['id']}".casefold()
        if wanted == whole or any(wanted in name for name in called):
            hits.append(_member(visit, one, is_exact=wanted in {*called, whole}))
    return sorted(hits, key=lambda hit: not hit.is_exact)[:SHOWN_MAX]


async def find_keys(visit: Visit, digits: str) -> list[Hit]:
    """Return the keys that begin with these hexadecimal digits; the only one is exact."""
    hits = [
        Hit(
            "key",
            member_page(one["organization"], one["id"]),
            short(key["public_key"]),
            _of(visit, visit.read(one["name"]) or one["id"], one["organization"]),
        )
        for one in await visit.names.everybody()
        for key in one["keys"]
        if key["public_key"].startswith(digits)
    ]
    governance = await visit.ledger.get(at("governance"))
    hits += list(_of_network(visit, governance, digits))
    is_exact = len(hits) == 1
    return [Hit(one.group, one.address, one.title, one.about, is_exact) for one in hits[:SHOWN_MAX]]


def member_page(organization: str, member: str) -> str:
    """Return where a member and its keys stand."""
    return f"/o/{quote(organization)}#{quote(f'member-{member}')}"


def _of_network(visit: Visit, governance: Json, digits: str) -> Iterator[Hit]:
    """Give the keys of logs and validators, and the ids of nodes, that begin so."""
    kinds = (
        ("log_keys", "public_key", visit.say("key of the log")),
        ("validators", "public_key", visit.say("key of a validator")),
        ("nodes", "node_id", visit.say("node id")),
    )
    for kind, name, word in kinds:
        for one in governance.get(kind) or []:
            if one[name].startswith(digits):
                address = "/nodes" if kind == "nodes" else "/gov/keys"
                yield Hit("key", address, short(one[name]), _of(visit, word, one["organization"]))


def _member(visit: Visit, one: Json, *, is_exact: bool) -> Hit:
    name = visit.read(one["name"]) or one["id"]
    address = member_page(one["organization"], one["id"])
    return Hit("member", address, name, _of(visit, one["id"], one["organization"]), is_exact)


def _of(visit: Visit, what: str, organization: str) -> str:
    return f"{what} · {visit.read(visit.names.organization(organization)) or organization}"
