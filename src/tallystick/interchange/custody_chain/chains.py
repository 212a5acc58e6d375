# SPDX-License-Identifier: Apache-2.0
"""A chain of custody as records: what was done with each exhibit, by whom, when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handling:
    """One deposit of a chain: an exhibit, and the act that put it on record."""

    exhibit: str
    """Number of the deposit: `EV-2026-000001`."""
    title: str
    file_name: str | None
    media_type: str
    size: int
    sha256: str
    organization: str
    member: str
    method: str
    deposited_at_ms: int
    captured_at_ms: int | None = None
    """A claim."""
    source: str | None = None
    """A claim."""
    tool: tuple[str, str] | None = None
    """Name and version of the program that collected."""
    previous: str | None = None
    """The exhibit before it in the chain."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The handlings of a matter, oldest first."""

    network: str
    matter: str
    handlings: tuple[Handling, ...]
