# SPDX-License-Identifier: Apache-2.0
"""In a demonstration anybody acts as anybody: the cast by system, and a change of part."""

from __future__ import annotations

from starlette.responses import Response

from tallystick.console.account.entrance import admitted
from tallystick.console.account.people import find_account, find_person
from tallystick.console.audit import Kind
from tallystick.console.choices import safe_return
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.errors import NotFound


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
    others = [] if wanted else [one for one in people if not _is_cast(groups, one)]
    return visit.page(
        "account/cast.html",
        groups=[group for group in groups if group["people"]],
        others=others,
        back=safe_return(visit.query.get("back", "/")),
    )


def _cast_of(contract: Json, people: list[Json]) -> list[Json]:
    """Return who may call an action of a contract by a role, each with the actions' labels."""
    cast = []
    for one in people:
        roles = set(one["member"]["roles"])
        may = [
            method["label"]
            for method in contract["methods"]
            if method["kind"] == "action" and roles & set(method.get("roles", []))
        ]
        if may:
            cast.append(one | {"may": may})
    return cast


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


def _check_demonstration(visit: Visit) -> None:
    if not visit.is_demonstration:
        raise NotFound("there is nothing at this path", field="path")
