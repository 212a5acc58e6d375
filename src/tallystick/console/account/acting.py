# SPDX-License-Identifier: Apache-2.0
"""In a demonstration anybody acts as anybody: the cast by organisation, and a change of part."""

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
    """Answer GET /act-as: everybody one may be, by organisation."""
    _check_demonstration(visit)
    cast: list[Json] = []
    for code in visit.names.organizations:
        organization = await visit.ledger.get(at("organizations", code))
        people = [
            one
            for one in organization["members"]
            if find_account(visit.records, code, one["id"]) is not None
        ]
        if people:
            cast.append({"organization": organization, "people": people})
    return visit.page(
        "account/cast.html", cast=cast, back=safe_return(visit.query.get("back", "/"))
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
