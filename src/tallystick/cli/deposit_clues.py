# SPDX-License-Identifier: Apache-2.0
"""What a file to deposit brings along: a time-stamp beside it, the claims of a web capture in it.

What the depositor says on the command line wins. Claims are shown as claims.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tallystick.cli.catalogue import say
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, warn
from tallystick.cli.times import format_time
from tallystick.client import ACTIVE_WORDS, active_in, file_chunks, read_file
from tallystick.crypto import sha256
from tallystick.errors import FileProblem
from tallystick.interchange.captures import is_capture, read_capture
from tallystick.interchange.timestamps import (
    TOKEN_BYTES_MAX,
    check_imprint,
    content_digests,
    read_token,
)

TIME_STAMP_SUFFIXES: Final = (".tsr", ".tst")
_HEAD_SIZE: Final = 16
_CAPTURE_TYPE: Final = "application/warc"


def clues_of(path: Path) -> dict[str, Any]:
    """Return arguments of a deposit that follow from a file and what lies beside it.

    Raises:
        InvalidCapture: it is a web capture that is damaged.
        InvalidTimeStamp: the time-stamp beside it is over other bytes.
        FileProblem: a file cannot be read.
    """
    warn_of_active(path)
    return {**_capture(path), **_time_stamp(path)}


def warn_of_active(path: Path) -> None:
    """Warn of a file that could run something when it is opened; it is taken all the same.

    Raises:
        FileProblem: it cannot be read.
    """
    found = active_in(path)
    if found is not None:
        words = ACTIVE_WORDS[found].get(stage().language)
        warn(say("deposit.active", path=path, words=words))


def time_stamp_beside(path: Path) -> Path | None:
    """Return the time-stamp that lies beside a file, None if there is none."""
    named = (path.with_name(path.name + suffix) for suffix in TIME_STAMP_SUFFIXES)
    return next((one for one in named if one.is_file()), None)


def _time_stamp(path: Path) -> dict[str, Any]:
    beside = time_stamp_beside(path)
    if beside is None:
        return {}
    data = read_file(beside, size_max=TOKEN_BYTES_MAX)
    token = read_token(data)
    check_imprint(token, content_digests(file_chunks(path)))
    note(say("deposit.time_stamp", path=beside, time=format_time(token.time_ms)))
    return {"token_sha256": sha256(data).hex()}


def _capture(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as source:
            if not is_capture(source.read(_HEAD_SIZE), path.name):
                return {}
            source.seek(0)
            found = read_capture(source)
    except OSError as error:
        raise FileProblem(f"{path}: it cannot be read", field="path") from error
    told: dict[str, Any] = {
        "kind": "web_page",
        "method": "web_capture",
        "media_type": _CAPTURE_TYPE,
    }
    if found.pages:
        first = found.pages[0]
        note(
            say(
                "deposit.capture",
                uri=first.uri,
                time=format_time(first.captured_at_ms),
                count=len(found.pages),
                digest=first.digest or "-",
            )
        )
        told |= {"source": first.uri, "captured_at": first.captured_at_ms}
    return told
