# SPDX-License-Identifier: Apache-2.0
"""A fact announced by a contract while a transaction executed."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.encoding import Value


@dataclass(frozen=True, slots=True)
class Event:
    """Recorded in the log entry of its transaction, in order."""

    name: str
    """`contract.Event`, for example `evidence.Deposited`."""
    fields: dict[str, Value]
