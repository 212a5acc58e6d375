# SPDX-License-Identifier: Apache-2.0
"""What the API asks of a node about contracts, besides running them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from tallystick.model import Call


class Previews(Protocol):
    """Tries calls."""

    def preview(self, call: Call, caller: Any) -> Any:  # noqa: ANN401  # as `node` has them
        """Return what a call would do, or raise `Overloaded` or `Unavailable`."""
        ...


class ContractDesk(Protocol):
    """What a node says about contracts."""

    @property
    def previews(self) -> Previews:
        """Tries calls, and keeps nothing."""
        ...

    def known(self) -> Sequence[Any]:
        """Return the schemas of all installed versions."""
        ...

    def installed(self) -> Sequence[Any]:
        """Return what is installed, with digests."""
        ...

    def unreadable(self) -> Sequence[Any]:
        """Return what is installed and has no digest, with the reason."""
        ...

    def sources(self, name: str, version: int) -> dict[str, bytes]:
        """Return the files of an installed version, or raise `Rejected`."""
        ...

    def needed(self) -> Sequence[Any]:
        """Return what the network runs, or will run, and is not installed."""
        ...
