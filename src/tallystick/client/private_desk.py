# SPDX-License-Identifier: Apache-2.0
"""`net.private`, in both colours: each method is a flow of `private_data`, and how it is run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from tallystick.client import private_data as flows
from tallystick.client.exchange import Flow
from tallystick.client.links import AsyncLink, Link
from tallystick.client.session import Session

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _performed(
    flow: Callable[Concatenate[Session, Given], Flow[Result]],
) -> Callable[Concatenate[PrivateDesk, Given], Result]:
    """Return a method that runs a flow with blocking calls."""

    def method(desk: PrivateDesk, /, *given: Given.args, **named: Given.kwargs) -> Result:
        return desk.link.run(flow(desk.link.session, *given, **named))

    return update_wrapper(method, flow)


def _awaited(
    flow: Callable[Concatenate[Session, Given], Flow[Result]],
) -> Callable[Concatenate[AsyncPrivateDesk, Given], Awaitable[Result]]:
    """Return a method that runs the same flow without blocking the event loop."""

    async def method(
        desk: AsyncPrivateDesk, /, *given: Given.args, **named: Given.kwargs
    ) -> Result:
        return await desk.link.run(flow(desk.link.session, *given, **named))

    return update_wrapper(method, flow)


class PrivateDesk:
    """Private data: seal, hand over, fetch and open; see `private_data` for each."""

    def __init__(self, link: Link) -> None:
        """Use a link."""
        self.link = link

    sealing_key = _performed(flows.sealing_key)
    seal = _performed(flows.seal_for)
    facts = _performed(flows.facts)
    put = _performed(flows.put)
    fetch_sealed = _performed(flows.fetch_sealed)
    get = _performed(flows.get)
    share = _performed(flows.share)


class AsyncPrivateDesk:
    """The same for asyncio."""

    def __init__(self, link: AsyncLink) -> None:
        """Use a link."""
        self.link = link

    sealing_key = _awaited(flows.sealing_key)
    seal = _awaited(flows.seal_for)
    facts = _awaited(flows.facts)
    put = _awaited(flows.put)
    fetch_sealed = _awaited(flows.fetch_sealed)
    get = _awaited(flows.get)
    share = _awaited(flows.share)
