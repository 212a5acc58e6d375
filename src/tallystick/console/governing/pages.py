# SPDX-License-Identifier: Apache-2.0
"""Rules and proposals, one proposal with its votes, keys that expire, and the nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import at
from tallystick.console.node_rows import rows_of_nodes
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments
from tallystick.units import DAY_MS

_SEE_OTHER: Final = 303
_PAGE: Final = 50
REMIND_DAYS: Final = (30, 7, 1)
"""A key that ends within so many days is marked."""


async def show_governance(visit: Visit) -> Response:
    """Answer GET /gov: what is being voted on, and the rules in force."""
    governance = await visit.ledger.get(at("governance"))
    proposals = await visit.ledger.get(
        at("governance", "proposals"), limit=_PAGE, cursor=visit.query.get("cursor")
    )
    return visit.page("governing/governance.html", governance=governance, proposals=proposals)


async def show_proposal(visit: Visit) -> Response:
    """Answer GET /gov/{id}: who voted how, who is missing, what changes if it passes."""
    proposal = await visit.ledger.get(at("governance", "proposals", visit.part("id")))
    return visit.page("governing/proposal.html", proposal=proposal)


async def take_vote(visit: Visit) -> Response:
    """Answer POST /gov/{id}: lead a vote to its preview.

    Raises:
        InvalidArguments: it is neither yes nor no.
    """
    form = await visit.form()
    ballot = str(form.get("ballot", ""))
    if ballot not in {"yes", "no"}:
        raise InvalidArguments("vote yes or no", field="ballot", expected="yes, no", found=ballot)
    name = visit.part("id")
    args = {"proposal": name, "approve": ballot == "yes"}
    address = await propose(visit, "governance", "vote", args, back=f"/gov/{name}")
    return RedirectResponse(address, _SEE_OTHER)


async def show_keys(visit: Visit) -> Response:
    """Answer GET /gov/keys: every key in force, those that end first on top."""
    return visit.page(
        "governing/keys.html", keys=await keys_in_force(visit, visit.names.organizations)
    )


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
        left = key["valid_until_ms"] - visit.now_ms
        key["ends_within"] = next(
            (days for days in reversed(REMIND_DAYS) if left <= days * DAY_MS), None
        )
        key["is_over"] = left <= 0
    return sorted(keys, key=lambda key: int(key["valid_until_ms"]))


async def show_nodes(visit: Visit) -> Response:
    """Answer GET /nodes: how this node and its neighbours stand."""
    network = await visit.ledger.get(at("network"))
    status = await visit.ledger.get(at("status"))
    governance = await visit.ledger.get(at("governance"))
    return visit.page(
        "governing/nodes.html",
        network=network,
        status=status,
        nodes=governance["nodes"],
        rows=rows_of_nodes(network, status),
    )
