# SPDX-License-Identifier: Apache-2.0
"""What a check of a data folder found, for people, in two languages."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from tallystick.errors import TallystickError


class Severity(Enum):
    """How much a finding matters."""

    NOTE = "note"
    """Nothing is wrong; good to know."""
    REBUILD = "rebuild"
    """The store is damaged; it can be rebuilt from the block log without loss."""
    DAMAGE = "damage"
    """What cannot be rebuilt is damaged: a backup, or another node's copy, is needed."""


class Finding(Struct, frozen=True):
    """One thing found."""

    severity: Severity
    place: str
    """File, and offset or key where it is known."""
    text_en: str
    text_zh: str


def from_error(error: TallystickError, severity: Severity, place: str) -> Finding:
    """Return an error as a finding."""
    return Finding(
        severity, error.field or place, error.message, f"{error.title_zh}：{error.message}"
    )
