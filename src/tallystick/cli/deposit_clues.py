# SPDX-License-Identifier: Apache-2.0
"""What a file to deposit brings along: a time-stamp or signature beside it, the claims in it.

What the depositor says on the command line wins. Claims are shown as claims.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tallystick.cli.catalogue import say
from tallystick.cli.electronic_signatures import (
    original_of,
    signature_beside,
    signature_means,
)
from tallystick.cli.options import Checking
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, warn
from tallystick.cli.times import format_time
from tallystick.client import (
    ACTIVE_WORDS,
    CheckResult,
    active_in,
    file_chunks,
    read_file,
    signature_checks,
)
from tallystick.crypto import sha256
from tallystick.errors import FileProblem, InvalidSignature
from tallystick.interchange.captures import is_capture, read_capture
from tallystick.interchange.certificates import SIGNATURE_BYTES_MAX
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
        InvalidSignature: the electronic signature beside it is.
        FileProblem: a file cannot be read.
    """
    warn_of_active(path)
    return {**_capture(path), **_time_stamp(path), **_signature(path)}


def warn_of_active(path: Path) -> None:
    """Warn of a file that could run something when it is opened, and is taken all the same.

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


def _signature(path: Path) -> dict[str, Any]:
    """Take the signature beside a file; whose it is, everybody asks who verifies the deposit."""
    beside = signature_beside(path)
    if beside is None:
        return {}
    data = read_file(beside, size_max=SIGNATURE_BYTES_MAX)
    lines = signature_checks(data, original_of(path), signature_means(Checking()))
    for line in lines:
        if line.result is CheckResult.FAILED:
            raise InvalidSignature(f"{beside}: {line.evidence.en}", field="signature_sha256")
    who = lines[-1].evidence.get(stage().language)
    note(say("deposit.signature", path=beside, who=who))
    return {"signature_sha256": sha256(data).hex()}


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
