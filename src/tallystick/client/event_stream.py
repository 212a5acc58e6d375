# SPDX-License-Identifier: Apache-2.0
"""Server-sent events (WHATWG HTML, 9.2), read line by line; and where a consumer stopped."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from tallystick.client.exchange import Ask, read_json
from tallystick.client.home import locked, read_file, tally_home, write_file
from tallystick.client.records import Answered, BilingualText
from tallystick.crypto import sha256
from tallystick.errors import LimitExceeded, Unavailable

EVENTS_PATH: Final = "/v1/events"
MEDIA_EVENTS: Final = "text/event-stream"
LAST: Final = "last"
"""Value of `since` that resumes where this user's consumer stopped."""
_DATA_MAX: Final = 4 * 1024 * 1024
_CURSOR_MAX: Final = 1024
_RECONNECT_PAUSES_MS: Final = (0, 200, 500, 1_000, 2_000, 5_000, 10_000)


class LiveEvent(Answered, frozen=True, kw_only=True):
    """An event as it arrives."""

    id: str
    """`<height>.<index>.<position>`: where to resume after it."""
    name: str
    height: int
    index: int
    """Place of its transaction in the block."""
    position: int
    """Place among the events of the transaction."""
    transaction: str
    """Transaction id, 64 hex digits."""
    time: datetime
    time_ms: int
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    sentence: BilingualText | None = None


class EventParser:
    """Turns the lines of a stream into events; comments are heartbeats and ignored."""

    def __init__(self) -> None:
        """Start before the first line."""
        self.last_id: str | None = None
        """Id of the newest complete event: what `Last-Event-ID` says on reconnection."""
        self._data: list[str] = []
        self._size = 0

    def feed(self, line: str) -> LiveEvent | None:
        """Take one line without its end; return the event that it completes, if it does.

        Raises:
            LimitExceeded: an event is too large.
            Unavailable: what arrives is not an event of a node.
        """
        if not line:
            return self._complete()
        field, _, value = line.partition(":")
        # Id and name stand in the data too; those fields are for browsers.
        if field == "data":
            self._size += len(value)
            if self._size > _DATA_MAX:
                raise LimitExceeded("an event is too large", expected=f"{_DATA_MAX} characters")
            self._data.append(value.removeprefix(" "))
        return None

    def restart(self) -> None:
        """Forget what a broken connection left unfinished."""
        self._data, self._size = [], 0

    def _complete(self) -> LiveEvent | None:
        text = "\n".join(self._data)
        self.restart()
        if not text:
            return None
        event = read_json(text.encode("utf-8", "replace"), LiveEvent, EVENTS_PATH)
        self.last_id = event.id
        return event


def events_ask(name: str | None, since: str | int | None, last_id: str | None) -> Ask:
    """Return the request for the stream, continuing after `last_id` if there was one."""
    query = [("name", name)] if name else []
    if since is not None and last_id is None:
        query.append(("since", str(since)))
    headers = (("Last-Event-ID", last_id),) if last_id is not None else ()
    return Ask("GET", EVENTS_PATH, tuple(query), accept=MEDIA_EVENTS, headers=headers)


class EventCursor:
    """Where a consumer of one network and one name filter stopped, in the user's folder."""

    def __init__(self, network: str, name: str | None, folder: Path | None = None) -> None:
        """Choose the file; nothing is read or written yet."""
        place = sha256(f"{network}\n{name or ''}".encode()).hex()[:32]
        self._folder = (tally_home() if folder is None else folder) / "cursors"
        self._path = self._folder / place

    def load(self) -> str | None:
        """Return the id of the last event that was dealt with, None at first."""
        if not self._path.exists():
            return None
        text = read_file(self._path, size_max=_CURSOR_MAX).decode("ascii", "replace")
        return text.strip() or None

    def save(self, event_id: str) -> None:
        """Remember that everything up to this event was dealt with."""
        with locked(self._folder):
            write_file(self._path, event_id.encode("ascii", "replace"), private=True)


class Following:
    """A consumer of the stream: where it is, what it dealt with, and how often it failed."""

    def __init__(
        self, name: str | None, since: str | int | None, cursor: EventCursor | None
    ) -> None:
        """Start where `since` says, with a cursor where that says; nothing is read yet."""
        self._name = name
        self._since = since
        self._cursor = cursor
        self._parser = EventParser()
        self._failures = 0
        if cursor is not None:
            self._parser.last_id = cursor.load()
            self._since = 0  # a consumer that is new deals with everything

    def ask(self) -> Ask:
        """Return the request that continues after the last event dealt with."""
        self._parser.restart()
        return events_ask(self._name, self._since, self._parser.last_id)

    def feed(self, line: str) -> LiveEvent | None:
        """Take one line; return the event that it completes, if it does."""
        self._failures = 0
        return self._parser.feed(line)

    def finished(self, event: LiveEvent) -> None:
        """Remember that the consumer came back for more, so it dealt with this event."""
        if self._cursor is not None and event.id:
            self._cursor.save(event.id)

    def broken(self, error: Unavailable | None = None) -> int:
        """Return how many milliseconds to wait before reconnecting.

        Raises:
            Unavailable: too many attempts in a row brought nothing.
        """
        self._failures += 1
        if self._failures > len(_RECONNECT_PAUSES_MS):
            raise error or Unavailable("the event stream keeps ending")
        return _RECONNECT_PAUSES_MS[self._failures - 1]
