# SPDX-License-Identifier: Apache-2.0
"""Checks of a node that orders together with others: engine, keys, ports, peers, clock, history.

Each looks at one thing that stops such nodes in practice, and names the repair.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Final

from tallystick.cli.answers import Line, Mark
from tallystick.cli.catalogue import say
from tallystick.cli.doctor.machine import line
from tallystick.cli.local import open_block_log
from tallystick.cli.network_view import PEER_TIMEOUT_S, PeerState, app_hash_at, ask_peers
from tallystick.cli.ports import bind_address, holder, is_free
from tallystick.errors import EngineMissing, EngineVersion, TallystickError
from tallystick.node import (
    EngineFile,
    PeerNode,
    engine_home_state,
    engine_log_tail,
    exposed_keys,
    find_engine_program,
    missing_keys,
    read_engine_file,
)

CLOCK_WARNING_S: Final = 10
CLOCK_ERROR_S: Final = 60
"""The engine refuses blocks that are further than this ahead of its clock."""
_PEERS_AT_ONCE: Final = 16

# What the engine (v0.40) writes when it will not go on: state/errors.go, state/validation.go,
# consensus/replay.go.
_APP_AHEAD: Final = "is higher than core"
_APP_BEHIND: Final = "is too far below block store base"
_APP_HASH: Final = ("wrong Block.Header.AppHash", "state.AppHash does not match AppHash")


def check_network(folder: Path, *, is_running: bool) -> list[Line]:
    """Return the checks of a node with an `engine.json`; none for one that orders alone."""
    try:
        settings = read_engine_file(folder)
    except TallystickError as error:
        return [line("engine", Mark.FAILED, error.message, error.hint or "")]
    if settings is None:
        return []
    peers = ask_peers([(one.organization, one.api) for one in settings.peers])
    tail = "" if is_running else engine_log_tail(folder)
    return [
        check_engine_program(),
        check_keys(folder),
        check_signer(folder, settings),
        check_p2p_port(settings, is_running=is_running),
        check_peers(settings.peers),
        check_peer_clocks(peers),
        check_heights(folder, settings, tail),
        check_app_hash(folder, peers, tail),
    ]


def check_engine_program() -> Line:
    """Is there an engine, and is it one that we work with?"""
    try:
        found = find_engine_program()
    except EngineVersion as error:
        evidence = f"{error.message}: {error.found or '?'}"
        return line("engine", Mark.FAILED, evidence, error.hint or "")
    except EngineMissing as error:
        return line("engine", Mark.FAILED, error.message, error.hint or "")
    return line("engine", Mark.OK, f"CometBFT {found.version} ({found.path})")


def check_keys(folder: Path) -> Line:
    """Are the node's keys there, and for its user only?"""
    missing = missing_keys(folder)
    if missing:
        evidence = say("doctor.keys_missing", names=_names(missing))
        return line("keys", Mark.FAILED, evidence, say("doctor.keys_missing_advice"))
    exposed = exposed_keys(folder)
    if exposed:
        evidence = say("doctor.keys_exposed", names=_names(exposed))
        advice = say("doctor.keys_exposed_advice", paths=" ".join(map(str, exposed)))
        return line("keys", Mark.FAILED, evidence, advice)
    return line("keys", Mark.OK, say("doctor.keys_ok"))


def check_signer(folder: Path, settings: EngineFile) -> Line:
    """Does the validator know what it signed last?"""
    if settings.signer_address:
        return line("signer", Mark.OK, say("doctor.signer_remote", address=settings.signer_address))
    signed = engine_home_state(folder).signed_height
    if signed is None:
        advice = say("doctor.signer_advice")
        return line("signer", Mark.FAILED, say("doctor.signer_lost"), advice)
    return line("signer", Mark.OK, say("doctor.signer_ok", height=signed))


def check_p2p_port(settings: EngineFile, *, is_running: bool) -> Line:
    """Can the engine listen for the other organisations' nodes?"""
    port = settings.p2p_port
    if is_running:
        return line("p2p_port", Mark.OK, say("doctor.port_ours", port=port))
    if not is_free(bind_address(settings.p2p_host), port):
        who = holder(port)
        taken = "node.port_taken_by" if who else "node.port_taken"
        evidence = say(taken, port=port, who=who)
        return line("p2p_port", Mark.FAILED, evidence, say("doctor.p2p_port_advice"))
    return line("p2p_port", Mark.OK, say("doctor.port_free", port=port))


def check_peers(peers: Sequence[PeerNode]) -> Line:
    """Can this machine reach the other organisations' nodes?"""
    if not peers:
        return line("peers", Mark.WARNING, say("doctor.peers_none"), say("doctor.peers_advice"))
    with ThreadPoolExecutor(min(len(peers), _PEERS_AT_ONCE), "tally-doctor") as threads:
        reached = list(threads.map(_is_reachable, peers))
    silent = [
        f"{one.address} ({one.organization})"
        for one, is_there in zip(peers, reached, strict=True)
        if not is_there
    ]
    if not silent:
        return line("peers", Mark.OK, say("doctor.peers_ok", count=len(peers)))
    evidence = say("doctor.peers_silent", names=", ".join(silent))
    # With fewer than two thirds nothing is decided; one missing is what the network is made for.
    is_short = 3 * (sum(reached) + 1) <= 2 * (len(peers) + 1)
    mark = Mark.FAILED if is_short else Mark.WARNING
    return line("peers", mark, evidence, say("doctor.peers_advice"))


def check_peer_clocks(peers: Sequence[PeerState]) -> Line:
    """Does this machine's clock agree with the others'?"""
    ahead = [one.clock_ahead_s for one in peers if one.clock_ahead_s is not None]
    if not ahead:
        return line("peer_clock", Mark.SKIPPED, say("doctor.peer_clock_none"))
    off = round(median(ahead))
    if abs(off) < CLOCK_WARNING_S:
        return line("peer_clock", Mark.OK, say("doctor.peer_clock_ok", count=len(ahead)))
    key = "doctor.peer_clock_slow" if off > 0 else "doctor.peer_clock_fast"
    evidence = say(key, seconds=abs(off), count=len(ahead))
    mark = Mark.FAILED if abs(off) >= CLOCK_ERROR_S else Mark.WARNING
    return line("peer_clock", mark, evidence, say("doctor.clock_advice"))


def check_heights(folder: Path, settings: EngineFile, tail: str) -> Line:
    """Do ledger and engine know the same blocks?"""
    state = engine_home_state(folder)
    height = _own_head(folder)[0]
    if height >= settings.initial_height and not state.has_blocks:
        evidence = say("doctor.engine_wiped", height=height)
        return line("heights", Mark.FAILED, evidence, say("doctor.engine_wiped_advice"))
    if _APP_AHEAD in tail:
        evidence = say("doctor.engine_behind", height=height)
        return line("heights", Mark.FAILED, evidence, say("doctor.engine_wiped_advice"))
    if _APP_BEHIND in tail:
        evidence = say("doctor.ledger_far_behind", height=height)
        return line("heights", Mark.FAILED, evidence, say("doctor.ledger_far_behind_advice"))
    signed = state.signed_height or 0
    if signed > height + 1:
        evidence = say("doctor.ledger_behind", height=height, signed=signed)
        return line("heights", Mark.WARNING, evidence, say("doctor.ledger_behind_advice"))
    return line("heights", Mark.OK, say("doctor.heights_ok", height=height))


def check_app_hash(folder: Path, peers: Sequence[PeerState], tail: str) -> Line:
    """Did this node get the same result from the same blocks as the others?"""
    if any(text in tail for text in _APP_HASH):
        evidence = say("doctor.app_hash_refused")
        return line("same_result", Mark.FAILED, evidence, say("doctor.app_hash_advice"))
    height, own = _own_head(folder)
    compared = differing = 0
    at = 0
    for peer in peers:
        common = min(height, peer.height)
        mine = own if common == height else _app_hash_of(folder, common)
        theirs = app_hash_at(peer.api, common) if common > 0 else None
        if theirs is None or mine is None:
            continue
        compared, at = compared + 1, max(at, common)
        differing += theirs != mine
    if not compared:
        return line("same_result", Mark.SKIPPED, say("doctor.app_hash_none"))
    if differing:
        evidence = say("doctor.app_hash_differs", count=differing, total=compared, height=at)
        return line("same_result", Mark.FAILED, evidence, say("doctor.app_hash_advice"))
    evidence = say("doctor.app_hash_ok", count=compared, height=at)
    return line("same_result", Mark.OK, evidence)


def _is_reachable(peer: PeerNode) -> bool:
    host, _, port = peer.address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PEER_TIMEOUT_S).close()
    except (OSError, ValueError):
        return False
    return True


def _own_head(folder: Path) -> tuple[int, str | None]:
    """Return height and app hash of the newest block in the log."""
    try:
        height = open_block_log(folder).reader.committed_height()
    except TallystickError:
        return 0, None
    return height, _app_hash_of(folder, height)


def _app_hash_of(folder: Path, height: int) -> str | None:
    if height < 1:
        return None
    try:
        for block in open_block_log(folder).reader.blocks(height, height):
            return block.header.app_hash.hex()
    except TallystickError:
        pass
    return None


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths)
