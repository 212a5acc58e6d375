# SPDX-License-Identifier: Apache-2.0
"""`tally network status`: how this node stands among the others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, warn

if TYPE_CHECKING:
    from tallystick.api import NetworkRecord
    from tallystick.cli.network_view import PeerState

_SHOWN = (
    "network",
    "organization",
    "height",
    "lag",
    "catching_up",
    "peers_connected",
    "peers_missing",
    "validators_in_force",
    "is_validator",
    "may_fail",
    "engine",
    "versions",
    "keys_ending",
)


def status(*, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show height, lag, peers, validators, versions, and keys that end soon.

    Raises:
        Unavailable: the node does not answer.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url
    from tallystick.cli.network_view import ask_peers, fetch_network

    url = node_url(address.url)
    report = fetch_network(url)
    with open_net(address) as net:
        names = {one.id: getattr(one.name, stage().language) for one in net.organizations()}
    peers = ask_peers([(one.organization, one.api) for one in report.peers])
    facts = describe(report, peers, names, time.time_ns() // 1_000_000)
    _say_warnings(report, facts)
    return Sheet({"url": url, **facts}, _SHOWN)


def describe(
    report: NetworkRecord, peers: list[PeerState], names: dict[str, str], now_ms: int
) -> dict[str, Plain]:
    """Return the facts: those the node said, and what follows from them and from its peers."""
    from tallystick.cli.network_view import EXPIRY_DAYS, days_left, tolerated_failures

    def called(organization: str) -> str:
        return f"{names.get(organization, '?')} ({organization})" if organization else "?"

    highest = max((one.height for one in peers), default=report.height)
    in_force = [one for one in report.validators if one.in_force]
    ending = [
        f"{key.member}: {days} d"
        for key in report.member_keys
        if (days := days_left(key.valid_until_ms, now_ms)) < EXPIRY_DAYS
    ]
    engine = report.engine
    plain: dict[str, Plain] = msgspec.to_builtins(report)
    return {
        **plain,
        "organization": called(report.organization) if not stage().as_json else report.organization,
        "engine": plain["engine"] if stage().as_json else _engine_text(report),
        "catching_up": engine.catching_up if engine else False,
        "lag": max(0, highest - report.height),
        "peers_connected": [called(one.organization) for one in report.peers if one.connected],
        "peers_missing": [called(one.organization) for one in report.peers if not one.connected],
        "validators_in_force": [f"{called(one.organization)}: {one.power}" for one in in_force],
        "may_fail": tolerated_failures(len(in_force)),
        "versions": [
            f"tallystick {version}"
            for version in sorted({report.version, *(one.version for one in peers)})
        ],
        "keys_ending": ending,
        "peer_heights": {one.organization: one.height for one in peers},
    }


def _engine_text(report: NetworkRecord) -> str:
    engine = report.engine
    if engine is None:
        return say("network.solo")
    return (
        f"{engine.name} {engine.version or '?'} (ABCI {engine.abci}, "
        f"block {engine.block_protocol}, p2p {engine.p2p_protocol})"
    )


def _say_warnings(report: NetworkRecord, facts: dict[str, Plain]) -> None:
    from tallystick.cli.network_view import EXPIRY_DAYS

    if report.engine is None:
        note(say("network.solo_long"))
        return
    if facts["catching_up"]:
        warn(say("network.catching_up"))
    total = sum(one.power for one in report.validators if one.in_force)
    near = sum(one.power for one in report.validators if one.in_force and one.connected)
    if 3 * near <= 2 * total:
        warn(say("network.no_quorum", near=near, total=total))
    if facts["keys_ending"]:
        warn(say("network.keys_ending", days=EXPIRY_DAYS))
    if len(list(facts["versions"] or ())) > 1:  # type: ignore[arg-type]  # a list, made above
        warn(say("network.versions_differ"))
