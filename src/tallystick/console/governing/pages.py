# SPDX-License-Identifier: Apache-2.0
"""Rules and proposals, one proposal with its votes, and the nodes."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json, at
from tallystick.console.list_files import PAGE as FILE_PAGE
from tallystick.console.list_files import (
    Column,
    ListFile,
    called,
    give_list,
    is_file_wanted,
    moment_of,
    of,
    paged,
)
from tallystick.console.node_rows import rows_of_nodes
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

_SEE_OTHER: Final = 303
_PAGE: Final = 50


async def show_governance(visit: Visit) -> Response:
    """Answer GET /gov: what is being voted on, and the rules in force."""
    if is_file_wanted(visit):
        return await give_list(visit, _file(visit))
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


def _file(visit: Visit) -> ListFile:
    def about(row: Json) -> str:
        return visit.names.spell_out(row["subject"], visit.language)

    return ListFile(
        name="proposals",
        title=visit.say("Proposals"),
        columns=(
            Column(visit.say("Proposal"), lambda row: visit.read(row["label"])),
            Column(visit.say("About"), about),
            Column(visit.say("By"), lambda row: called(visit, row["organization"])),
            Column(visit.say("Organisation"), of("organization")),
            Column(visit.say("Member"), of("member")),
            Column(visit.say("State"), of("state")),
            Column(visit.say("Opened"), moment_of("opened_at_ms")),
            Column(visit.say("Open until"), moment_of("expires_at_ms")),
            Column(visit.say("Proposal id"), of("id")),
        ),
        parts=paged(
            lambda cursor: visit.ledger.get(
                at("governance", "proposals"), limit=FILE_PAGE, cursor=cursor
            )
        ),
    )
