# SPDX-License-Identifier: Apache-2.0
"""Something that was found, of whatever kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHOWN_MAX: Final = 8
"""Of one kind, where many fit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found."""

    group: str
    """block, transaction, organization, member, key, contract, record, proposal or alert."""
    address: str
    title: str
    about: str = ""
    is_exact: bool = False
    """Whether it is just what was typed."""
