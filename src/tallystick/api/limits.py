# SPDX-License-Identifier: Apache-2.0
"""Every bound of the HTTP door in one place: sizes, counts, waits.

Sizes that the ledger itself fixes (transaction, batch) are in `tallystick.units`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tallystick.units import DAY_MS

PAGE_SIZE_DEFAULT: Final = 50
PAGE_SIZE_MAX: Final = 500
"""Most items of one list answer; the same bound as in the views."""
QUERY_FIELDS_MAX: Final = 40
TEXT_PARAMETER_CHARACTERS_MAX: Final = 500
CURSOR_CHARACTERS_MAX: Final = 1_000
IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255
JSON_BYTES_MAX: Final = 256 * 1024
"""A JSON body; beyond it 413, before all of it was read."""
HISTORY_STEPS_MAX: Final = 50_000
"""Transactions and blocks folded to prove the state of an older height: two seconds of a core."""
PORT_DEFAULT: Final = 8700


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server process takes at a time; the defaults suit one node on two cores."""

    connections_max: int = 1_000
    """Open connections; further ones get 503 and are closed."""
    header_bytes_max: int = 16 * 1024
    """Request line and headers of one request; beyond it 431."""
    header_timeout_ms: int = 10_000
    """From the first byte of a request, or the connection, to the end of its headers."""
    body_timeout_ms: int = 20_000
    """From the end of the headers to the end of the body; beyond it 408."""
    keep_alive_ms: int = 30_000
    """How long an idle connection stays open."""
    unread_timeout_ms: int = 30_000
    """A client that takes nothing of its answer for so long is cut off."""
    body_bytes_total_max: int = 96 * 1024 * 1024
    """Bodies in memory at once over all requests; beyond it 503 and Retry-After."""
    in_flight_transactions_max: int = 40_000
    """Transactions handed to the node and not yet answered; beyond it 503 and Retry-After."""
    wait_ms_default: int = 10_000
    """How long a submission waits for `committed` unless it says otherwise."""
    wait_ms_max: int = 60_000
    """The longest that a submission waits, whatever it says."""
    views_wait_ms_max: int = 3_000
    """How long a list waits for the height named in Tally-Min-Height."""
    idempotency_entries_max: int = 10_000
    """Idempotency keys remembered; the oldest are forgotten first."""
    idempotency_lifetime_ms: int = DAY_MS
    """How long a key is remembered after its first use."""
    event_clients_max: int = 200
    """Event streams open at once."""
    event_send_timeout_ms: int = 10_000
    """A stream whose client takes no bytes for this long is ended; it can resume."""
    event_heartbeat_ms: int = 15_000
    """Longest silence on an event stream."""
    reader_threads: int = 16
    """Threads that read node and views for requests."""
    shutdown_ms: int = 5_000
    """How long open requests may take to finish when the server stops."""
