# SPDX-License-Identifier: Apache-2.0
"""How often one network address may do what is costly or could be guessed.

Kept in memory: a console that is started again begins to count anew. An account that is tried from
many addresses rests besides, see `account/attempts.py`.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final

_CALLERS_MAX: Final = 20_000
"""Who was not seen for longest is forgotten first."""
_IPV6_NETWORK_BITS: Final = 64
"""One subscriber has a whole network of them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so many in so many seconds, from one address."""

    name: str
    count: int
    within_s: int


SIGN_IN: Final = Pace("sign-in", 30, 15 * 60)
JOIN: Final = Pace("join", 20, 15 * 60)
RESET: Final = Pace("reset", 20, 15 * 60)
UPLOAD: Final = Pace("upload", 60, 10 * 60)
EXPORT: Final = Pace("export", 60, 10 * 60)


@dataclass(slots=True)
class Paces:
    """Who did what when, lately."""

    _seen: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)

    def wait_s(self, pace: Pace, caller: str, now_s: float) -> int:
        """Count one more, and return 0; or return how long to wait, and count nothing."""
        key = (pace.name, _network_of(caller))
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        if len(self._seen) > _CALLERS_MAX:
            self._seen.popitem(last=False)
        while times and times[0] <= now_s - pace.within_s:
            times.popleft()
        if len(times) >= pace.count:
            return math.ceil(times[0] + pace.within_s - now_s)
        times.append(now_s)
        return 0


def _network_of(caller: str) -> str:
    """Return the address, or the network of an IPv6 address."""
    try:
        address = ipaddress.ip_address(caller)
    except ValueError:
        return caller
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK_BITS), strict=False))
