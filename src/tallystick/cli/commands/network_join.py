# SPDX-License-Identifier: Apache-2.0
"""`tally network join` and `invite`: from an invite to a data folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, PLACE, Address, Output, Place
from tallystick.cli.talk import note, step
from tallystick.errors import TallystickError, UsageError, WrongNetwork

if TYPE_CHECKING:
    from tallystick.api import NetworkRecord
    from tallystick.node import EngineFile, Invite, PeerNode, StateSyncStart

_ASKED_DIGITS: Final = 8
_RELAY: Final = "/v1/engine"
_SERVERS_MIN: Final = 2


def join(
    invite: Path,
    /,
    *,
    accept: str | None = None,
    listen: str | None = None,
    ledger: Path | None = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Make the folder with this organisation's keys into the data folder of a node of the network.

    Raises:
        Malformed: not an invite, or it has other things of this organisation than its entry.
        WrongNetwork: its genesis hash is not the one that was accepted.
        Unverified: its certificates do not follow from the genesis document.
        DataFolderProblem: there are no keys, or the folder has a network already.
    """
    from tallystick.cli.commands.network_found import say_hash
    from tallystick.cli.local import keep_trust_file, read_small
    from tallystick.cli.locate import data_folder
    from tallystick.client import Trust
    from tallystick.node import (
        INVITE_BYTES_MAX,
        check_own_part,
        is_founder,
        join_network,
        node_id_of,
        own_entry,
        parse_invite,
        place_ledger,
    )

    folder = data_folder(place.data)
    found = parse_invite(read_small(invite, INVITE_BYTES_MAX))
    trust = Trust.of_genesis(found.genesis_bytes, found.certificates)
    content = own_entry(folder)
    founder = found.begins_the_network and is_founder(trust.genesis, content)
    if (ledger is None) is not found.begins_the_network and not found.state_sync:
        raise UsageError(say("network.ledger_goes_with_switch"), field="--ledger")
    if founder:
        check_own_part(trust.genesis, content)
        step(say("network.own_keys", organization=content.organization))
    say_hash(found.network, found.genesis_hash)
    _accept(found, accept)
    settings = join_network(folder, found, listen=listen)
    if ledger is not None:
        height = place_ledger(folder, ledger)
        step(say("network.ledger_placed", height=height))
    keep_trust_file(folder)
    step(say("network.joined", path=folder, network=found.network))
    if not founder:
        note("  " + say("network.newcomer", organization=content.organization))
    note("  " + say("network.join_next", path=folder))
    return Sheet(
        {
            "network": found.network,
            "genesis_hash": found.genesis_hash,
            "organization": content.organization,
            "is_founder": founder,
            "node_id": node_id_of(bytes.fromhex(content.node_key)),
            "listens": f"{settings.p2p_host}:{settings.p2p_port}",
            "peers": len(settings.peers),
            "data": str(folder),
        }
    )


def _accept(invite: Invite, given: str | None) -> None:
    """Have a person say, or an option, that this is the network that is meant."""
    from tallystick.cli.asking import ask

    wanted = invite.genesis_hash
    if given is None:
        answer = ask(say("network.ask_hash", count=_ASKED_DIGITS), "--accept")
        is_same = len(answer) >= _ASKED_DIGITS and wanted.startswith(
            answer.replace(" ", "").lower()
        )
    else:
        answer = given.replace(" ", "").lower()
        is_same = answer == wanted
    if not is_same:
        raise WrongNetwork(
            say("network.other_hash"),
            field="--accept",
            expected=wanted,
            found=answer[:80],
            hint=say("network.other_hash_hint"),
        )


def invite(
    *,
    out: Path | None = None,
    state_sync: bool = False,
    place: Place = PLACE,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Write an invite to the running network, for an organisation that was voted in.

    Raises:
        UsageError: the file exists, or too few nodes can serve a state.
        DataFolderProblem: this machine's node orders alone.
        Unavailable: the node does not answer.
    """
    from tallystick.cli.commands.network_found import say_hash
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import existing_data_folder, node_url
    from tallystick.cli.network_view import fetch_network
    from tallystick.client import write_file

    folder = existing_data_folder(place.data)
    settings = _settings(folder)
    with open_net(address) as net:
        trust = net.trust
    report = fetch_network(node_url(address.url))
    if report.network != trust.network:
        raise WrongNetwork(say("network.other_node"), expected=trust.network, found=report.network)
    made = _invite(folder, settings, report, trust.genesis_bytes, trust.certificates)
    if state_sync:
        import msgspec

        made = msgspec.structs.replace(made, state_sync=_start(report, made.peers))
    target = out or Path(f"{trust.genesis.name}.invite.json")
    if target.exists():
        raise UsageError(say("usage.exists", path=target), field="--out")
    write_file(target, made.to_json())
    step(say("network.invited", path=target))
    say_hash(made.network, made.genesis_hash)
    return Sheet(
        {
            "network": made.network,
            "genesis_hash": made.genesis_hash,
            "peers": len(made.peers),
            "certificates": len(made.validators),
            "state_sync_height": made.state_sync.height if made.state_sync else None,
            "invite": str(target),
        }
    )


def _settings(folder: Path) -> EngineFile:
    from tallystick.errors import DataFolderProblem
    from tallystick.node import read_engine_file

    settings = read_engine_file(folder)
    if settings is None:
        raise DataFolderProblem(say("network.alone", path=folder), field="--data")
    return settings


def _invite(
    folder: Path,
    settings: EngineFile,
    report: NetworkRecord,
    genesis_bytes: bytes,
    certificates: tuple[bytes, ...],
) -> Invite:
    from tallystick.encoding import format_base64
    from tallystick.node import EngineStartFacts, Invite, InviteValidator, read_engine_chain

    chain = read_engine_chain(folder)
    profile: Literal["machine", "wan"] = settings.profile
    return Invite(
        network=report.network,
        genesis=format_base64(genesis_bytes),
        engine=EngineStartFacts(
            initial_height=chain.initial_height,
            time_ms=chain.time_ms,
            validators=tuple(
                InviteValidator(organization=name, public_key=key.hex(), power=power)
                for name, key, power in chain.validators
            ),
        ),
        profile=profile,
        peers=(*_own_peer(folder, settings, report), *settings.peers),
        validators=tuple(format_base64(one) for one in certificates),
    )


def _own_peer(folder: Path, settings: EngineFile, report: NetworkRecord) -> tuple[PeerNode, ...]:
    from tallystick.node import PeerNode, own_entry

    if report.engine is None:
        return ()
    try:
        content = own_entry(folder)
        address, api = content.p2p, content.api
    except TallystickError:  # the node was moved here by another way than the ceremony
        address = settings.p2p_external_address or f"{settings.p2p_host}:{settings.p2p_port}"
        api = ""
    own = PeerNode(
        node_id=report.engine.node_id, address=address, organization=report.organization, api=api
    )
    return (own,)


def _start(report: NetworkRecord, peers: tuple[PeerNode, ...]) -> StateSyncStart:
    from tallystick.node import StateSyncStart

    header = report.engine.header if report.engine else None
    servers = tuple(f"{one.api}{_RELAY}" for one in peers if one.api)
    if header is None or len(servers) < _SERVERS_MIN:
        raise UsageError(
            say("network.no_state_sync"),
            field="--state-sync",
            expected=say("network.no_state_sync_expected"),
            found=str(len(servers)),
        )
    return StateSyncStart(height=header.height, header_hash=header.hash, servers=servers)
