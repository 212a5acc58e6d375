# SPDX-License-Identifier: Apache-2.0
"""What the facts of an extract are called on a page, in both languages, and how each is written.

`labels` of an `ExtractTakeAway` maps the path of a fact to one of these: `state`, or
`warehouse.licence` inside an object. The members of a list have no step of their own in a path:
`lots.serials` names the serials of each lot. Their order is that of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from tallystick.contracts.label import Label


class FactForm(StrEnum):
    """How a fact is written on a page."""

    PLAIN = "plain"
    """Text, a number, yes or no; a list of them; an object or a list of objects."""
    STATE = "state"
    """One of a few words, each with a label."""
    MONEY = "money"
    """Text in major units as `format_amount` has it, of the fact `currency` beside or above it."""
    TIME = "time"
    """A moment by RFC 3339, or a day by ISO 8601."""
    DIGEST = "digest"
    """Hexadecimal, to be compared and not to be read."""
    HIDDEN = "hidden"
    """Not on the page: it says again what other facts say, or is for machines."""


@dataclass(frozen=True, slots=True)
class FactLabel:
    """What one fact is called, and how it is written."""

    label: Label
    form: FactForm = FactForm.PLAIN
    words: Mapping[str, Label] = field(default_factory=dict)
    """Of `STATE`: its values, in words. A value without words is shown as it is."""


def fact(zh: str, en: str) -> FactLabel:
    """Name a fact that is shown as it is: text, number, yes or no, object, list."""
    return FactLabel(Label(zh=zh, en=en))


def money_fact(zh: str, en: str) -> FactLabel:
    """Name an amount in major units; its currency is the fact `currency` beside or above it."""
    return FactLabel(Label(zh=zh, en=en), FactForm.MONEY)


def time_fact(zh: str, en: str) -> FactLabel:
    """Name a time by RFC 3339, or a day by ISO 8601."""
    return FactLabel(Label(zh=zh, en=en), FactForm.TIME)


def digest_fact(zh: str, en: str) -> FactLabel:
    """Name a digest, a key or another long hexadecimal text."""
    return FactLabel(Label(zh=zh, en=en), FactForm.DIGEST)


def state_fact(zh: str, en: str, words: Mapping[str, Label]) -> FactLabel:
    """Name a state, and its values: `{"OPEN": Label(zh="进行中", en="open")}`."""
    return FactLabel(Label(zh=zh, en=en), FactForm.STATE, MappingProxyType(dict(words)))


def hidden_fact(zh: str, en: str) -> FactLabel:
    """Name a fact that is in the file and not on the page."""
    return FactLabel(Label(zh=zh, en=en), FactForm.HIDDEN)


def unlabelled(labels: Mapping[str, FactLabel], facts: Mapping[str, Any]) -> list[str]:
    """Return the paths of facts, and the values of states, that have no label; for tests."""
    return sorted(set(_unlabelled(labels, facts, "")))


def _unlabelled(labels: Mapping[str, FactLabel], value: object, path: str) -> Iterator[str]:
    found = labels.get(path)
    if path and found is None:
        yield path
    elif found is not None and found.form is FactForm.STATE:
        yield from _wordless(found, value, path)
    elif found is not None and found.form is FactForm.HIDDEN:
        return
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _unlabelled(labels, one, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _unlabelled(labels, one, path)


def _wordless(found: FactLabel, value: object, path: str) -> Iterator[str]:
    if value is not None and str(value) not in found.words:
        yield f"{path}={value}"
