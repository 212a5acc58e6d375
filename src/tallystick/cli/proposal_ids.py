# SPDX-License-Identifier: Apache-2.0
"""A proposal named by the beginning of its id, as lists show it."""

from __future__ import annotations

import re
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.client import Net
from tallystick.errors import NotFound, UsageError

_WHOLE: Final = re.compile(r"[0-9a-f]{64}")
_START: Final = re.compile(r"[0-9a-f]{4,63}")


def full_id(net: Net, text: str) -> str:
    """Return the id that `text` is, or of which it is the beginning.

    Raises:
        UsageError: not an id, or several begin like this.
        NotFound: none begins like this.
    """
    wanted = text.strip().rstrip("…").lower()
    if _WHOLE.fullmatch(wanted):
        return wanted
    if not _START.fullmatch(wanted):
        raise UsageError(
            say("usage.value", name="PROPOSAL", value=text),
            field="PROPOSAL",
            expected="4 to 64 hexadecimal digits",
        )
    found = [one.id for one in net.governance.proposals() if one.id.startswith(wanted)]
    if not found:
        raise NotFound(
            say("governance.unknown", id=wanted),
            field="PROPOSAL",
            found=wanted,
            hint="tally governance list",
        )
    if len(found) > 1:
        raise UsageError(
            say("governance.several", id=wanted), field="PROPOSAL", expected=", ".join(found)[:300]
        )
    return found[0]
