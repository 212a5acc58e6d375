# SPDX-License-Identifier: Apache-2.0
"""What may be proposed, read from forms: an action for each kind, checked as far as text goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from tallystick.console.ledger import Json
from tallystick.console.shown import BEIJING
from tallystick.encoding import format_base64
from tallystick.errors import InvalidArguments
from tallystick.units import DAY_MS

_SHARE: Final = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
_NUMBER_MAX: Final = 15
"""Digits; enough for milliseconds and heights."""

Given = Mapping[str, str]
Action = dict[str, Any]


def action_of(kind: str, given: Given, governance: Json, installed: list[Json]) -> Action:
    """Return the action that a form describes.

    Args:
        kind: the action's type.
        given: what was typed, by control.
        governance: how the network is governed now; what a form does not ask for stays.
        installed: the versions of contracts that this node has.

    Raises:
        InvalidArguments: no such kind, or a control that cannot be read; `field` names it.
    """
    make = _KINDS.get(kind)
    if make is None:
        raise InvalidArguments(
            "no such proposal", field="kind", expected=", ".join(_KINDS), found=kind[:40]
        )
    return {"type": kind, **make(given, governance, installed)}


def marked(data: bytes) -> dict[str, dict[str, str]]:
    """Return bytes as the API's JSON marks them where there is no schema."""
    return {"/": {"bytes": format_base64(data)}}


def hexadecimal(given: Given, name: str) -> dict[str, dict[str, str]]:
    """Return what a control holds in hexadecimal, as bytes.

    Raises:
        InvalidArguments: it is something else.
    """
    text = text_in(given, name)
    try:
        return marked(bytes.fromhex(text))
    except ValueError:
        raise unfit(name, "hexadecimal digits", text) from None


def text_in(given: Given, name: str) -> str:
    """Return a control's text; raises `InvalidArguments` if it is empty."""
    text = given.get(name, "").strip()
    if not text:
        raise unfit(name, "a text", "")
    return text


def number_in(given: Given, name: str) -> int:
    """Return a control's number; raises `InvalidArguments` if it is none."""
    text = given.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _NUMBER_MAX):
        raise unfit(name, "a number", text)
    return int(text)


def moment_in(given: Given, name: str) -> int | None:
    """Return a control's moment in Beijing as unix milliseconds, None if it is empty.

    Raises:
        InvalidArguments: it is no moment.
    """
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise unfit(name, "2026-12-31T18:00", text) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).timestamp() * 1000)


def _of_organization(given: Given, _governance: Json, _installed: list[Json]) -> Action:
    return {"organization": text_in(given, "organization")}


def _parameters(given: Given, governance: Json, _installed: list[Json]) -> Action:
    names = ("transaction_lifetime_ms_max", "block_transactions_max")
    numbers = {name: number_in(given, name) for name in names}
    return {"parameters": {**numbers, "python": governance["parameters"]["python"]}}


def _rules(given: Given, _governance: Json, _installed: list[Json]) -> Action:
    names = ("threshold", "qualified_threshold", "participation")
    days = number_in(given, "days")
    shares = {name: _share(given, name) for name in names}
    return {"rules": {**shares, "proposal_lifetime_ms": days * DAY_MS}}


def _activation(given: Given, _governance: Json, installed: list[Json]) -> Action:
    wanted = text_in(given, "contract")
    known = {f"{one['name']} {one['version']}": one for one in installed}
    if wanted not in known:
        raise unfit("contract", ", ".join(known)[:300], wanted)
    one = known[wanted]
    action = {
        "name": one["name"],
        "version": one["version"],
        "height": number_in(given, "height"),
        "digest": marked(bytes.fromhex(one["digest"])),
    }
    if given.get("migrate_from", "").strip():
        action["migrate_from"] = number_in(given, "migrate_from")
    return action


def _node(given: Given, _governance: Json, _installed: list[Json]) -> Action:
    return {"organization": text_in(given, "organization"), "node_id": text_in(given, "node_id")}


def _former_node(given: Given, _governance: Json, _installed: list[Json]) -> Action:
    return {"node_id": text_in(given, "node_id")}


_KINDS: Final[Mapping[str, Callable[[Given, Json, list[Json]], Action]]] = {
    "suspend_organization": _of_organization,
    "resume_organization": _of_organization,
    "remove_organization": _of_organization,
    "remove_validator": _of_organization,
    "set_parameters": _parameters,
    "set_governance": _rules,
    "activate_contract": _activation,
    "register_node": _node,
    "remove_node": _former_node,
}


def _share(given: Given, name: str) -> dict[str, int]:
    text = given.get(name, "").replace(" ", "")
    match = _SHARE.fullmatch(text)
    if match is None:
        raise unfit(name, "2/3", text)
    return {"numerator": int(match[1]), "denominator": int(match[2])}


def unfit(name: str, expected: str, found: str) -> InvalidArguments:
    """Return the refusal of a control or file that cannot be read."""
    return InvalidArguments(
        f"{name} cannot be read", field=name, expected=expected, found=found[:80]
    )
