# SPDX-License-Identifier: Apache-2.0
"""`tally node health`: one line for each check, for supervisors such as systemd and Compose."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from tallystick.cli.answers import Answer, Line, Mark, Plain, Report, Section
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.options import ADDRESS, OUTPUT, PLACE, Address, Output, Place

if TYPE_CHECKING:
    from pathlib import Path

    from tallystick.api import NetworkRecord

VIEWS_LAG_MAX: Final = 100
STORE_LAG_MAX: Final = 50_000
_SPACE_MIN: Final = 100 * 1024**2


def health(*, place: Place = PLACE, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Say whether the node of this machine is well; the exit code is 0 only if it is.

    Raises:
        Unavailable: the node does not answer, or its engine does not.
    """
    from tallystick.cli.locate import existing_data_folder, node_url
    from tallystick.cli.network_view import fetch_network
    from tallystick.cli.runfile import RunFile

    folder = existing_data_folder(place.data)
    record = RunFile(folder).read() if place.data is not None and not address.url else None
    url = record.url if record is not None else node_url(address.url)
    lines = check_health(fetch_network(url), folder)
    failed = sum(one.mark is Mark.FAILED for one in lines)
    verdict = say("health.ill", count=failed) if failed else say("health.well")
    section = Section(Mark.FAILED if failed else Mark.OK, verdict, tuple(lines))
    document: Plain = {
        "ok": not failed,
        "url": url,
        "checks": [
            {"name": one.code, "result": one.mark.value, "evidence": one.evidence} for one in lines
        ],
    }
    return Report((section,), document, ExitCode.FAILURE if failed else ExitCode.OK)


def check_health(report: NetworkRecord, folder: Path) -> list[Line]:
    """Return one line for each check of a node that answered."""
    lines = []
    if report.engine is not None:
        lines = [_ready(report), _peers(report)]
    else:
        lines = [_line("ready", is_ok=True, evidence=say("health.solo", height=report.height))]
    views = report.height - report.views_height
    lines.append(_line("views", is_ok=views <= VIEWS_LAG_MAX, evidence=str(max(0, views))))
    store = report.height - report.store_height
    lines.append(_line("store", is_ok=store <= STORE_LAG_MAX, evidence=str(max(0, store))))
    if folder.is_dir():
        free = shutil.disk_usage(folder).free
        evidence = f"{free / 1024**3:.1f} GiB"
        lines.append(_line("space", is_ok=free >= _SPACE_MIN, evidence=evidence))
    return lines


def _ready(report: NetworkRecord) -> Line:
    engine = report.engine
    if engine is None or engine.catching_up:
        return _line("ready", is_ok=False, evidence=say("health.catching_up"))
    # The engine stores a block a moment before the ledger executes it.
    is_level = abs(engine.height - report.height) <= 1
    evidence = say("health.heights", ledger=report.height, engine=engine.height)
    return _line("ready", is_ok=is_level, evidence=evidence)


def _peers(report: NetworkRecord) -> Line:
    """Enough others for a decision? A node that is no validator needs at least one."""
    in_force = [one for one in report.validators if one.in_force]
    total = sum(one.power for one in in_force)
    near = sum(one.power for one in in_force if one.connected)
    connected = sum(one.connected for one in report.peers)
    is_ok = 3 * near > 2 * total and (connected > 0 or len(in_force) <= 1)
    evidence = say("health.peers_near", connected=connected, near=near, total=total)
    return _line("peers", is_ok=is_ok, evidence=evidence)


def _line(name: str, *, is_ok: bool, evidence: str) -> Line:
    return Line(Mark.OK if is_ok else Mark.FAILED, say(f"health.{name}"), evidence, "", name)
