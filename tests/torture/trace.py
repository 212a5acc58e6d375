# SPDX-License-Identifier: Apache-2.0
"""Reads what strace saw of a node's writes: the recording from which crash images are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

CALLS: Final = (
    "openat,close,lseek,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,"
    "renameat2,ftruncate,unlink,unlinkat"
)
_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+)")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
_UNFINISHED = " <unfinished ...>"
_DESCRIPTOR = re.compile(r"^(\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Kind(Enum):
    """What an event does."""

    CREATE = "create"
    WRITE = "write"
    SYNC = "sync"
    RENAME = "rename"
    UNLINK = "unlink"
    TRUNCATE = "truncate"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Event:
    """One completed call."""

    kind: Kind
    path: str
    """Relative to the data folder; empty for the folder itself."""
    data: bytes = b""
    offset: int = 0
    """Of a write; -1 to append. The size, for a truncation."""
    is_synced: bool = False
    """A write that was on disk when it returned."""
    target: str = ""
    """New name of a renamed file."""


def read_trace(text: str, data: str, shown: str) -> list[Event]:
    """Return the events of a trace, in the order in which the calls returned."""
    return _Reader(data, shown).read(text)


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class _Reader:
    """Follows descriptors, since only opening says how a file is written."""

    def __init__(self, data: str, shown: str) -> None:
        self._data = data
        self._shown = shown
        self._flags: dict[int, str] = {}
        self._places: dict[int, int] = {}
        self._begun: dict[str, str] = {}

    def read(self, text: str) -> list[Event]:
        events: list[Event] = []
        for line in text.splitlines():
            match = _LINE.match(line)
            call = self._joined(*match.groups()) if match else None
            event = self._event(*call) if call else None
            if event is not None:
                events.append(event)
        return events

    def _joined(self, thread: str, rest: str) -> tuple[str, str, int] | None:
        """Return name, arguments and result; a call that was interrupted by others is joined."""
        if rest.endswith(_UNFINISHED):
            self._begun[thread] = rest.removesuffix(_UNFINISHED)
            return None
        resumed = _RESUMED.match(rest)
        if resumed is not None:
            rest = self._begun.pop(thread, "") + resumed[2]
        call = _CALL.match(rest)
        return (call[1], call[2], int(call[3])) if call else None

    def _event(self, call: str, arguments: str, result: int) -> Event | None:
        if result < 0:
            return None
        texts = [_unhex(text) for text in _TEXT.findall(arguments)]
        if call == "openat":
            return self._opened(texts[0].decode(), arguments, result)
        if call.startswith(("rename", "unlink")):
            return self._renamed([self._inside(text.decode()) for text in texts])
        described = _DESCRIPTOR.match(arguments)
        return self._described(described, call, arguments, texts, result) if described else None

    def _renamed(self, names: list[str | None]) -> Event | None:
        """Return the event for the names in a call: two when one becomes the other."""
        match names:
            case [str(name), str(target)]:
                return Event(Kind.RENAME, name, target=target)
            case [str(name)]:
                return Event(Kind.UNLINK, name)
        return None

    def _described(
        self,
        described: re.Match[str],
        call: str,
        arguments: str,
        texts: list[bytes],
        result: int,
    ) -> Event | None:
        """Return the event for a call on an open file."""
        descriptor, path = int(described[1]), _unhex(described[2]).decode()
        data = b"".join(texts)
        if path == self._shown:
            return Event(Kind.SHOW, "", data[:result])
        name = self._inside(path)
        last = arguments.rsplit(", ", 1)[-1]
        if name is None:
            return None
        event: Event | None = None
        match call:
            case "lseek":
                self._places[descriptor] = result
            case "fsync" | "fdatasync":
                event = Event(Kind.SYNC, name)
            case "ftruncate":
                event = Event(Kind.TRUNCATE, name, offset=int(last))
            case "pwrite64" | "pwritev":
                event = self._write(descriptor, name, data[:result], int(last))
            case "write" | "writev":
                event = self._write(descriptor, name, data[:result], None)
        return event

    def _opened(self, path: str, arguments: str, descriptor: int) -> Event | None:
        self._flags[descriptor], self._places[descriptor] = arguments, 0
        name = self._inside(path)
        if name is None or "O_CREAT" not in arguments:
            return None
        return Event(Kind.CREATE, name, offset=-1 if "O_TRUNC" not in arguments else 0)

    def _write(self, descriptor: int, name: str, data: bytes, offset: int | None) -> Event:
        flags = self._flags.get(descriptor, "")
        is_synced = "O_DSYNC" in flags or "O_SYNC" in flags
        if offset is None and "O_APPEND" in flags:
            offset = -1
        elif offset is None:
            offset = self._places.get(descriptor, 0)
            self._places[descriptor] = offset + len(data)
        return Event(Kind.WRITE, name, data, offset, is_synced)

    def _inside(self, path: str) -> str | None:
        if not path.startswith(self._data):
            return None
        return path.removeprefix(self._data).strip("/")
