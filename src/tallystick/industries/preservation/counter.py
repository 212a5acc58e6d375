# SPDX-License-Identifier: Apache-2.0
"""A letter at a counter: what it is compared by, and in which states it secures nothing."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import Counter, Label
from tallystick.industries.preservation.letter_records import LetterState

COUNTER: Final = Counter(
    label=Label(zh="财产保全担保函", en="a letter of guarantee"),
    query="check_letter",
    extract="letter",
    group="letter",
    over=MappingProxyType(
        {
            LetterState.CANCELLED: Label(zh="担保人已注销", en="its guarantor cancelled it"),
            LetterState.REJECTED: Label(zh="法院不予采纳", en="the court did not accept it"),
            LetterState.RELEASED: Label(zh="担保责任已解除", en="it is released"),
            LetterState.DISCHARGED: Label(zh="担保责任已终止", en="it is discharged"),
        }
    ),
)
