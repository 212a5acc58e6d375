# SPDX-License-Identifier: Apache-2.0
"""What of a grant the 360Giving Data Standard asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tallystick.interchange.iso20022 import Money

VERSION: Final = "1.4"
"""Version of the standard, major and minor."""


@dataclass(frozen=True, slots=True)
class Giver:
    """An organisation that gives."""

    id: str
    """Identifier that is unique in the world, such as a unified social credit code."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Money given to an individual, or to several who are not told apart."""

    id: str
    title: str
    description: str
    amount: Money
    awarded: date
    recipient_id: str
    recipient_name: str
    """A generic name: `Individual recipient`."""
    funder: Giver
    programme_code: str
    programme_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Grants that are published together."""

    id: str
    title: str
    publisher: Giver
    issued: date
    grants: tuple[Grant, ...]
