# SPDX-License-Identifier: Apache-2.0
"""A certificate for judges, and altered copies of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.certificates import sealed, unsealed


def altered_certificates() -> Iterator[tuple[str, bytes]]:
    """Yield copies that no judge may accept, with what was altered."""
    data = sealed()
    size = len(unsealed())
    for what, place in (
        ("head", 1_000),
        ("page", size // 2),
        ("attachment", size * 9 // 10),
        ("seal's field", size + 60),
    ):
        yield what, data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
    yield "end", data + b"% more\n"
    yield "seal taken off", unsealed()
