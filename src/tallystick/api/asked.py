# SPDX-License-Identifier: Apache-2.0
"""A request as a handler sees it: checked parameters, the body, and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallystick.api.parameters import Given
from tallystick.api.server_state import ServerState
from tallystick.errors import invariant
from tallystick.interchange.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, read and checked against its route."""

    server: ServerState
    parameters: Mapping[str, Given]
    """Path and query parameters by name."""
    extra: Mapping[str, str]
    """Query fields beyond those declared, on routes that take them."""
    body: bytes
    """Whole; empty on routes that read none."""
    accept: str
    accept_encoding: str
    language: Language
    method: str
    path: str
    """Percent-decoded."""
    request_id: str
    last_event_id: str = ""
    idempotency_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those headers that the route declares and the caller sent, by their declared names."""
    signed_request: str | None = None
    """A member's signature over this request, as it was sent."""

    def text(self, name: str) -> str | None:
        """Return a text parameter, or None."""
        value = self.parameters.get(name)
        invariant(value is None or isinstance(value, str), f"{name} is declared as text")
        return value if isinstance(value, str) else None

    def integer(self, name: str) -> int | None:
        """Return an integer or time parameter, or None."""
        value = self.parameters.get(name)
        invariant(value is None or isinstance(value, int), f"{name} is declared as a number")
        return value if isinstance(value, int) else None

    def required_text(self, name: str) -> str:
        """Return a text parameter that the route requires."""
        value = self.text(name)
        invariant(value is not None, f"{name} is declared as required")
        return value or ""

    def required_integer(self, name: str) -> int:
        """Return a number that the route requires or has a default for."""
        value = self.integer(name)
        invariant(value is not None, f"{name} is declared as required")
        return value or 0

    def required_hash(self, name: str) -> bytes:
        """Return a 32-byte parameter that the route requires."""
        value = self.parameters.get(name)
        invariant(isinstance(value, bytes), f"{name} is declared as a hash")
        return value if isinstance(value, bytes) else b""

    def optional_hash(self, name: str) -> bytes | None:
        """Return a 32-byte parameter, or None."""
        return self.required_hash(name) if name in self.parameters else None
