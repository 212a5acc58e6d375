# SPDX-License-Identifier: Apache-2.0
"""Carrying out a batch of deposits: in groups, one transaction each, and resumable.

Nothing is kept on disk: what is missing is asked of the ledger, so running a plan again deposits
only what is not there yet, whatever interrupted it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tallystick.client.batch_plan import BatchItem, BatchResult, BatchState, Matter
from tallystick.client.evidence import CONTRACT, deposits
from tallystick.client.exchange import Flow
from tallystick.client.problems import problem_of
from tallystick.client.reading import fetch_entry, fetch_page, fetch_transaction
from tallystick.client.records import Item
from tallystick.client.session import Session
from tallystick.client.submission import committed, fetch_receipt, submit
from tallystick.encoding import Value, encode, parse_hex
from tallystick.errors import (
    Duplicate,
    InvalidArguments,
    LimitExceeded,
    Malformed,
    Refused,
    RoleMissing,
    TallystickError,
)
from tallystick.units import HASH_SIZE

GROUP_ITEMS_MAX: Final = 100
_GROUP_BYTES_MAX: Final = 48 * 1024
"""Arguments of one transaction, well below the limit of the whole."""


def groups(
    items: Sequence[BatchItem], *, items_max: int = GROUP_ITEMS_MAX
) -> Iterator[list[BatchItem]]:
    """Cut items into groups that fit one transaction each."""
    group: list[BatchItem] = []
    size = 0
    for item in items:
        item_size = len(encode(item.args))
        if group and (len(group) == items_max or size + item_size > _GROUP_BYTES_MAX):
            yield group
            group, size = [], 0
        group.append(item)
        size += item_size
    if group:
        yield group


class KnownDeposits:
    """What a run has learnt of deposits that exist already, by content and case."""

    def __init__(self) -> None:
        """Know nothing."""
        self.ids: dict[Matter, str] = {}


def deposit_group(
    session: Session, group: Sequence[BatchItem], known: KnownDeposits
) -> Flow[list[BatchResult]]:
    """Deposit what of a group is not deposited yet; return one result for each item, in order.

    Raises:
        NotFinal, Unavailable: run the plan again later, it goes on where it stopped.
        Rejected: the signer may not deposit at all.
        Unverified: the node's receipt does not check out.
    """
    yield from session.contact()
    yield from _look_up(session, group, known)
    results = {
        id(item): BatchResult(item, BatchState.EXISTING, known.ids[item.matter])
        for item in group
        if item.matter in known.ids
    }
    fresh = [item for item in group if id(item) not in results]
    sent = yield from _send(session, fresh)
    results.update((id(one.item), one) for one in sent)
    return [results[id(item)] for item in group]


def _look_up(session: Session, group: Sequence[BatchItem], known: KnownDeposits) -> Flow[None]:
    """Learn which items exist already, if the first or the last of the group does.

    A batch that is run again has whole groups there; a new one has none, and is not asked about
    item by item. What this misses, the contract refuses with the list of duplicates.
    """
    for end in (group[0], group[-1]):
        yield from _find(session, end, known)
    if group[0].matter in known.ids or group[-1].matter in known.ids:
        for item in group:
            yield from _find(session, item, known)


def _find(session: Session, item: BatchItem, known: KnownDeposits) -> Flow[None]:
    """Learn of one item, and of all that were deposited in the same transaction."""
    if item.matter in known.ids:
        return
    digest, case = item.matter
    organization = session.identity.organization if session.identity else None
    filters = {"sha256": digest.hex(), "case": case or None, "organization": organization}
    page = yield from fetch_page(session, deposits(filters), None)
    for row in page.items:
        # No filter says "without a case".
        if (row.get("case_number") or "") == case and isinstance(row.get("id"), str):
            known.ids[item.matter] = row["id"]
            yield from _learn_group(row, known)
            return


def _learn_group(row: Item, known: KnownDeposits) -> Flow[None]:
    """Learn what else the transaction deposited that a listed deposit came with."""
    leaf = row.get("_created_leaf")
    if not isinstance(leaf, int) or leaf < 0:
        return
    entry = yield from fetch_entry(leaf)
    record = yield from fetch_transaction(entry.transaction_id.hex())
    listed = record.args.get("deposits")
    ids = _deposit_ids(record.result)
    for one, deposit_id in zip(listed if isinstance(listed, list) else (), ids, strict=False):
        matter = _matter(one)
        if matter is not None and deposit_id is not None:
            known.ids[matter] = deposit_id


def _matter(args: object) -> Matter | None:
    """Return content and case of a deposit's arguments, None if they are not such."""
    match args:
        case {"sha256": str(digest), **more}:
            try:
                return parse_hex(digest, size=HASH_SIZE), str(more.get("case_number") or "")
            except Malformed:
                return None
    return None


def _send(session: Session, items: Sequence[BatchItem]) -> Flow[list[BatchResult]]:
    if not items:
        return []
    args: dict[str, Value] = {"deposits": [item.args for item in items]}
    raw = yield from session.signed(CONTRACT, "deposit_many", args)
    try:
        placed = yield from submit(session, raw)
    except Duplicate as error:
        known = _duplicates(error, len(items))
        if known:
            return (yield from _send_without(session, items, known))
        return (yield from _send_halves(session, items, error))
    except (InvalidArguments, LimitExceeded, Refused) as error:
        if isinstance(error, RoleMissing):
            raise  # nothing this signer sends will pass
        return (yield from _send_halves(session, items, error))
    receipt = yield from fetch_receipt(session, placed.id)
    ids = _deposit_ids(committed(placed, receipt).result)
    return [
        BatchResult(
            item,
            BatchState.DEPOSITED,
            ids[place] if place < len(ids) else None,
            placed.id,
            receipt,
        )
        for place, item in enumerate(items)
    ]


def _send_without(
    session: Session, items: Sequence[BatchItem], known: dict[int, str | None]
) -> Flow[list[BatchResult]]:
    """Send a refused group again without what exists already."""
    existing = [
        BatchResult(items[place], BatchState.EXISTING, deposit_id)
        for place, deposit_id in known.items()
    ]
    rest = [item for place, item in enumerate(items) if place not in known]
    return existing + (yield from _send(session, rest))


def _send_halves(
    session: Session, items: Sequence[BatchItem], error: TallystickError
) -> Flow[list[BatchResult]]:
    """Find the items at fault in a group that was refused as a whole."""
    if len(items) == 1:
        return [BatchResult(items[0], BatchState.FAILED, error=error)]
    middle = len(items) // 2
    first = yield from _send(session, items[:middle])
    return first + (yield from _send(session, items[middle:]))


def _duplicates(error: TallystickError, count: int) -> dict[int, str | None]:
    """Return deposit ids by place in the group, from the facts of the contract's refusal."""
    problem = problem_of(error)
    facts: Any = problem.facts if problem else None
    listed = facts.get("duplicates") if isinstance(facts, dict) else None
    known: dict[int, str | None] = {}
    for one in listed if isinstance(listed, list) else ():
        match one:
            case {"index": int(place), "existing": str() | None as deposit_id}:
                if 0 <= place < count:
                    known[place] = deposit_id
    return known


def _deposit_ids(result: Value) -> list[str | None]:
    """Return the deposits' numbers from what `deposit_many` returned."""
    rows = result if isinstance(result, list) else []
    found = [row.get("id") if isinstance(row, dict) else None for row in rows]
    return [one if isinstance(one, str) else None for one in found]
