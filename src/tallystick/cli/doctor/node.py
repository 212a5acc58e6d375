# SPDX-License-Identifier: Apache-2.0
"""Checks of the node and of what it stored."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from tallystick.cli.answers import Line, Mark
from tallystick.cli.catalogue import say
from tallystick.cli.doctor.machine import line
from tallystick.cli.stage import stage
from tallystick.client import Status, connect
from tallystick.errors import TallystickError
from tallystick.storage import Finding, Severity, check_storage

_LAG_MAX: Final = 100
_STATE: Final = "state"
"""Place of the note that a running node's state was left out: nothing to worry about."""
_MARKS: Final = {
    Severity.NOTE: Mark.WARNING,
    Severity.REBUILD: Mark.FAILED,
    Severity.DAMAGE: Mark.FAILED,
}


def ask_node(url: str) -> tuple[Status | None, Line]:
    """Does a node answer there?"""
    started = time.monotonic()
    try:
        with connect(url) as net:
            found = net.status()
    except TallystickError as error:
        evidence = f"{say('doctor.node_none', url=url)} ({error.message})"
        return None, line("node", Mark.WARNING, evidence, say("doctor.node_advice"))
    took = round((time.monotonic() - started) * 1000)
    evidence = say("doctor.node_ok", url=url, height=found.height, ms=took)
    return found, line("node", Mark.OK, evidence)


def check_views(status: Status) -> Line:
    """Do lists and searches keep up?"""
    behind = status.height - status.views_height
    if behind > _LAG_MAX:
        evidence = say("doctor.views_lag", count=behind)
        return line("views", Mark.WARNING, evidence, say("doctor.views_advice"))
    return line("views", Mark.OK, say("doctor.views_ok", height=status.views_height))


def check_needed(url: str) -> Line:
    """Are the contracts installed that the network runs, or will run?"""
    try:
        with connect(url) as net:
            missing = net.governance.contracts().missing
    except TallystickError as error:
        return line("needed", Mark.WARNING, error.message)
    if not missing:
        return line("needed", Mark.OK, say("doctor.needed_ok"))
    evidence = "; ".join(
        say(
            "doctor.needed_missing",
            name=one.name,
            version=one.version,
            digest=one.digest or "—",
            height=one.height,
            found=one.found,
        )
        for one in missing
    )
    return line("needed", Mark.FAILED, evidence, say("doctor.needed_advice"))


def check_stored(folder: Path) -> list[Line]:
    """Is every stored byte what it was?"""
    try:
        findings = check_storage(folder)
    except TallystickError as error:
        advice = say("doctor.storage_advice")
        return [line("storage", Mark.FAILED, error.message, advice)]
    is_zh = stage().language == "zh"
    lines = [
        line(
            "storage",
            Mark.OK if _is_expected(one) else _MARKS[one.severity],
            f"{one.place}: {one.text_zh if is_zh else one.text_en}",
            say("doctor.storage_advice") if one.severity is not Severity.NOTE else "",
        )
        for one in findings
    ]
    return lines or [line("storage", Mark.OK, say("doctor.storage_ok"))]


def _is_expected(found: Finding) -> bool:
    return found.severity is Severity.NOTE and found.place == _STATE
