# SPDX-License-Identifier: Apache-2.0
"""Transactions as lists show them, and answers that say which block they reflect."""

from __future__ import annotations

from tallystick.api.answer import Answer, json_answer
from tallystick.api.catalogue import Catalogue
from tallystick.api.records import TransactionSummary
from tallystick.api.represent import show_sentence
from tallystick.api.view_rows import TransactionRow
from tallystick.api.wire_types import format_time


def list_answer(record: object, height: int) -> Answer:
    """Return what was read from the views at `height`."""
    answer = json_answer(record)
    return Answer(answer.status, answer.body, answer.media_type, answer.headers, height)


def show_transaction_row(row: TransactionRow, catalogue: Catalogue) -> TransactionSummary:
    """Return a transaction of a list, with its sentence."""
    said = row.summary or catalogue.short_sentence(
        row.contract, row.method, row.organization, row.code
    )
    return TransactionSummary(
        id=row.id.hex(),
        height=row.height,
        index=row.index,
        leaf_index=row.leaf_index,
        level="committed",
        code=row.code,
        time=format_time(row.time),
        time_ms=row.time,
        contract=row.contract,
        method=row.method,
        organization=row.organization,
        member=row.member,
        signer=None if row.public_key is None else row.public_key.hex(),
        sentence=show_sentence(said),
        event_count=row.event_count,
    )
