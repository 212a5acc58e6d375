# SPDX-License-Identifier: Apache-2.0
"""`tally network status`: how this node stands among the others."""

from __future__ import annotations

import time
from collections.abc import Iterable
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
    from tallystick.client import Net

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
    "certificates_ending",
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
        certificates = _certificates(net, report.organization)
    peers = ask_peers([(one.organization, one.api) for one in report.peers])
    now_ms = time.time_ns() // 1_000_000
    facts = describe(report, peers, names, now_ms)
    facts["certificates_ending"] = ending(certificates, now_ms)
    _say_warnings(report, facts)
    return Sheet({"url": url, **facts}, _SHOWN)


def describe(
    report: NetworkRecord, peers: list[PeerState], names: dict[str, str], now_ms: int
) -> dict[str, Plain]:
    """Return the facts: those the node said, and what follows from them and from its peers."""
    from tallystick.cli.network_view import tolerated_failures

    def called(organization: str) -> str:
        return f"{names.get(organization, '?')} ({organization})" if organization else "?"

    highest = max((one.height for one in peers), default=report.height)
    in_force = [one for one in report.validators if one.in_force]
    keys = [(key.member, key.valid_until_ms) for key in report.member_keys]
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
        "keys_ending": ending(keys, now_ms),
        "peer_heights": {one.organization: one.height for one in peers},
    }


def ending(ends: Iterable[tuple[str, int]], now_ms: int) -> list[str]:
    """Return the names of what ends within thirty days, with the days that are left."""
    from tallystick.cli.network_view import EXPIRY_DAYS, days_left

    left = ((name, days_left(end, now_ms)) for name, end in ends)
    return [f"{name}: {days} d" for name, days in left if days < EXPIRY_DAYS]


def _certificates(net: Net, organization: str) -> list[tuple[str, int]]:
    """Return the authorities by which the own organisation enrols, with their ends."""
    if not organization:
        return []
    return [
        (one.subject, one.valid_until_ms)
        for one in net.organization(organization).authorities
        if one.revoked_at_ms is None
    ]


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

    if facts["certificates_ending"]:
        warn(say("network.certificates_ending", days=EXPIRY_DAYS))
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
