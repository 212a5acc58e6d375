# SPDX-License-Identifier: Apache-2.0
"""Sentences for people, refusals, and the rules that every text and number meets."""

from __future__ import annotations

import pytest

from tallystick.contracts import (
    Refusal,
    ValueType,
    check_arguments,
    format_value,
    schema_of,
    sentence,
)
from tallystick.contracts.templates import describe, fill, parse_template
from tallystick.encoding import Value
from tallystick.errors import Duplicate, InvalidArguments, InvalidValue, error_classes
from tests.unit.contracts.samples import Shop, TooCheap

SCHEMA = schema_of(Shop)


def test_an_event_reads_as_a_sentence_in_both_languages() -> None:
    """Times are shown as in China, money in major units, the rest as it is."""
    event = SCHEMA.event("shop.Stocked")
    assert event is not None
    fields: dict[str, Value] = {
        "id": "a1",
        "organization": "ACME",
        "at": 1_790_000_000_999,
        "price": 5,
    }
    shown = sentence(event, fields)
    assert shown.en == "ACME stocked a1 at 2026-09-21 22:13:20 +08:00 for 0.05."
    assert shown.zh == "ACME 于 2026-09-21 22:13:20 +08:00 以 0.05 入库 a1。"


def test_flags_bytes_lists_and_absent_values_read_well() -> None:
    """Yes and no are words, bytes hexadecimal, what is absent a dash."""
    event = SCHEMA.event("shop.Sold")
    assert event is not None
    fields: dict[str, Value] = {
        "id": "a1",
        "is_fragile": True,
        "seal": b"\x00\xff",
        "tags": ["x", "y"],
    }
    shown = sentence(event, fields)
    assert shown.en == "a1 was sold, fragile: yes, seal 00ff, tags x, y, —."
    assert shown.zh == "a1 已售出，易碎：是，封签 00ff，标签 x、y，—。"


def test_a_refusal_reads_as_a_sentence_from_its_facts() -> None:
    """The ledger keeps code and facts; the words come from the schema."""
    refusal = SCHEMA.refusal("SHOP-12")
    assert refusal is not None
    shown = sentence(refusal, {"offer": 3, "price": 5})
    assert (shown.zh, shown.en) == (
        "出价 0.03 低于价格 0.05。",
        "The offer 0.03 is below the price 0.05.",
    )


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (False, "zh", "否"),
        (False, "en", "no"),
        ({"a": 1, "b": None}, "en", "a: 1, b: —"),
        ({"a": 1, "b": 2}, "zh", "a：1、b：2"),
        (7, "en", "7"),
        ([b"\x01"], "en", "01"),
    ],
)
def test_values_without_a_type_are_shown_plainly(value: Value, language: str, shown: str) -> None:
    """Old events keep reading after a field is gone from the contract."""
    assert format_value(value, None, language) == shown


def test_a_time_beyond_the_calendar_is_shown_as_a_number() -> None:
    """A sentence must never fail on what the ledger holds."""
    timestamp = ValueType(kind="integer", format="timestamp-ms")
    assert format_value(-1, timestamp, "en") == "-1"
    assert format_value(10**15, timestamp, "en") == "1000000000000000"
    assert format_value(0, timestamp, "en") == "1970-01-01 08:00:00 +08:00"


def test_a_template_reaches_no_attributes() -> None:
    """Only plain names are places; every other brace stays."""
    assert fill("{a} {a.b} {a[0]} {} {0}", lambda name: f"<{name}>") == "<a> {a.b} {a[0]} {} {0}"


def test_a_docstring_may_run_over_several_lines() -> None:
    """English lines are joined by a space, Chinese ones are not."""
    label = parse_template(
        """en: One
        two.

        zh: 一
        二。
        """,
        owner="Sample",
    )
    assert (label.en, label.zh) == ("One two.", "一二。")


@pytest.mark.parametrize(
    ("doc", "zh", "en"),
    [
        ("Do it.", "Do it.", "Do it."),
        ("en: Do it.", "Do it.", "Do it."),
        ("zh: 做。", "做。", "做。"),
        ("Intro.\n\nen: Do it.\nzh: 做。", "做。", "Do it."),
        (None, "", ""),
    ],
)
def test_a_description_in_one_language_serves_for_both(doc: str | None, zh: str, en: str) -> None:
    """Some text is better than none."""
    label = describe(doc)
    assert (label.zh, label.en) == (zh, en)


def test_a_refusal_carries_typed_facts() -> None:
    """Attributes for the contract's tests, plain values for the ledger, texts for the API."""
    refusal = TooCheap(offer=3, price=5)
    assert (refusal.offer, refusal.price, refusal.advice) == (3, 5, None)
    assert refusal.values() == {"offer": 3, "price": 5, "advice": None}
    assert refusal.facts() == {"offer": "3", "price": "5"}
    assert refusal.message == str(refusal) == "The offer 3 is below the price 5."
    assert refusal.code == "SHOP-12"


def test_facts_that_are_missing_or_unknown_are_a_mistake_of_the_author() -> None:
    """They show in the author's tests, not as odd refusals."""
    with pytest.raises(TypeError, match=r"missing \['price'\]"):
        TooCheap(offer=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"unknown \['size'\]"):
        TooCheap(offer=3, price=5, size=1)  # type: ignore[call-arg]


def test_a_shared_code_keeps_its_shared_title() -> None:
    """E_DUP means the same everywhere; an own code is titled by its sentence."""

    class Again(Refusal, code="E_DUP"):
        """en: Again {name}.

        zh: 又是 {name}。
        """

        name: str | None

    assert (Again.title_en, Again.title_zh) == (Duplicate.title_en, Duplicate.title_zh)
    assert TooCheap.title_zh == "出价 {offer} 低于价格 {price}。"
    assert Again(name=None).message == "Again —."
    assert error_classes()["E_DUP"] is Duplicate


def test_a_refusal_inherits_facts() -> None:
    """A family of refusals may share facts."""

    class Worse(TooCheap, code="SHOP-13"):
        """en: {offer} is far below {price}: {reason}.

        zh: {offer} 远低于 {price}：{reason}。
        """

        reason: str = "joke"

    assert Worse(offer=1, price=5).message == "1 is far below 5: joke."


@pytest.mark.parametrize(
    "text",
    [
        "采购合同",
        "contract",
        "📄 合同",
        "two\nlines",
        "é",
        "(2026)京0491民初1号",
        "",
        "👩‍⚖️ 法官",
        "a\u200f",
    ],
)
def test_what_people_write_passes(text: str) -> None:
    """Chinese, emoji, accents in composed form, newlines."""
    check_arguments({"title": text, "list": [text, {"key": text}]})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\x00b", "U+0000"),
        ("a\tb", "U+0009"),
        ("a\r\nb", "U+000D"),
        ("a\x7f", "U+007F"),
        ("a\x85", "U+0085"),
        ("\u202egpj.exe", "U+202E"),
        ("\u2066x", "U+2066"),
        ("a\u2028b", "U+2028"),
        ("合同\ufffe", "U+FFFE"),
    ],
)
def test_control_and_direction_characters_are_refused(text: str, found: str) -> None:
    """With them a name can be made to read as another."""
    with pytest.raises(InvalidValue) as caught:
        check_arguments({"title": text})
    assert caught.value.facts()["found"] == found
    assert caught.value.field == "title"


@pytest.mark.parametrize(
    ("value", "field"),
    [(["ok", "e\u0301"], "list[1]"), ({"k": "e\u0301"}, "list.k"), ({"e\u0301": 1}, "list (key)")],
)
def test_texts_that_are_not_nfc_are_refused_wherever_they_stand(value: Value, field: str) -> None:
    """What looks the same is the same."""
    with pytest.raises(InvalidValue, match="NFC") as caught:
        check_arguments({"list": value})
    assert caught.value.field == field


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64 - 1])
def test_an_integer_beyond_64_bits_is_refused(number: int) -> None:
    """Every language that reads the ledger can hold its integers."""
    with pytest.raises(InvalidArguments, match="64 bits"):
        check_arguments({"n": number})
    check_arguments({"low": -(2**63), "high": 2**63 - 1, "no": None, "b": b"", "t": True})


def test_a_float_is_refused() -> None:
    """The door may be handed one; the ledger never is."""
    with pytest.raises(InvalidArguments, match="float is not allowed"):
        check_arguments({"n": 1.5})  # type: ignore[dict-item]
