# SPDX-License-Identifier: Apache-2.0
"""`tally log verify`: the whole log, from the data folder or as the node shows it."""

from __future__ import annotations

import time
from pathlib import Path

from tallystick.cli.answers import Answer, Line, Mark, Plain, Report, Section
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import ADDRESS, OUTPUT, PLACE, Address, Output, Place
from tallystick.cli.talk import progress
from tallystick.errors import TallystickError, Unverified

_VERIFIERS = 1


def check(
    *,
    remote: bool = False,
    trust: Path | None = None,
    place: Place = PLACE,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Check the whole log.

    Raises:
        DataFolderProblem: there is no data folder.
        Unavailable: the node does not answer (`--remote`).
    """
    started = time.monotonic()
    try:
        lines, facts = (
            _remote(address, trust) if remote else _local(existing_data_folder(place.data))
        )
    except Unverified as error:
        return _failed(error)
    facts["seconds"] = round(time.monotonic() - started, 3)
    return Report(
        (Section(Mark.OK, say("log.holds", **facts), tuple(lines)),), {"ok": True, **facts}
    )


def _local(folder: Path) -> tuple[list[Line], dict[str, Plain]]:
    from tallystick.cli.local import open_block_log
    from tallystick.cli.log_check import LogCheck
    from tallystick.crypto import VerifierPool

    log = open_block_log(folder)
    last = log.reader.committed_height()
    verifiers = VerifierPool(_VERIFIERS)
    try:
        checked = LogCheck(log.genesis_bytes, verifiers)
        with progress(say("log.checking"), last) as advance:
            for block in log.reader.blocks(1, last):
                checked.check(block)
                advance(1)
    finally:
        verifiers.close()
    names = ("chain", "entries", "signatures", "log_roots", "state_roots")
    counts = {"blocks": checked.height, "transactions": checked.transaction_count}
    lines = [Line(Mark.OK, say(f"log.{name}"), say(f"log.{name}_ok", **counts)) for name in names]
    facts: dict[str, Plain] = {"network": log.network, **counts, "log_root": checked.log_root.hex()}
    return lines, facts


def _remote(address: Address, trust: Path | None) -> tuple[list[Line], dict[str, Plain]]:
    from tallystick.cli.linking import open_net

    with open_net(address, trust=trust) as net:
        head = net.check_log()
        network = net.trust.network
    if head is None:
        facts: dict[str, Plain] = {"network": network, "blocks": 0, "transactions": 0}
        return [Line(Mark.SKIPPED, say("log.checkpoint"), say("log.empty"))], facts
    counts = {"blocks": head.height, "transactions": head.size}
    lines = [
        Line(Mark.OK, say("log.checkpoint"), say("log.checkpoint_ok", **counts)),
        Line(Mark.OK, say("log.consistency"), say("log.consistency_ok")),
    ]
    return lines, {"network": network, **counts, "log_root": head.root.hex()}


def _failed(error: TallystickError) -> Report:
    from tallystick.cli.failure import error_document

    evidence = "; ".join((error.message, *(f"{k}: {v}" for k, v in error.facts().items())))
    line = Line(Mark.FAILED, error.code, evidence, f"tally explain {error.code}")
    return Report(
        (Section(Mark.FAILED, say("log.fails"), (line,)),),
        {"ok": False, **error_document(error)},
        ExitCode.NOT_VERIFIED,
    )
