# SPDX-License-Identifier: Apache-2.0
"""Routes that read how the network is governed."""

from __future__ import annotations

from typing import Final

from tallystick.api.governance import list_proposals, show_governance, show_proposal
from tallystick.api.governance_records import GovernanceRecord, ProposalPage, ProposalRecord
from tallystick.api.language import Bilingual
from tallystick.api.parameters import CURSOR, LIMIT, Kind, Parameter, path_hash
from tallystick.api.table import Policy, Reply, Route
from tallystick.errors import NotFound
from tallystick.model import EXECUTED, EXPIRED, OPEN, REJECTED, WITHDRAWN

ROUTES: Final = (
    Route(
        method="GET",
        path="/v1/governance",
        name="show_governance",
        tag="governance",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Rules, validators, parameters, nodes, keys", zh="治理现状"),
        description="As of the newest durable block, which the answer names. A change of "
        "validators is in force two blocks after the block that made it.",
        replies=(Reply(200, "How the network is governed.", GovernanceRecord),),
        reader=show_governance,
    ),
    Route(
        method="GET",
        path="/v1/governance/proposals",
        name="list_proposals",
        tag="governance",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Proposals, newest first", zh="提案列表（由新到旧）"),
        parameters=(
            Parameter(
                name="state",
                kind=Kind.CHOICE,
                choices=(OPEN, EXECUTED, REJECTED, EXPIRED, WITHDRAWN),
                description="Only in this state.",
                example=OPEN,
            ),
            CURSOR,
            LIMIT,
        ),
        replies=(Reply(200, "A page.", ProposalPage),),
        reader=list_proposals,
    ),
    Route(
        method="GET",
        path="/v1/governance/proposals/{id}",
        name="show_proposal",
        tag="governance",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="One proposal: votes, and what it changes", zh="提案、表决与影响"),
        parameters=(
            path_hash("id", "Id of the proposal: that of the transaction that proposed it."),
        ),
        replies=(Reply(200, "The proposal.", ProposalRecord),),
        errors=(NotFound,),
        reader=show_proposal,
    ),
)
