# SPDX-License-Identifier: Apache-2.0
"""The rules of custody that need no ledger: fees, zones, sequences, draws, commitments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tallystick.contracts import DAY_MS, digest_of
from tallystick.industries.custody.archive_records import Audit, ManifestEntry, TerminalDay
from tallystick.industries.custody.records import (
    Agreement,
    CustodyParameters,
    Placement,
    StorageNode,
    StoredObject,
)
from tallystick.industries.custody.refusals import (
    BadManifest,
    BadSize,
    GapUnexplained,
    OverCapacity,
    SameOperator,
    SequenceOverlap,
    TooDear,
    TooFewZones,
)
from tallystick.industries.custody.workflows import ObjectState, PlacementState

MIB: Final = 1_048_576
GB: Final = 1_000_000_000
MONTH_DAYS: Final = 30
DRAWN_MAX: Final = 100
OBJECTS_A_CHALLENGE: Final = 1_000
"""Of so many objects at least one is challenged each day."""

LIVE_COPIES: Final = frozenset(
    {PlacementState.OFFERED, PlacementState.PINNED, PlacementState.SUSPECT}
)
KEPT: Final = frozenset(
    {
        ObjectState.STORED,
        ObjectState.DEGRADED,
        ObjectState.HELD,
        ObjectState.EXPIRING,
        ObjectState.RENEWED,
    }
)
"""States in which copies are challenged, paid and repaired."""


def plain_commitment(object_id: str, sha256: str, salt: bytes) -> str:
    """Return what stands on the ledger for a plaintext: bound to its object, and salted (AFC-9).

    Who shows the plaintext and the salt proves later that it was this one.
    """
    return digest_of("custody-plain", object_id, sha256, salt)


def business_key(secret: bytes, number: str) -> str:
    """Return what stands in a day's directory for a transaction number or such.

    The owner tells it to who may ask for the document of that number; nobody else finds it out.
    """
    return digest_of("custody-business-key", secret, number)


def entry_digest(entry: ManifestEntry) -> str:
    """Return the leaf of a line of a day's directory."""
    return digest_of(
        "custody-entry",
        entry.terminal,
        entry.sequence,
        entry.business_key,
        entry.object,
        entry.cid,
        entry.size,
    )


def check_size(size: int, size_max: int) -> None:
    """An object has at least one byte and not too many.

    Raises:
        BadSize: it has not.
    """
    if not 1 <= size <= size_max:
        raise BadSize(size=size, size_max=size_max)


def fee_slice(agreement: Agreement, size: int) -> int:
    """Return what one passed challenge of one copy is paid, at least one unit."""
    period = -(-size // MIB) * agreement.price * agreement.period_days
    return max(-(-period // (MONTH_DAYS * agreement.challenges)), 1)


def period_fee(agreement: Agreement, slice_fee: int) -> int:
    """Return what is held for a period: every copy, every challenge (AFC-5)."""
    return slice_fee * agreement.copies * agreement.challenges


def challenges_needed(copies: int, period_days: int) -> int:
    """Return how many challenges of each copy make one a day of a thousand objects."""
    return -(-period_days // (copies * OBJECTS_A_CHALLENGE))


def period_ms(agreement: Agreement) -> int:
    """Return how long a period is."""
    return agreement.period_days * DAY_MS


def round_at(agreement: Agreement, begin: int, number: int) -> int:
    """Return when the challenges of a round are issued: evenly within the period."""
    return begin + period_ms(agreement) * number // (agreement.challenges + 1)


def repair_ms(size: int, parameters: CustodyParameters) -> int:
    """Return how long a repair may take: so many seconds for each 10^9 bytes begun (AFC-6)."""
    return -(-size // GB) * parameters.repair_s_per_gb * 1_000


def check_node(node: StorageNode, size: int, price_max: int) -> None:
    """A node takes a copy only within its capacity, and for what is agreed.

    Raises:
        OverCapacity: it would be over-full.
        TooDear: it asks more.
    """
    if node.used + size > node.capacity:
        raise OverCapacity(node=node.id, free=node.capacity - node.used, needed=size)
    if node.price > price_max:
        raise TooDear(node=node.id, price=node.price, allowed=price_max)


def check_spread(nodes: Sequence[StorageNode], zones: int) -> None:
    """AFC-2: each copy at another operator, in so many zones.

    Raises:
        SameOperator: two are of one operator.
        TooFewZones: they lie too close together.
    """
    operators: set[str] = set()
    for node in nodes:
        if node.operator in operators:
            raise SameOperator(operator=node.operator)
        operators.add(node.operator)
    found = len({node.zone for node in nodes})
    if found < zones:
        raise TooFewZones(zones=found, needed=zones)


def can_mend(
    node: StorageNode, copies: Sequence[Placement], agreement: Agreement, size: int
) -> bool:
    """Return whether a node may take the next copy beside these (AFC-2)."""
    if not node.is_open or node.currency != agreement.currency or node.price > agreement.price:
        return False
    if node.used + size > node.capacity or any(one.operator == node.operator for one in copies):
        return False
    # A suspect copy is on its way out: it counts for its operator, not for its zone.
    zones = {one.zone for one in copies if one.state is not PlacementState.SUSPECT}
    missing = agreement.copies - sum(
        one.state is not PlacementState.SUSPECT for one in copies
    )  # this one included
    return len(zones | {node.zone}) + missing - 1 >= agreement.zones


def drawn_node(nodes: Sequence[StorageNode], seed: str, object_id: str) -> StorageNode:
    """Return one of the nodes by chance: the least digest."""
    return min(nodes, key=lambda node: digest_of("custody-repair", seed, object_id, node.id))


def drawn_indices(nonce: str, total: int, wanted: int) -> tuple[int, ...]:
    """Return different places below `total`, in order; all of them if they are few."""
    if total <= wanted:
        return tuple(range(total))
    drawn: set[int] = set()
    for counter in range(DRAWN_MAX):
        # Floyd's way: so many different places with so many draws.
        last = total - wanted + counter
        if last >= total:
            break
        place = int(digest_of("custody-draw", nonce, counter), 16) % (last + 1)
        drawn.add(last if place in drawn else place)
    return tuple(sorted(drawn))


def is_to_be_renewed(stored: StoredObject, now: int, expiring_ms: int) -> bool:
    """Return whether an object is in the last days of a period that nobody has renewed."""
    until = stored.period_until
    return until is not None and not stored.is_renewed and now >= until - expiring_ms


class Place(NamedTuple):
    """Which number of which terminal stands at a place of a day's directory."""

    terminal: str
    sequence: int


def end_of_run(day: TerminalDay) -> int:
    """Return the number that comes after a terminal's day."""
    return day.first + day.entries + sum(gap.count for gap in day.gaps)


def check_run(day: TerminalDay, expected: int) -> None:
    """AFC-7: a terminal's numbers go on where they stopped, and every gap has its cause.

    Raises:
        SequenceOverlap: numbers come a second time.
        GapUnexplained: numbers are missing before its first.
        BadManifest: its gaps are not within the run, in order and apart.
    """
    if day.first < expected:
        raise SequenceOverlap(terminal=day.terminal, first=day.first, next=expected)
    if day.first > expected:
        raise GapUnexplained(terminal=day.terminal, sequence=expected)
    at, end = day.first, end_of_run(day)
    for gap in day.gaps:
        if gap.first < at or gap.first + gap.count > end:
            raise BadManifest(what=f"gap {gap.first} of {day.terminal}")
        at = gap.first + gap.count


def place_at(days: Sequence[TerminalDay], index: int) -> Place:
    """Return what must stand at a place of a directory: nothing can be left out unseen.

    Raises:
        BadManifest: the directory has no such place.
    """
    rest = index
    for day in days:
        if rest < day.entries:
            at = day.first
            for gap in day.gaps:
                if at + rest < gap.first:
                    break
                rest -= gap.first - at
                at = gap.first + gap.count
            return Place(day.terminal, at + rest)
        rest -= day.entries
    raise BadManifest(what=f"place {index}")


def wanted_lines(audit: Audit) -> int:
    """Return how many lines an audit wants: drawn by chance, and asked for."""
    return len(audit.indices) + len(audit.asked)


def shown_lines(audit: Audit) -> int:
    """Return how many of them were shown, whatever came of it."""
    drawn, asked = {*audit.found, *audit.missing}, {*audit.asked_found, *audit.asked_missing}
    return len(drawn) + len(asked)


def index_of(days: Sequence[TerminalDay], terminal: str, sequence: int) -> int | None:
    """Return the place of a terminal's number in a directory; None if it has none there."""
    before = 0
    for day in days:
        if day.terminal == terminal:
            if not day.first <= sequence < end_of_run(day):
                return None
            for gap in day.gaps:
                if gap.first <= sequence < gap.first + gap.count:
                    return None
            skipped = sum(gap.count for gap in day.gaps if gap.first < sequence)
            return before + sequence - day.first - skipped
        before += day.entries
    return None
