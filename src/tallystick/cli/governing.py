# SPDX-License-Identifier: Apache-2.0
"""What the governance commands share: who signs, what became of it, how a proposal is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tallystick.cli.answers import Answer, Plain, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.identities import choose_key, open_key
from tallystick.cli.linking import open_net
from tallystick.cli.locate import node_url
from tallystick.cli.options import Address, Signing
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, waiting, warn
from tallystick.cli.times import format_time
from tallystick.client import Committed, Net, ProposalRecord, Proposed

if TYPE_CHECKING:
    from tallystick.model import Action

_SHORT: Final = 16
SHOWN: Final = (
    "id",
    "state",
    "label",
    "subject",
    "organization",
    "member",
    "opened_at",
    "expires_at",
    "closed_at",
    "approvals",
    "rejections",
    "electorate",
    "missing",
    "votes",
    "not_voted",
    "changes",
    "failure",
)


@contextmanager
def signing_net(address: Address, signing: Signing) -> Iterator[Net]:
    """Connect with the user's key.

    Raises:
        UsageError: no key, or several.
        Unavailable: nobody answers there.
    """
    identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
    with open_net(address, identity=identity) as net:
        yield net


def carry_out(
    address: Address, signing: Signing, work: Callable[[Net], Committed], **facts: Plain
) -> Answer:
    """Sign and send one call, and say where it stands on the ledger."""
    with signing_net(address, signing) as net, waiting(say("governance.submitting")):
        done = work(net)
    return Sheet({**facts, **place_of(done)})


def propose(
    address: Address, signing: Signing, make: Callable[[Net], Action], until: str | None
) -> Answer:
    """Propose an action and say what it would change."""
    from tallystick.cli.times import parse_time

    expires_at = None if until is None else parse_time(until, "--until")
    with signing_net(address, signing) as net:
        action = make(net)
        with waiting(say("governance.submitting")):
            done = net.governance.propose(action, expires_at=expires_at)
        proposal = net.governance.proposal(done.id)
    return said(done, proposal)


def said(done: Proposed | Committed, proposal: ProposalRecord) -> Answer:
    """Return a proposal after a call on it, with the next step."""
    if proposal.state == "open":
        key = "governance.passed_waits" if proposal.failure else "governance.needs"
        missing = None if proposal.tally is None else proposal.tally.approvals_missing
        note(say(key, missing="?" if missing is None else missing))
        note(f"→ tally governance vote {proposal.id} --approve")
    row = {**proposal_row(proposal), **place_of(done)}
    shown = (*SHOWN, "transaction_id", "block")
    return Sheet(row, tuple(name for name in shown if row.get(name) not in (None, [], "")))


def warn_of_contract(net: Net, proposal: ProposalRecord) -> None:
    """Warn who votes for a contract that the node which is asked has not installed."""
    if proposal.type != "activate_contract":
        return
    asked = proposal.action
    name, version, height = str(asked["name"]), int(asked["version"]), int(asked["height"])
    found = net.governance.contracts().find(name, version)
    if found is None or asked.get("digest") not in (None, found.digest):
        warn(say("governance.not_here", name=name, version=version, height=height))


def place_of(done: Committed) -> dict[str, Plain]:
    """Return where a call stands on the ledger, and what it announced."""
    return {
        "transaction_id": done.transaction.id,
        "block": done.transaction.height,
        "events": [event.name for event in done.events],
    }


def proposal_row(proposal: ProposalRecord) -> Row:
    """Return a proposal for JSON and for people."""
    from tallystick.cli.plain import plain_row

    row = dict(plain_row(proposal.to_dict()))
    for name in ("opened_at", "expires_at", "closed_at"):
        value = row.get(f"{name}_ms")
        row[name] = format_time(value) if isinstance(value, int) else None
    if stage().as_json or proposal.tally is None:
        return row
    return {**row, **_for_people(proposal)}


def _for_people(proposal: ProposalRecord) -> dict[str, Plain]:
    tally = proposal.tally
    missing: str | None = None
    if tally is not None and proposal.state == "open":
        more = tally.approvals_missing
        missing = (
            say("governance.cannot_pass")
            if more is None
            else say("governance.missing", missing=more)
        )
    failure = proposal.failure
    return {
        "missing": missing,
        "votes": [
            say(
                "governance.approved" if vote.approve else "governance.rejected",
                organization=vote.organization,
                member=vote.member,
            )
            for vote in proposal.votes
        ],
        "not_voted": list(tally.not_voted) if tally else [],
        "changes": [
            f"{one.what}: {_or_dash(one.before)} → {_or_dash(one.after)}"
            for one in proposal.changes
        ],
        "failure": None if failure is None else f"{failure.code} {failure.facts}",
    }


def _or_dash(value: object) -> str:
    return "—" if value is None else str(value)


def short(text: str) -> str:
    """Return the beginning of an id, for a table."""
    return f"{text[:_SHORT]}…" if len(text) > _SHORT else text
