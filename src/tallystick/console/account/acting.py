# SPDX-License-Identifier: Apache-2.0
"""In a demonstration anybody acts as anybody: the cast by system, and a change of part."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.responses import Response

from tallystick.client import SealingKeyStore
from tallystick.console.account.entrance import admitted
from tallystick.console.account.people import find_account, find_person
from tallystick.console.audit import Kind
from tallystick.console.choices import safe_return
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.errors import NotFound
from tallystick.model import ROLE_ADMINISTRATOR

_AGE_KEY = "application/octet-stream"


async def show_cast(visit: Visit) -> Response:
    """Answer GET /act-as: everybody one may be, by system, with what each may do there."""
    _check_demonstration(visit)
    wanted = visit.query.get("system", "")
    people = [
        {"organization": organization, "member": member}
        for code in visit.names.organizations
        for organization in [await visit.ledger.get(at("organizations", code))]
        for member in organization["members"]
        if find_account(visit.records, code, member["id"]) is not None
    ]
    groups = [
        {"contract": contract, "people": _cast_of(contract, people)}
        for contract in visit.names.contracts.values()
        if wanted in {"", contract["name"]}
    ]
    groups = [group for group in groups if group["people"]]
    heads = [] if wanted else [one for one in people if _is_head(one)]
    others = [] if wanted else [one for one in people if not _is_cast(groups, one)]
    return visit.page(
        "account/cast.html",
        groups=groups,
        heads=heads,
        others=[one for one in others if not _is_head(one)],
        back=safe_return(visit.query.get("back", "/")),
    )


def _cast_of(contract: Json, people: list[Json]) -> list[Json]:
    """Return who may call an action of a contract by a role, each with the actions' labels.

    What administrators may do in every contract alike is no part of a system.
    """
    cast = []
    for one in people:
        roles = set(one["member"]["roles"]) - {ROLE_ADMINISTRATOR}
        may = [
            method["label"]
            for method in contract["methods"]
            if method["kind"] == "action" and roles & set(method.get("roles", []))
        ]
        if may:
            cast.append(one | {"may": may})
    return cast


def _is_head(person: Json) -> bool:
    """Whether somebody acts for a whole organisation."""
    return ROLE_ADMINISTRATOR in person["member"]["roles"]


def _is_cast(groups: list[Json], person: Json) -> bool:
    """Whether a person is in one of the groups."""
    return any(
        one["organization"] is person["organization"] and one["member"] is person["member"]
        for group in groups
        for one in group["people"]
    )


async def act_as(visit: Visit) -> Response:
    """Answer POST /act-as: be somebody of the cast.

    Raises:
        NotFound: this is no demonstration, or nobody of the cast.
    """
    _check_demonstration(visit)
    form = await visit.form()
    account = find_account(
        visit.records, str(form.get("organization", "")), str(form.get("member", ""))
    )
    person = None if account is None else find_person(visit.records, account)
    if person is None or not person.is_demonstration:
        raise NotFound("nobody of the cast has that name", field="member")
    back = safe_return(str(form.get("back", "/")))
    return await admitted(visit, person.account, back, kind=Kind.ACTED_AS)


async def give_sealing_key(visit: Visit) -> Response:
    """Answer GET /act-as/sealing-key: the secret sealing key of whom one acts for.

    Raises:
        NotFound: this is no demonstration, or the organisation has none in it.
    """
    _check_demonstration(visit)
    organization = visit.somebody().organization
    name, content = await asyncio.to_thread(_key_file, visit.sealing_keys, organization)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_AGE_KEY, headers=headers)


def _key_file(folder: Path | None, organization: str) -> tuple[str, bytes]:
    """Return the name and content of an organisation's key file."""
    paths = [] if folder is None else SealingKeyStore(folder).paths(organization)
    if not paths:
        raise NotFound("this organisation has no sealing key in the demonstration", field="path")
    return paths[-1].name, paths[-1].read_bytes()


def _check_demonstration(visit: Visit) -> None:
    if not visit.is_demonstration:
        raise NotFound("there is nothing at this path", field="path")
