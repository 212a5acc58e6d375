# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes by cbrrr: fast, needs a C compiler to install.

It refuses every non-canonical form while it decodes, so nothing is encoded again to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Never, cast

from cbrrr import decode_dag_cbor, encode_dag_cbor

NAME: Final = "cbrrr"

encode_value = cast("Callable[[object], bytes]", encode_dag_cbor)
"""Return canonical bytes; raise TypeError or ValueError for what the subset cannot hold."""


def decode_value(data: bytes) -> object:
    """Return the value of canonical `data`; raise ValueError or RecursionError otherwise."""
    return decode_dag_cbor(data, cid_ctor=_refuse_tag)


def _refuse_tag(content: bytes) -> Never:
    raise ValueError(f"tags are not allowed ({len(content)} bytes under tag 42)")
