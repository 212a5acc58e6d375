# SPDX-License-Identifier: Apache-2.0
"""What the extracts of custody say: storage, destruction, audit, restore drill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, TypeAlias

from tallystick.contracts import (
    CHINA_OFFSET_MINUTES,
    Contradiction,
    Row,
    TableReader,
    asdict,
    required_record,
)
from tallystick.contracts.parts import Document, DocumentVersion
from tallystick.industries.custody.archive_records import Audit, Drill, Manifest
from tallystick.industries.custody.records import (
    Agreement,
    DestroyOrder,
    Placement,
    StoredObject,
)
from tallystick.industries.custody.refusals import NothingThere
from tallystick.industries.custody.rules import place_at
from tallystick.industries.custody.workflows import CheckState, ObjectState, PlacementState

Facts: TypeAlias = Mapping[str, Any]
_CHINA: Final = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))


def is_stored(row: Row) -> bool:
    """Tell whether all copies of an object were stored, and its keeping is not over."""
    return row["stored_at"] is not None and row["ended_at"] is None


def is_destroyed(row: Row) -> bool:
    """Tell whether an object is destroyed."""
    return bool(row["state"] == ObjectState.DESTROYED)


def is_over(row: Row) -> bool:
    """Tell whether a drill has a result."""
    return bool(row["state"] != CheckState.DRAWN)


def storage_facts(tables: TableReader, object_id: str) -> Facts:
    """Return the storage certificate: address, copies, since when, until when.

    Raises:
        Contradiction: the records do not fit together.
        NothingThere: it is not stored.
    """
    kept = required_record(tables, "objects", StoredObject, object_id)
    agreement = required_record(tables, "agreements", Agreement, kept.agreement)
    document, file = _document(tables, kept)
    copies = [_copy(tables, kept.id, node) for node in kept.nodes]
    if sum(one.state is PlacementState.PINNED for one in copies) != kept.pinned:
        raise Contradiction(subject=kept.id, what="copies")
    if not is_stored(asdict(kept)):
        raise NothingThere(subject=kept.id, why=kept.state)
    return {
        "object": kept.id,
        "state": kept.state,
        "owner": kept.owner,
        "cid": kept.cid,
        "sha256": file.sha256,
        "size": kept.size,
        "media_type": file.media_type,
        "plaintext_commitment": kept.plain,
        "stored_at": time_of(kept.stored_at),
        "period_until": time_of(kept.period_until),
        "retain_until": time_of(document.retain_until),
        "legal_holds": document.legal_holds,
        "copies_agreed": agreement.copies,
        "zones_agreed": agreement.zones,
        "copies_good": kept.pinned,
        "copies": [
            {
                "node": one.node,
                "operator": one.operator,
                "zone": one.zone,
                "copy_state": one.state,
                "pinned_at": time_of(one.pinned_at),
            }
            for one in copies
        ],
    }


def destruction_facts(tables: TableReader, object_id: str) -> Facts:
    """Return the certificate that an object was destroyed, by whom, and what remains.

    Raises:
        Contradiction: the records do not fit together.
        NothingThere: it was not destroyed.
    """
    kept = required_record(tables, "objects", StoredObject, object_id)
    if not is_destroyed(asdict(kept)):
        raise NothingThere(subject=kept.id, why=kept.state)
    order = required_record(tables, "destructions", DestroyOrder, object_id)
    document, file = _document(tables, kept)
    if document.deleted_at is None or order.signed_by is None or kept.nodes:
        raise Contradiction(subject=kept.id, what="destruction")
    return {
        "object": kept.id,
        "state": kept.state,
        "owner": kept.owner,
        "cid": kept.cid,
        "sha256": file.sha256,
        "reason": order.reason,
        "ordered_by": order.ordered_by,
        "ordered_at": time_of(order.ordered_at),
        "signed_by": order.signed_by,
        "signed_at": time_of(order.signed_at),
        "retain_until": time_of(document.retain_until),
        "key_id": kept.key_id,
        "key_destroyed_at": time_of(kept.key_destroyed_at),
    }


def audit_facts(tables: TableReader, audit: str) -> Facts:
    """Return the report on an audit: what chance drew of which day, and what was found.

    Raises:
        Contradiction: the day is not there.
    """
    kept = required_record(tables, "audits", Audit, audit)
    day = required_record(tables, "manifests", Manifest, kept.manifest)
    lines = []
    for index in kept.indices:
        place = place_at(day.terminals, index)
        result = "found" if index in kept.found else "missing"
        line = {"index": index, "terminal": place.terminal, "sequence": place.sequence}
        lines.append({**line, "line_result": result})
    return {
        "audit": kept.id,
        "result": kept.state,
        "owner": kept.owner,
        "auditor": kept.auditor,
        **_day_facts(day),
        "drawn_at": time_of(kept.drawn_at),
        "drawn_from": kept.nonce,
        "due": time_of(kept.due),
        "ended_at": time_of(kept.ended_at),
        "lines_drawn": len(kept.indices),
        "lines_found": len(kept.found),
        "lines": lines,
        "keys_asked": [
            {
                "business_key": key,
                "line_result": "found" if key in kept.asked_found else "missing",
            }
            for key in kept.asked
        ],
    }


def drill_facts(tables: TableReader, drill: str) -> Facts:
    """Return the report on a restore drill: which document, from where, how long.

    Raises:
        Contradiction: the day is not there.
        NothingThere: it is not over.
    """
    kept = required_record(tables, "drills", Drill, drill)
    day = required_record(tables, "manifests", Manifest, kept.manifest)
    if not is_over(asdict(kept)):
        raise NothingThere(subject=kept.id, why=kept.state)
    place = place_at(day.terminals, kept.index)
    return {
        "drill": kept.id,
        "result": kept.state,
        "owner": kept.owner,
        "drawn_by": kept.drawn_by,
        **_day_facts(day),
        "terminal": place.terminal,
        "sequence": place.sequence,
        "object": kept.object,
        "node": kept.node,
        "drawn_at": time_of(kept.drawn_at),
        "took_ms": kept.took_ms,
        "ended_at": time_of(kept.ended_at),
    }


def time_of(time_ms: int | None) -> str | None:
    """Return a time as people in China read it, by RFC 3339."""
    if time_ms is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    return moment.astimezone(_CHINA).isoformat(timespec="milliseconds")


def _day_facts(day: Manifest) -> Facts:
    return {
        "manifest": day.id,
        "day": day.day.isoformat(),
        "day_number": day.number,
        "day_root": day.root,
        "day_entries": day.entries,
    }


def _document(tables: TableReader, kept: StoredObject) -> tuple[Document, DocumentVersion]:
    document = required_record(tables, "files_documents", Document, kept.id)
    file = tables.record("files_versions", DocumentVersion, kept.id, document.version)
    if file is None or file.locator != kept.cid:
        raise Contradiction(subject=kept.id, what="address")
    return document, file


def _copy(tables: TableReader, object_id: str, node: str) -> Placement:
    found = tables.record("placements", Placement, object_id, node)
    if found is None:
        raise Contradiction(subject=object_id, what="copies")
    return found
