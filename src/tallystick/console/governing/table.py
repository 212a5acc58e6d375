# SPDX-License-Identifier: Apache-2.0
"""The pages of governing."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.governing.pages import (
    show_governance,
    show_keys,
    show_nodes,
    show_proposal,
    take_vote,
)

_PROPOSAL: Final = "/gov/{id}"

PAGES: Final = (
    Page(path="/gov", name="governance", access=Access.PUBLIC, handler=show_governance),
    Page(path="/gov/keys", name="keys", access=Access.PUBLIC, handler=show_keys),
    Page(path=_PROPOSAL, name="proposal", access=Access.PUBLIC, handler=show_proposal),
    Page(path=_PROPOSAL, name="vote", access=Access.SIGNED_IN, handler=take_vote, method="POST"),
    Page(path="/nodes", name="nodes", access=Access.PUBLIC, handler=show_nodes),
)
