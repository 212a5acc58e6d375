# SPDX-License-Identifier: Apache-2.0
"""The only file that opens connections: performs `Ask` and `Pause` with httpx, sync and async.

It is loaded when a connection is made, so that verifying offline loads no HTTP library.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final, TypedDict, cast
from urllib.parse import urlsplit

import httpx

from tallystick.client.exchange import Answer, Ask, Flow, Outcome, Pause
from tallystick.client.problems import error_of
from tallystick.errors import LimitExceeded, Unavailable, UsageError

_CONNECT_TIMEOUT_S: Final = 5.0
_HEARTBEAT_TIMEOUT_S: Final = 60.0
"""A node sends a comment more often than this on an idle event stream."""
_ANSWER_SIZE_MAX: Final = 64 * 1024 * 1024
_LOOPBACK: Final = "localhost"


class _Settings(TypedDict):
    base_url: str
    headers: dict[str, str]
    trust_env: bool


class Transport:
    """Drives flows with blocking calls."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        """Prepare a connection pool; nothing is sent yet. Raises `UsageError` for a bad address."""
        self._url = url
        self._client = httpx.Client(**_settings(url), transport=transport)

    def run(self, flow: Flow[Outcome]) -> Outcome:
        """Perform a flow to its end; raises what the flow raises."""
        try:
            step = next(flow)
            while True:
                try:
                    answer = self._perform(step)
                except Unavailable as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(answer)
        except StopIteration as done:
            return cast(Outcome, done.value)

    def lines(self, ask: Ask) -> Iterator[str]:
        """Yield the lines of a stream until it ends; raises `Unavailable` when it breaks."""
        try:
            with self._client.stream(**_request(ask), timeout=_stream_timeout()) as response:
                if response.status_code >= 400:
                    raise _refused(response, response.read())
                yield from response.iter_lines()
        except httpx.RequestError as error:
            raise _unreachable(self._url, error) from error

    def pause(self, duration_ms: int) -> None:
        """Wait."""
        time.sleep(duration_ms / 1000)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _perform(self, step: Ask | Pause) -> Answer:
        if isinstance(step, Pause):
            self.pause(step.duration_ms)
            return Answer(0)
        try:
            with self._client.stream(**_request(step), timeout=_timeout(step)) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    _append(body, chunk)
                return _answer(response, bytes(body))
        except httpx.RequestError as error:
            raise _unreachable(self._url, error) from error


class AsyncTransport:
    """Drives the same flows without blocking the event loop."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Prepare a connection pool; nothing is sent yet. Raises `UsageError` for a bad address."""
        self._url = url
        self._client = httpx.AsyncClient(**_settings(url), transport=transport)

    async def run(self, flow: Flow[Outcome]) -> Outcome:
        """Perform a flow to its end; raises what the flow raises."""
        try:
            step = next(flow)
            while True:
                try:
                    answer = await self._perform(step)
                except Unavailable as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(answer)
        except StopIteration as done:
            return cast(Outcome, done.value)

    async def lines(self, ask: Ask) -> AsyncIterator[str]:
        """Yield the lines of a stream until it ends; raises `Unavailable` when it breaks."""
        try:
            async with self._client.stream(**_request(ask), timeout=_stream_timeout()) as response:
                if response.status_code >= 400:
                    raise _refused(response, await response.aread())
                async for line in response.aiter_lines():
                    yield line
        except httpx.RequestError as error:
            raise _unreachable(self._url, error) from error

    async def pause(self, duration_ms: int) -> None:
        """Wait."""
        await asyncio.sleep(duration_ms / 1000)

    async def in_thread(self, work: Callable[[], Outcome]) -> Outcome:
        """Run blocking work beside the event loop."""
        return await asyncio.to_thread(work)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _perform(self, step: Ask | Pause) -> Answer:
        if isinstance(step, Pause):
            await self.pause(step.duration_ms)
            return Answer(0)
        try:
            async with self._client.stream(**_request(step), timeout=_timeout(step)) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    _append(body, chunk)
                return _answer(response, bytes(body))
        except httpx.RequestError as error:
            raise _unreachable(self._url, error) from error


class _Request(TypedDict):
    method: str
    url: str
    params: list[tuple[str, str | int | float | bool | None]]
    content: bytes | None
    headers: dict[str, str]


def _settings(url: str) -> _Settings:
    try:
        parsed = urlsplit(url)
        host, _ = parsed.hostname, parsed.port  # both may raise
        httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _bad_address(url) from error
    if parsed.scheme not in {"http", "https"} or not host:
        raise _bad_address(url)
    # A proxy from the environment cannot reach this machine's own node.
    return {
        "base_url": url.rstrip("/"),
        "headers": {"User-Agent": f"tallystick/{_version()}"},
        "trust_env": not _is_local(host),
    }


def _version() -> str:
    try:
        return version("tallystick")
    except PackageNotFoundError:
        return "0"  # run from a source tree that is not installed


def _is_local(host: str) -> bool:
    try:
        return host == _LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _request(ask: Ask) -> _Request:
    headers = {"Accept": ask.accept, **dict(ask.headers)}
    if ask.content_type is not None:
        headers["Content-Type"] = ask.content_type
    return {
        "method": ask.method,
        "url": ask.path,
        "params": list(ask.query),
        "content": ask.body,
        "headers": headers,
    }


def _timeout(ask: Ask) -> httpx.Timeout:
    return httpx.Timeout(ask.timeout_ms / 1000, connect=_CONNECT_TIMEOUT_S)


def _stream_timeout() -> httpx.Timeout:
    return httpx.Timeout(_HEARTBEAT_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)


def _append(body: bytearray, chunk: bytes) -> None:
    body += chunk
    if len(body) > _ANSWER_SIZE_MAX:
        raise LimitExceeded("the answer is too large", expected=f"{_ANSWER_SIZE_MAX} bytes")


def _answer(response: httpx.Response, body: bytes) -> Answer:
    return Answer(
        response.status_code,
        body,
        response.headers.get("content-type", ""),
        response.headers.get("retry-after", ""),
    )


def _refused(response: httpx.Response, body: bytes) -> Exception:
    return error_of(response.status_code, response.headers.get("content-type", ""), body)


def _unreachable(url: str, error: httpx.RequestError) -> Unavailable:
    is_slow = isinstance(error, httpx.TimeoutException)
    reason = "did not answer in time" if is_slow else f"cannot be reached ({type(error).__name__})"
    return Unavailable(f"the node at {url} {reason}", found=str(error)[:200] or None)


def _bad_address(url: str) -> UsageError:
    return UsageError(
        f"{url[:120]!r} is not the address of a node",
        field="url",
        expected="http://host:port or https://host",
    )
