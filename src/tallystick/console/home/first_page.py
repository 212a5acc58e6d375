# SPDX-License-Identifier: Apache-2.0
"""The first page."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tallystick.console.access import Access, Page
from tallystick.console.home.role_home import home_of
from tallystick.console.ledger import at
from tallystick.console.visit import Visit


async def show_first_page(visit: Visit) -> Response:
    """Answer GET /: what this network is, and the ways on; for members what is theirs to do."""
    status = await visit.ledger.get(at("status"))
    own = [
        contract
        for contract in visit.names.systems
        if visit.person is not None
        and any(role.startswith(f"{contract['name']}.") for role in visit.person.roles)
    ]
    home = None if visit.person is None else await home_of(visit, visit.person, own)
    return visit.page("home/first.html", status=status, own=own, home=home)


PAGES: Final = (Page(path="/", name="home", access=Access.PUBLIC, handler=show_first_page),)
