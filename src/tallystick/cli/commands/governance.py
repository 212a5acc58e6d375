# SPDX-License-Identifier: Apache-2.0
"""`tally governance`: what is proposed, votes on it, and by which rules the network lives."""

from __future__ import annotations

from typing import Literal

from tallystick.cli.answers import Answer, Listing, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, SIGNING, Address, Output, Page, Signing
from tallystick.cli.stage import stage
from tallystick.errors import UsageError

_COLUMNS = (
    "id",
    "label",
    "subject",
    "state",
    "approvals",
    "rejections",
    "electorate",
    "expires_at",
)
_SHOWN = (
    "height",
    "electorate",
    "threshold",
    "qualified_threshold",
    "participation",
    "proposal_lifetime",
    "transaction_lifetime_ms_max",
    "block_transactions_max",
    "validators",
    "contract_versions",
    "nodes",
    "log_keys",
    "open_proposals",
)


def list_(
    *,
    open: bool = False,  # noqa: A002  # the option's name
    state: Literal["open", "executed", "rejected", "expired", "withdrawn"] | None = None,
    page: Page = PAGE,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """List proposals, newest first."""
    from tallystick.cli.governing import proposal_row, short
    from tallystick.cli.linking import listing, open_net

    if open and state is not None:
        raise UsageError(say("usage.not_both", one="--open", other="--state"), field="--state")
    with open_net(address) as net:
        found = list(net.governance.proposals("open" if open else state))
    listed = listing(found, page, _COLUMNS)
    rows = tuple(proposal_row(one) for one in found[: len(listed.rows)])
    if stage().answer_is_terminal and not stage().as_json:
        rows = tuple({**row, "id": short(str(row["id"]))} for row in rows)
    return Listing(rows, _COLUMNS)


def show(proposal: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show a proposal: votes, what is missing, what it changes.

    Raises:
        NotFound: there is no such proposal, or the beginning of an id fits several.
    """
    from tallystick.cli.governing import SHOWN, proposal_row
    from tallystick.cli.linking import open_net
    from tallystick.cli.proposal_ids import full_id

    with open_net(address) as net:
        row = proposal_row(net.governance.proposal(full_id(net, proposal)))
    return Sheet(row, tuple(name for name in SHOWN if row.get(name) not in (None, [], "")))


def status(*, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show rules, validators, parameters, contracts, nodes and log keys."""
    from tallystick.cli.governance_sheet import governance_row
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        row = governance_row(net.governance.overview())
    return Sheet(row, tuple(name for name in _SHOWN if row.get(name) not in (None, [])))


def vote(
    proposal: str,
    /,
    *,
    approve: bool = False,
    reject: bool = False,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Cast the organisation's one vote.

    Raises:
        UsageError: neither or both of --approve and --reject.
        Refused: the organisation has voted, may not vote on this, or it is closed.
    """
    from tallystick.cli.governing import said, signing_net, warn_of_contract
    from tallystick.cli.proposal_ids import full_id

    if approve == reject:
        key = "usage.not_both" if approve else "governance.how"
        raise UsageError(say(key, one="--approve", other="--reject"), field="--approve")
    with signing_net(address, signing) as net:
        wanted = full_id(net, proposal)
        if approve:
            warn_of_contract(net, net.governance.proposal(wanted))
        done = net.governance.vote(wanted, approve=approve)
        return said(done, net.governance.proposal(wanted))


def withdraw(
    proposal: str,
    /,
    *,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Take back a proposal of the own organisation."""
    from tallystick.cli.governing import said, signing_net
    from tallystick.cli.proposal_ids import full_id

    with signing_net(address, signing) as net:
        wanted = full_id(net, proposal)
        done = net.governance.withdraw(wanted)
        return said(done, net.governance.proposal(wanted))


def execute(
    proposal: str,
    /,
    *,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Try again what passed and could not be executed then."""
    from tallystick.cli.governing import said, signing_net
    from tallystick.cli.proposal_ids import full_id

    with signing_net(address, signing) as net:
        wanted = full_id(net, proposal)
        done = net.governance.execute(wanted)
        return said(done, net.governance.proposal(wanted))
