# SPDX-License-Identifier: Apache-2.0
"""Whether a port is free, and who has it, as far as this machine tells anybody."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.errors import PortInUse, UsageError

_LISTENING: Final = "0A"
_ADDRESS, _STATE, _INODE = 1, 3, 9
PORT_MAX: Final = 65_535


def bind_address(host: str) -> str:
    """Return the address to bind for a host name as users write it."""
    return "127.0.0.1" if host == "localhost" else host


def is_free(host: str, port: int) -> bool:
    """Say whether this machine lets us listen there."""
    address = bind_address(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def check_port(host: str, port: int, field: str = "--port") -> None:
    """Check that the port can be listened on; `field` is where it was named.

    Raises:
        UsageError: it is not a port.
        PortInUse: it is taken; its owner is named if that is known.
    """
    if not 0 < port <= PORT_MAX:
        message = say("usage.value", name=field, value=port)
        raise UsageError(message, field=field, expected=f"1 … {PORT_MAX}")
    if is_free(host, port):
        return
    who = holder(port)
    message = (
        say("node.port_taken_by", port=port, who=who) if who else say("node.port_taken", port=port)
    )
    raise PortInUse(message, field=field, found=str(port))


def holder(port: int) -> str | None:
    """Return `name (pid N)` of the program that listens on a port, where /proc says so."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in _listeners(table, port)}
    if not inodes:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & _sockets(process):
            return f"{_name(process)} (pid {process.name})"
    return None


def _listeners(table: str, port: int) -> list[str]:
    try:
        lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    rows = (line.split() for line in lines)
    return [
        row[_INODE]
        for row in rows
        if row[_STATE] == _LISTENING and int(row[_ADDRESS].rpartition(":")[2], 16) == port
    ]


def _sockets(process: Path) -> set[str]:
    found = set()
    try:
        for descriptor in (process / "fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:  # it ended, or belongs to somebody else
        pass
    return found


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8").strip() or "?"
    except OSError:
        return "?"
