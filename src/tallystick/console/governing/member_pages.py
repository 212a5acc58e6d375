# SPDX-License-Identifier: Apache-2.0
"""Members, roles and keys of the own organisation: changes, led to preview and signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.governing.proposing import Given, hexadecimal, moment_in, text_in
from tallystick.console.ledger import at
from tallystick.console.problems import document_of, status_of
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, TallystickError

_SEE_OTHER: Final = 303


async def show_members(visit: Visit) -> Response:
    """Answer GET /gov/members: who belongs to the own organisation, in which roles."""
    return await _page(visit, {}, None)


async def take_member_change(visit: Visit) -> Response:
    """Answer POST /gov/members: the preview, or the page again with what is wrong."""
    form = await visit.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        method = text_in(given, "method")
        if method not in _CHANGES:
            raise InvalidArguments(
                "no such change", field="method", expected=", ".join(_CHANGES), found=method[:40]
            )
        args = _CHANGES[method](given)
        address = await propose(visit, "membership", method, args, back="/gov/members")
    except TallystickError as error:
        return await _page(visit, given, error)
    return RedirectResponse(address, _SEE_OTHER)


def roles_in(given: Given) -> list[str]:
    """Return the roles that a control lists, set apart by commas or spaces."""
    return given.get("roles", "").replace(",", " ").replace("，", " ").split()


def _new_member(given: Given) -> dict[str, Any]:
    name = {language: text_in(given, f"name_{language}") for language in ("zh", "en")}
    return {"id": text_in(given, "id"), "name": name, "roles": roles_in(given)}


def _roles(given: Given) -> dict[str, Any]:
    return {"member": text_in(given, "member"), "roles": roles_in(given)}


def _standing(given: Given) -> dict[str, Any]:
    return {"member": text_in(given, "member"), "active": given.get("active") == "yes"}


def _new_key(given: Given) -> dict[str, Any]:
    times = {name: moment_in(given, name) for name in ("valid_from", "valid_until")}
    for name, time in times.items():
        if time is None:
            raise InvalidArguments(f"{name} is missing", field=name, expected="2026-12-31T18:00")
    keys = {name: hexadecimal(given, name) for name in ("public_key", "proof")}
    return {"member": text_in(given, "member"), **keys, **times}


def _old_key(given: Given) -> dict[str, Any]:
    return {"public_key": hexadecimal(given, "public_key")}


_CHANGES: Final[Mapping[str, Callable[[Given], dict[str, Any]]]] = {
    "add_member": _new_member,
    "set_roles": _roles,
    "set_active": _standing,
    "enrol_key": _new_key,
    "revoke_key": _old_key,
}


async def _page(visit: Visit, given: dict[str, str], error: TallystickError | None) -> Response:
    code = visit.somebody().organization
    known = {
        role
        for contract in visit.names.contracts.values()
        for method in contract["methods"]
        for role in method.get("roles", [])
    }
    return visit.page(
        "governing/members.html",
        http_status=200 if error is None else status_of(error),
        organization=await visit.ledger.get(at("organizations", code)),
        roles=sorted(known | {"administrator", "governor", "operator", "supervisor"}),
        given=given,
        problem=None if error is None else document_of(error, visit.language),
    )
