# SPDX-License-Identifier: Apache-2.0
"""Hashes and transaction ids as users type them."""

from __future__ import annotations

from tallystick.cli.catalogue import say
from tallystick.encoding import parse_hex
from tallystick.errors import Malformed, UsageError
from tallystick.units import HASH_SIZE

_PREFIX = "sha256:"


def hash_option(text: str, name: str) -> bytes:
    """Return the 32 bytes of 64 hexadecimal digits, `sha256:` before them or not.

    Raises:
        UsageError: they are not.
    """
    try:
        return parse_hex(text.removeprefix(_PREFIX), size=HASH_SIZE)
    except Malformed as error:
        raise UsageError(
            say("usage.value", name=name, value=text), field=name, expected=error.expected
        ) from error
