# SPDX-License-Identifier: Apache-2.0
"""Checks of this machine: interpreter, packages, contracts, clock, terminal, port."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from typing import Final

from tallystick.cli.answers import Line, Mark
from tallystick.cli.catalogue import say
from tallystick.cli.ports import PORT_MAX, holder, is_free
from tallystick.errors import InvalidContract
from tallystick.node import find_installed_contracts

PYTHON_MIN: Final = (3, 11)
PACKAGE: Final = "tallystick"
_FIRST_YEAR, _LAST_YEAR = 2024, 2100
_PROBE_S: Final = 0.02
_DRIFT_NS_MAX: Final = 1_000_000_000
_MODULES: Final = {
    "py-ed25519-zebra-bindings": "ed25519_zebra",
    "protobuf": "google.protobuf",
    "pynacl": "nacl",
}
"""Distributions whose module has another name."""


def check_python() -> Line:
    """Is the interpreter new enough?"""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON_MIN:
        advice = say("doctor.python_advice")
        return line("python", Mark.FAILED, say("doctor.python_bad", version=found), advice)
    return line("python", Mark.OK, f"{found} ({sys.executable})")


def check_packages() -> Line:
    """Is everything installed that the package needs?"""
    names = list(_required())
    missing = [name for name in names if not _is_usable(name)]
    if missing:
        evidence = say("doctor.packages_bad", names=", ".join(missing))
        return line("packages", Mark.FAILED, evidence, say("doctor.packages_advice"))
    return line("packages", Mark.OK, say("doctor.packages_ok", count=len(names)))


def _required() -> Iterator[str]:
    for requirement in requires(PACKAGE) or ():
        name, _, marker = requirement.partition(";")
        if "extra" not in marker:
            yield re.split(r"[^A-Za-z0-9._-]", name.strip(), maxsplit=1)[0].lower()


def _is_usable(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return find_spec(_MODULES.get(name, name.replace("-", "_"))) is not None


def check_contracts() -> Line:
    """Which contracts are installed?"""
    try:
        found = find_installed_contracts()
    except InvalidContract as error:
        return line("contracts", Mark.FAILED, error.message, error.expected or "")
    if not found:
        advice = say("doctor.contracts_advice")
        return line("contracts", Mark.FAILED, say("doctor.contracts_none"), advice)
    named = (f"{one.name} {one.version} ({one.digest.hex()[:16]}…)" for one in found)
    return line("contracts", Mark.OK, ", ".join(named))


def check_clock(block_time_ms: int | None = None) -> Line:
    """Does the clock show a time that can be, and not one before the last block?"""
    now_ms = time.time_ns() // 1_000_000
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone()
    advice = say("doctor.clock_advice")
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return line("clock", Mark.FAILED, say("doctor.clock_year", year=moment.year), advice)
    if block_time_ms is not None and now_ms < block_time_ms:
        behind = (block_time_ms - now_ms + 999) // 1000
        return line("clock", Mark.FAILED, say("doctor.clock_behind", seconds=behind), advice)
    if not _is_steady():
        return line("clock", Mark.WARNING, say("doctor.clock_unsteady"), advice)
    zone = moment.tzname() or ""
    return line("clock", Mark.OK, f"{moment:%Y-%m-%d %H:%M:%S %z} {zone}".strip())


def _is_steady() -> bool:
    """Say whether the clock goes as fast as the machine's own counter, for a moment at least."""
    clock, counter = time.time_ns(), time.monotonic_ns()
    time.sleep(_PROBE_S)
    drift = abs((time.time_ns() - clock) - (time.monotonic_ns() - counter))
    return drift < _DRIFT_NS_MAX


def check_terminal(encoding: str | None) -> Line:
    """Can this terminal show what the ledger holds?"""
    if (encoding or "").lower().replace("-", "") not in {"utf8", "gb18030", "gbk", "cp936"}:
        evidence = say("doctor.terminal_bad", encoding=encoding or "?")
        return line("terminal", Mark.WARNING, evidence, say("doctor.terminal_advice"))
    return line("terminal", Mark.OK, str(encoding))


def check_port(host: str, port: int, *, is_ours: bool) -> Line:
    """Can the node listen there?"""
    if is_ours:
        return line("port", Mark.OK, say("doctor.port_ours", port=port))
    if not 0 < port <= PORT_MAX or not is_free(host, port):
        who = holder(port)
        taken = "node.port_taken_by" if who else "node.port_taken"
        advice = say("doctor.port_advice")
        return line("port", Mark.FAILED, say(taken, port=port, who=who), advice)
    return line("port", Mark.OK, say("doctor.port_free", port=port))


def line(name: str, mark: Mark, evidence: str, advice: str = "") -> Line:
    """Return one line of the report."""
    return Line(mark, say(f"doctor.{name}"), evidence, advice, name)
