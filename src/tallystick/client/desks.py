# SPDX-License-Identifier: Apache-2.0
"""Desks made of flows, in both colours: each method is a flow, and how it is run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from tallystick.client.exchange import Flow
from tallystick.client.links import AsyncLink, Link
from tallystick.client.session import Session

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Desk:
    """Runs flows with blocking calls."""

    def __init__(self, link: Link) -> None:
        """Use a link."""
        self.link = link


class AsyncDesk:
    """Runs the same flows without blocking the event loop."""

    def __init__(self, link: AsyncLink) -> None:
        """Use a link."""
        self.link = link


def performed(
    flow: Callable[Concatenate[Session, Given], Flow[Result]],
) -> Callable[Concatenate[Desk, Given], Result]:
    """Return a method that runs a flow with blocking calls."""

    def method(desk: Desk, /, *given: Given.args, **named: Given.kwargs) -> Result:
        return desk.link.run(flow(desk.link.session, *given, **named))

    return update_wrapper(method, flow)


def awaited(
    flow: Callable[Concatenate[Session, Given], Flow[Result]],
) -> Callable[Concatenate[AsyncDesk, Given], Awaitable[Result]]:
    """Return a method that runs the same flow without blocking the event loop."""

    async def method(desk: AsyncDesk, /, *given: Given.args, **named: Given.kwargs) -> Result:
        return await desk.link.run(flow(desk.link.session, *given, **named))

    return update_wrapper(method, flow)
