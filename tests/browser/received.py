# SPDX-License-Identifier: Apache-2.0
"""A console that remembers what reaches it.

What a browser tells of its requests leaves out the content of files in forms.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tallystick.api import Door
from tallystick.console import ConsoleOptions, create_console


def recording(requests: list[bytearray]) -> Callable[[Door, ConsoleOptions], ASGIApp]:
    """Return `create_console`, whose consoles note address and body of every request in a list."""

    def recorded(door: Door, options: ConsoleOptions) -> ASGIApp:
        console = create_console(door, options)

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            request = bytearray(scope.get("raw_path") or b"")
            requests.append(request)

            async def note() -> Message:
                message = await receive()
                request.extend(message.get("body", b""))
                return message

            await console(scope, note, send)

        return application

    return recorded
