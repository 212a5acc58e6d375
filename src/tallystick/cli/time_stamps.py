# SPDX-License-Identifier: Apache-2.0
"""Time-stamp authorities at hand: whom this user pins, the one of this machine, those elsewhere.

Below the user's folder:

    time-stamp-authorities/*.pem    pinned: certificates whose tokens are believed
    time-stamp-authority/           the local authority: root.pem, certificate.pem, key.pem
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.client import read_file, tally_home, write_file
from tallystick.errors import InvalidTimeStamp, TimeStampRefused, UsageError
from tallystick.interchange.timestamps import (
    REPLY_TYPE,
    REQUEST_TYPE,
    Authority,
    AuthorityFiles,
    Request,
    Roots,
    check_imprint,
    check_nonce,
    create_authority,
    make_request,
    open_authority,
    read_roots,
    read_token,
)

PINNED_FOLDER: Final = "time-stamp-authorities"
LOCAL_FOLDER: Final = "time-stamp-authority"
LOCAL_NAME: Final = "Tallystick local time-stamps"
_PEM_BYTES_MAX: Final = 1024 * 1024
_REPLY_BYTES_MAX: Final = 256 * 1024
_TIMEOUT_S: Final = 20.0
_NONCE_BITS: Final = 64
_SERIAL_BITS: Final = 159


def now_ms() -> int:
    """Return this machine's time."""
    return time.time_ns() // 1_000_000


def pinned_roots(files: Sequence[Path] = ()) -> Roots:
    """Return the certificates that were named and those pinned below the user's folder.

    Raises:
        FileProblem: a file cannot be read.
        InvalidCertificate: one holds no certificate.
    """
    folder = tally_home() / PINNED_FOLDER
    own = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    return read_roots(*(read_file(one, size_max=_PEM_BYTES_MAX) for one in (*files, *own)))


def local_folder() -> Path:
    """Return where the local authority lies; it need not exist yet."""
    return tally_home() / LOCAL_FOLDER


def make_local_authority(name: str = LOCAL_NAME) -> Path:
    """Create the local authority and pin its root; return the root's certificate.

    Raises:
        FileProblem: there is one already, or the folder cannot be written.
    """
    files = create_authority(name, datetime.now(UTC))
    folder, pinned = local_folder(), tally_home() / PINNED_FOLDER / "local.pem"
    write_file(folder / "key.pem", files.key, private=True, exclusive=True)
    write_file(folder / "certificate.pem", files.certificate)
    write_file(folder / "root.pem", files.root)
    write_file(pinned, files.root)
    return pinned


def local_authority() -> Authority:
    """Return the local authority; the first call of a user creates it.

    Raises:
        InvalidTimeStamp: its files do not belong together.
        FileProblem: they cannot be read.
    """
    folder = local_folder()
    if not (folder / "key.pem").exists():
        make_local_authority()
    key, certificate, root = (
        read_file(folder / name, size_max=_PEM_BYTES_MAX)
        for name in ("key.pem", "certificate.pem", "root.pem")
    )
    return open_authority(AuthorityFiles(root=root, certificate=certificate, key=key))


def answer_locally(request: bytes) -> bytes:
    """Return the local authority's reply to a request."""
    serial = secrets.randbits(_SERIAL_BITS)
    return local_authority().answer(request, time_ms=now_ms(), serial=serial)


def authority_at(address: str | None) -> Callable[[bytes], bytes]:
    """Return what answers requests: the authority at an address, or the local one."""
    return answer_locally if address is None else partial(_ask_over_http, address)


def new_request(digest: bytes) -> tuple[bytes, int]:
    """Return a request for a SHA-256, and its nonce."""
    nonce = secrets.randbits(_NONCE_BITS)
    return make_request(Request(digest, nonce=nonce)), nonce


def ask(digest: bytes, authority: str | None) -> bytes:
    """Return a reply with a token over a SHA-256: of the authority at an address, or the local one.

    Raises:
        TimeStampRefused: it cannot be reached, or gave no token.
        InvalidTimeStamp: it answered something else than was asked.
        UsageError: not an address.
    """
    request, nonce = new_request(digest)
    reply = authority_at(authority)(request)
    token = read_token(reply)
    check_imprint(token, {"sha256": digest})
    check_nonce(token, nonce)
    return reply


def _ask_over_http(address: str, request: bytes) -> bytes:
    import httpx

    if not address.startswith(("https://", "http://")):
        raise UsageError(say("timestamp.address"), field="--authority", found=address[:120])
    try:
        with (
            httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client,
            client.stream(
                "POST", address, content=request, headers={"content-type": REQUEST_TYPE}
            ) as answer,
        ):
            answer.raise_for_status()
            kind = answer.headers.get("content-type", "")
            if kind.partition(";")[0].strip().lower() != REPLY_TYPE:
                raise InvalidTimeStamp("not a time-stamp reply", expected=REPLY_TYPE, found=kind)
            reply = b""
            for chunk in answer.iter_bytes():
                reply += chunk
                if len(reply) > _REPLY_BYTES_MAX:
                    raise InvalidTimeStamp("the reply is too large", field="reply")
            return reply
    except httpx.HTTPError as error:
        raise TimeStampRefused(
            say("timestamp.unreachable", address=address), found=str(error)[:200]
        ) from error
