# SPDX-License-Identifier: Apache-2.0
"""Requests about documents as a member signs them, and asks them again while a node is behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from tallystick.client.exchange import TIMEOUT_MS_DEFAULT, Answer, Ask, Flow, Pause, fetch
from tallystick.client.keystore import Asker, Identity
from tallystick.client.session import Session
from tallystick.encoding import format_base64url
from tallystick.errors import Erased, NotFound, TallystickError, UnknownRecord, UsageError
from tallystick.model import Question, sign_request

PIECE_BYTES: Final = 4 * 1024 * 1024
"""Of an upload or a download, in one request."""
Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""
_BEHIND_PAUSES_MS: Final = (100, 400, 1_600)
"""A node may be some blocks behind the one where the document was declared."""


def identity_of(session: Session) -> Identity | Asker:
    """Return who signs; raises `UsageError` if nobody does."""
    if session.identity is None:
        raise UsageError(
            "documents are for members: name a key",
            field="identity",
            hint="connect(identity=...), or `--as NAME`.",
        )
    return session.identity


def asked(
    session: Session,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    content_type: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    timeout_ms: int = TIMEOUT_MS_DEFAULT,
) -> Flow[Answer]:
    """Ask as the session's identity, which signs.

    Raises:
        UsageError: the session has none.
        TallystickError: as the node says.
    """
    identity = identity_of(session)
    trust = yield from session.contact()
    question = Question(trust.network, method, path, body)
    signed = sign_request(
        question,
        identity.secret,
        identity.organization,
        valid_until=session.request_valid_until(),
    )
    ask = Ask(
        method,
        quote(path),
        body=body or None,
        content_type=content_type,
        accept="*/*",
        headers=(("Tally-Request", format_base64url(signed)), *headers),
        timeout_ms=timeout_ms,
    )
    return (yield from fetch(ask))


def once_declared(
    session: Session,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    content_type: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Flow[bytes]:
    """Ask for something that follows from a block that this node may not have yet.

    Raises:
        UnknownRecord, NotFound: it does not come.
        TallystickError: as `asked`.
    """
    for pause_ms in (*_BEHIND_PAUSES_MS, None):
        try:
            answer = yield from asked(
                session, method, path, body=body, content_type=content_type, headers=headers
            )
        except (UnknownRecord, NotFound) as error:
            if pause_ms is None or isinstance(error, Erased):
                raise
            yield Pause(pause_ms)
        else:
            return answer.body
    raise TallystickError("unreachable")
