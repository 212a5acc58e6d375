# SPDX-License-Identifier: Apache-2.0
"""Labels of facts: what has none is found, wherever it stands."""

from __future__ import annotations

from tallystick.contracts import (
    FactForm,
    FactLabel,
    Label,
    digest_fact,
    fact,
    hidden_fact,
    money_fact,
    state_fact,
    time_fact,
    unlabelled,
)

LABELS = {
    "state": state_fact("状态", "State", {"OPEN": Label(zh="开", en="open")}),
    "fee": money_fact("费用", "Fee"),
    "at": time_fact("时间", "Time"),
    "root": digest_fact("摘要", "Digest"),
    "raw": hidden_fact("原文", "Raw"),
    "place": fact("地点", "Place"),
    "place.city": fact("城市", "City"),
    "lots": fact("批次", "Lots"),
    "lots.serials": fact("箱码", "Serials"),
}


def test_facts_with_labels_are_complete() -> None:
    """In objects, in lists of objects, in lists of text; what is hidden is not looked into."""
    facts = {
        "state": "OPEN",
        "raw": {"anything": 1},
        "place": {"city": "福州"},
        "lots": [{"serials": ["A", "B"]}, {"serials": []}],
        "fee": None,
    }
    assert unlabelled(LABELS, facts) == []
    assert unlabelled(LABELS, {"state": None, "lots": ()}) == []


def test_a_fact_or_a_state_without_words_is_named_by_its_path() -> None:
    """Once each; what is inside something without a label is not named beside it."""
    facts = {
        "state": "SHUT",
        "place": {"street": 1},
        "lots": [{"lot": 1}, {"lot": 2}],
        "other": {"inside": 1},
    }
    assert unlabelled(LABELS, facts) == ["lots.lot", "other", "place.street", "state=SHUT"]


def test_each_maker_of_a_label_says_how_the_fact_is_written() -> None:
    """Forms are what pages are set by."""
    forms = [one.form for one in LABELS.values()]
    assert forms[:6] == [
        FactForm.STATE,
        FactForm.MONEY,
        FactForm.TIME,
        FactForm.DIGEST,
        FactForm.HIDDEN,
        FactForm.PLAIN,
    ]
    assert LABELS["fee"] == FactLabel(Label(zh="费用", en="Fee"), FactForm.MONEY)
