# SPDX-License-Identifier: Apache-2.0
"""The pages of governing."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.governing.key_pages import show_keys
from tallystick.console.governing.member_pages import show_members, take_member_change
from tallystick.console.governing.pages import (
    show_governance,
    show_nodes,
    show_proposal,
    take_vote,
)
from tallystick.console.governing.proposal_pages import (
    show_proposing,
    take_proposal,
    take_step,
)

_PROPOSAL: Final = "/gov/{id}"
_IN: Final = Access.SIGNED_IN

PAGES: Final = (
    Page(path="/gov", name="governance", access=Access.PUBLIC, handler=show_governance),
    Page(path="/gov/keys", name="keys", access=Access.PUBLIC, handler=show_keys),
    Page(path="/gov/propose", name="propose", access=_IN, handler=show_proposing),
    Page(
        path="/gov/propose", name="take_proposal", access=_IN, handler=take_proposal, method="POST"
    ),
    Page(path="/gov/members", name="members", access=_IN, handler=show_members),
    Page(
        path="/gov/members",
        name="take_member_change",
        access=_IN,
        handler=take_member_change,
        method="POST",
    ),
    Page(path=f"{_PROPOSAL}/step", name="step", access=_IN, handler=take_step, method="POST"),
    Page(path=_PROPOSAL, name="proposal", access=Access.PUBLIC, handler=show_proposal),
    Page(path=_PROPOSAL, name="vote", access=Access.SIGNED_IN, handler=take_vote, method="POST"),
    Page(path="/nodes", name="nodes", access=Access.PUBLIC, handler=show_nodes),
)
