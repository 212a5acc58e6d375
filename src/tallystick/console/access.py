# SPDX-License-Identifier: Apache-2.0
"""Rows of the console's page table, and who may open a page. A page without an access cannot be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from starlette.responses import Response

from tallystick.console.paces import Pace
from tallystick.console.visit import Visit

Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]


class Access(StrEnum):
    """Who may open a page."""

    PUBLIC = "public"
    """Anyone who reaches the port; what such pages show, the node's API shows to anyone too."""
    SIGNED_IN = "signed-in"
    """Whoever has signed in to the console."""
    ADMINISTRATOR = "administrator"
    """Who looks after this console: accounts, sessions, audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One method at one address."""

    path: str
    """Template as Starlette's; lists and records also answer at the same address with `.json`."""
    name: str
    """By which templates link to it."""
    access: Access
    handler: Handler
    method: str = "GET"
    pace: Pace | None = None
    """How often one network address may ask for it."""
