# SPDX-License-Identifier: Apache-2.0
"""Nobody reads a name of the code: all contracts of this package have words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tallystick import industries
from tallystick.contracts import (
    Contract,
    FieldSchema,
    Label,
    ValueType,
    schema_of,
    without_words,
)

CONTRACTS: dict[str, type[Contract]] = {
    point.name: point.load()
    for point in entry_points(group="tallystick.contracts")
    if point.value.startswith("tallystick.")
}

REGISTERS = frozenset({"assets", "calendars", "documents", "sealing_keys", "seals"})


def labels_of(contract: type[Contract]) -> Iterator[Label]:
    """Yield every label of a contract's fields, choices, states and roles."""
    schema = schema_of(contract)
    yield from schema.role_labels.values()
    for workflow in schema.workflows:
        yield from workflow.state_labels.values()
    for method in schema.methods:
        yield from _of_fields(method.arguments)
        yield from () if method.result is None else _of_type(method.result)
    for fields in (one.fields for one in schema.tables):
        yield from _of_fields(fields)
    for fields in (*(e.fields for e in schema.events), *(r.fields for r in schema.refusals)):
        yield from _of_fields(fields)


def _of_fields(fields: tuple[FieldSchema, ...]) -> Iterator[Label]:
    for field in fields:
        yield field.label
        yield from _of_type(field.type)


def _of_type(kind: ValueType) -> Iterator[Label]:
    yield from kind.choice_labels.values()
    yield from () if kind.items is None else _of_type(kind.items)
    yield from _of_fields(kind.fields)


def test_all_contracts_are_looked_at() -> None:
    """Six industries and five registers."""
    assert len(CONTRACTS) == 11


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_every_field_choice_and_state_has_a_word(name: str) -> None:
    """Forms, decoded transactions and tables are made of these."""
    assert without_words(schema_of(CONTRACTS[name])) == []


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_chinese_is_chinese_and_english_is_english(name: str) -> None:
    """Names of algorithms and the like are the same in both."""
    for label in labels_of(CONTRACTS[name]):
        assert label.en.isascii(), label
        assert not label.zh.isascii() or label.zh == label.en, label


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_no_sentence_of_english_stands_in_a_chinese_description(name: str) -> None:
    """A paragraph behind `zh:` belongs to the Chinese, whatever its language."""
    schema = schema_of(CONTRACTS[name])
    for described in (schema.description, *(one.description for one in schema.methods)):
        assert not re.search(r"[A-Za-z]+(?: [a-z]+){3,}", described.zh), described.en


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_no_word_is_left_over(name: str) -> None:
    """What a contract's table says is said of something that it has."""
    contract = CONTRACTS[name]
    shown = {(label.zh, label.en) for label in labels_of(contract)}
    unused = {key for key, label in contract.words.items() if (label.zh, label.en) not in shown}
    assert unused == set()


def phrases_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that an industry writes into fields of format `word`, with their fields."""
    schema = schema_of(CONTRACTS[name])
    told = {one.name: one.fields for one in schema.refusals}
    told |= {one.name.rpartition(".")[2]: one.fields for one in schema.events}
    for path in sorted((Path(industries.__path__[0]) / name).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            kinds = {one.name: one.type for one in told.get(node.func.id, ())}
            for given in node.keywords:
                kind = kinds.get(given.arg or "")
                if (
                    kind is None
                    or kind.format != "word"
                    or not isinstance(given.value, ast.Constant)
                ):
                    continue
                if given.value.value not in kind.choice_labels:
                    yield node.func.id, str(given.value.value)


@pytest.mark.parametrize("name", sorted(CONTRACTS.keys() - REGISTERS))
def test_what_a_contract_writes_itself_has_a_chinese_text(name: str) -> None:
    """A refusal's facts are read by people: no English phrase stands in a Chinese sentence."""
    assert list(phrases_of(name)) == []
