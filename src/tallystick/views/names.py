# SPDX-License-Identifier: Apache-2.0
"""Names in SQL: distinct without regard to letter case, and short enough for every database."""

from __future__ import annotations

from typing import Final

from tallystick.crypto import sha256

NAME_BYTES_MAX: Final = 63
"""PostgreSQL cuts longer names off."""
_DIGEST_CHARACTERS: Final = 8


def table_name(contract: str, table: str, taken: set[str]) -> str:
    """Return `contract__table`; two underlines keep it apart from the views' own tables."""
    return distinct_name(f"{contract}__{table}", taken)


def index_name(table: str, column: str) -> str:
    """Return the name of the index on a column; indexes share one space of names."""
    return shorten(f"ix_{table}__{column}")


def distinct_name(wanted: str, taken: set[str]) -> str:
    """Return `wanted`, or the next free variant of it, and mark it as taken."""
    name, number = shorten(wanted), 1
    while name.casefold() in taken:
        number += 1
        name = shorten(f"{wanted}_{number}")
    taken.add(name.casefold())
    return name


def shorten(name: str) -> str:
    """Return the name itself, or if it is too long a prefix with a digest of the whole."""
    if len(name.encode()) <= NAME_BYTES_MAX:
        return name
    kept = name.encode()[: NAME_BYTES_MAX - _DIGEST_CHARACTERS - 1].decode(errors="ignore")
    return f"{kept}_{sha256(name.encode()).hex()[:_DIGEST_CHARACTERS]}"
