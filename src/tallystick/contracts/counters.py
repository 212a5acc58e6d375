# SPDX-License-Identifier: Apache-2.0
"""What a package says of the paper that people show at counters, where nobody has a key.

A package with such a paper has a module `counter` beside its contract, with `COUNTER`. The command
takes what is shown (text, file or certificate), asks the contract's query, and makes a checklist of
the answer, with a line for each field that differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.contracts.label import Label


@dataclass(frozen=True, slots=True)
class Counter:
    """A kind of paper that is held against the ledger, field by field.

    The query takes `text` or `file` (bytes) and answers with `number`, `is_known`, `state`, and
    `differs`: a list of `field_name`, `presented`, `kept`.
    """

    label: Label
    query: str
    extract: str
    """The take-away that the paper is a certificate of; its labels name the fields."""
    group: str
    """The fact of the extract that holds the compared fields, as its labels have it."""
    over: Mapping[str, Label]
    """States in which the paper is worth nothing any more, or not yet."""
