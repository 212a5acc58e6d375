# SPDX-License-Identifier: Apache-2.0
"""Types that are used by several threads are made known to msgspec before there are several."""

from __future__ import annotations

from contextlib import suppress

from msgspec import ValidationError, convert


def learn_type(kind: type[object]) -> None:
    """Let msgspec learn a type before it is used.

    What it knows of a record's type it works out when it first meets it, in sight of all threads
    before it is whole: two that meet it at the same time may crash the process. So whatever
    threads read is learnt where it is defined, which happens before anything is served.
    """
    with suppress(ValidationError, TypeError):
        convert(None, kind)
