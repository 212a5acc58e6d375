# SPDX-License-Identifier: Apache-2.0
"""Deposited evidence as a list: the table of its contract, under names that people expect."""

from __future__ import annotations

from typing import Final

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.table_rows import row_answer, rows_answer
from tallystick.api.view_ports import RecordFilter
from tallystick.contracts import TableSchema
from tallystick.errors import NotFound

_EVIDENCE: Final = "evidence"
_DEPOSITS: Final = "deposits"


def list_deposits(asked: Asked) -> Answer:
    """Answer GET /v1/evidence/deposits."""
    digest = asked.optional_hash("sha256")
    where = {
        "sha256": None if digest is None else digest.hex(),
        "case_number": asked.text("case_number"),
        "organization": asked.text("organization"),
        "collector.device": asked.text("collector"),
    }
    given = {name: value for name, value in where.items() if value is not None}
    return rows_answer(asked, _EVIDENCE, _deposits(asked), RecordFilter(where=given))


def show_deposit(asked: Asked) -> Answer:
    """Answer GET /v1/evidence/deposits/{id}."""
    return row_answer(asked, _EVIDENCE, _deposits(asked), "id")


def _deposits(asked: Asked) -> TableSchema:
    table = asked.server.catalogue.table(_EVIDENCE, _DEPOSITS)
    if table is None:
        raise NotFound("this node runs no evidence contract", field="path")
    return table
