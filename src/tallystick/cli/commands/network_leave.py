# SPDX-License-Identifier: Apache-2.0
"""`tally network leave`: ends the organisation's membership, after saying what that means."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.talk import note, step, waiting, warn
from tallystick.errors import NotFinal, UsageError

if TYPE_CHECKING:
    from tallystick.api import NetworkRecord

_PAUSE_S: Final = 0.2


def leave(
    *,
    yes: bool = False,
    timeout: float = 60.0,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Take the organisation out of the network for good, and say when its node may be stopped.

    Raises:
        Refused: the ledger's rules say no.
        UsageError: nobody confirmed.
        NotFinal: its validator is still in force after the time.
        Unavailable: the node does not answer.
    """
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url
    from tallystick.cli.network_view import fetch_network
    from tallystick.cli.times import check_seconds

    url, seconds = node_url(address.url), check_seconds(timeout)
    identity = open_key(choose_key(signing.as_, url), signing.passphrase_file)
    before = fetch_network(url)
    _say_consequences(before, identity.organization)
    _confirm(identity.organization, yes=yes)
    with open_net(address, identity=identity) as net:
        done = net.call("governance", "leave")
    step(say("network.left", organization=identity.organization, height=done.transaction.height))
    with waiting(say("network.leaving")):
        after = _until_gone(url, identity.organization, seconds)
    step(say("network.left_validators", count=sum(one.in_force for one in after.validators)))
    note("  " + say("network.leave_next"))
    return Sheet(
        {
            "organization": identity.organization,
            "transaction": done.transaction.id,
            "height": done.transaction.height,
            "validators": sum(one.in_force for one in after.validators),
            "may_stop": True,
        }
    )


def _say_consequences(report: NetworkRecord, organization: str) -> None:
    from tallystick.cli.network_view import tolerated_failures

    in_force = [one for one in report.validators if one.in_force]
    rest = [one for one in in_force if one.organization != organization]
    warn(say("network.leave_final", organization=organization))
    note("  " + say("network.leave_keys"))
    note("  " + say("network.leave_data"))
    if len(rest) < len(in_force):
        note(
            "  "
            + say(
                "network.leave_rest",
                before=len(in_force),
                after=len(rest),
                fail=tolerated_failures(len(rest)),
            )
        )


def _confirm(organization: str, *, yes: bool) -> None:
    from tallystick.cli.asking import ask

    if yes:
        return
    if ask(say("network.leave_ask", organization=organization), "--yes") != organization:
        raise UsageError(say("network.leave_not"), field="--yes")


def _until_gone(url: str, organization: str, seconds: float) -> NetworkRecord:
    """Return the report once the organisation's validator decides no more."""
    from tallystick.cli.network_view import fetch_network

    deadline = time.monotonic() + seconds
    while True:
        found = fetch_network(url)
        if not any(one.in_force for one in found.validators if one.organization == organization):
            return found
        if time.monotonic() > deadline:
            raise NotFinal(
                say("network.still_validator", seconds=round(seconds)),
                field="--timeout",
                hint=say("network.still_validator_hint"),
            )
        time.sleep(_PAUSE_S)
