# SPDX-License-Identifier: Apache-2.0
"""What the API asks of a node about contracts, besides running them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class ContractDesk(Protocol):
    """What a node says about contracts."""

    def known(self) -> Sequence[Any]:
        """Return the schemas of all installed versions."""
        ...

    def installed(self) -> Sequence[Any]:
        """Return what is installed, with digests."""
        ...

    def needed(self) -> Sequence[Any]:
        """Return what the network runs, or will run, and is not installed."""
        ...
