# SPDX-License-Identifier: Apache-2.0
"""Lets record types be used by several threads.

msgspec works out what it must know of a record type when the type is first converted to, and two
threads that do so at the same time end the process (seen with 0.22.0 on CPython 3.11). So
whoever converts in threads prepares the types while the module is imported.
"""

from __future__ import annotations

from typing import Any

import msgspec


def prepare(kind: Any) -> None:  # noqa: ANN401  # a type, or what typing makes of types
    """Work out a record type, and those inside it, now."""
    msgspec.json.Decoder(kind)
