# SPDX-License-Identifier: Apache-2.0
"""One attempt to deliver one message: to the address that was checked, in bounded time."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import httpx

from tallystick.console.webhooks.addresses import (
    Networks,
    NoAddress,
    Target,
    parse_target,
    resolve,
)
from tallystick.console.webhooks.signing import signed_headers

TIME_OUT_S: Final = 10.0
"""For everything: name, connection, answer."""
_OK: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_GONE: Final = 410
_WAIT_MAX_S: Final = 86_400


class Result(StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    """The receiver answered with an error."""
    GONE = "gone"
    """The receiver wants no more (410)."""
    REDIRECTED = "redirected"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    UNKNOWN_NAME = "unknown-name"
    FORBIDDEN = "forbidden"
    """The address is one to which nothing may be sent."""
    SKIPPED = "skipped"
    """An administrator let it go."""


_NOWHERE: Final = {
    NoAddress.FORBIDDEN: Result.FORBIDDEN,
    NoAddress.UNKNOWN: Result.UNKNOWN_NAME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent."""

    id: str
    """The same whenever the same thing is told again."""
    type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended."""

    result: Result
    status: int = 0
    """Of the answer, if there was one."""
    took_ms: int = 0
    wait_s: int = 0
    """How long the receiver asks to be left alone."""


async def deliver(
    address: str, secrets: tuple[str, ...], message: Message, networks: Networks
) -> Outcome:
    """Send a message once; whatever happens is an outcome."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(TIME_OUT_S):
            outcome = await _post(parse_target(address), secrets, message, networks)
    except TimeoutError:
        outcome = Outcome(result=Result.TIMED_OUT)
    took_ms = round((time.monotonic() - began) * 1000)
    return Outcome(
        result=outcome.result, status=outcome.status, took_ms=took_ms, wait_s=outcome.wait_s
    )


async def _post(
    target: Target, secrets: tuple[str, ...], message: Message, networks: Networks
) -> Outcome:
    checked = await asyncio.to_thread(resolve, target, networks)
    if isinstance(checked, NoAddress):
        return Outcome(result=_NOWHERE[checked])
    place = f"[{checked}]" if checked.version == 6 else str(checked)
    headers = {
        "host": target.authority,
        "content-type": "application/json",
        "user-agent": "tallystick",
        "accept-encoding": "identity",
        **signed_headers(secrets, message.id, int(time.time()), message.body),
    }
    # The certificate is held against the name, although the connection goes to its address.
    extensions = {"sni_hostname": target.host}
    try:
        # Neither redirects nor proxies: both would lead to addresses that nobody checked.
        async with (
            httpx.AsyncClient(
                verify=ssl.create_default_context(),
                follow_redirects=False,
                trust_env=False,
                timeout=TIME_OUT_S,
            ) as client,
            client.stream(
                "POST",
                f"{target.scheme}://{place}:{target.port}{target.path}",
                content=message.body,
                headers=headers,
                extensions=extensions,
            ) as answer,
        ):
            return _outcome(answer)  # what it says is not read
    except httpx.TimeoutException:
        return Outcome(result=Result.TIMED_OUT)
    except httpx.HTTPError:
        return Outcome(result=Result.UNREACHABLE)


def _outcome(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if status in _OK:
        return Outcome(result=Result.DELIVERED, status=status)
    if status in _REDIRECTS:
        return Outcome(result=Result.REDIRECTED, status=status)
    if status == _GONE:
        return Outcome(result=Result.GONE, status=status)
    wait = answer.headers.get("retry-after", "")
    wait_s = min(int(wait[:9]), _WAIT_MAX_S) if wait.isdecimal() else 0
    return Outcome(result=Result.REFUSED, status=status, wait_s=wait_s)
