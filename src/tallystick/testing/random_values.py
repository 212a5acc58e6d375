# SPDX-License-Identifier: Apache-2.0
"""Values of a schema's types from a seeded generator: often such as the ledger has seen before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from tallystick.contracts import FieldSchema, Record, ValueType
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.testing.answers import Answer
from tallystick.testing.net import Net
from tallystick.testing.plain_values import plain
from tallystick.units import (
    DAY_MS,
    INTEGER_MAX,
)

Maker = Callable[[Random, Net], object]

_KNOWN_SHARE: Final = 0.7
"""How often a value is one that was seen before, where there is one."""
_NULL_SHARE: Final = 0.3
_ITEMS_MAX: Final = 3
_SMALL: Final = 100
_EVEN: Final = 0.5
_EDGE_SHARE: Final = 0.1
"""How often a number is the least or greatest, or a text one with unusual characters."""
_REMEMBERED_MAX: Final = 64
_TRIES: Final = 50
_DAYS_AROUND: Final = 100
_LETTERS: Final = "abcdefghij0123456789"
_MEDIA_TYPES: Final = ("text/plain", "application/pdf", "image/png")
_TEXTS: Final = ("甲方", "x y", "a\nb", "Überweisung", "合同 第1号")


class Memory:
    """Values seen in results and records, by the name of the field they stood in."""

    def __init__(self) -> None:
        """Know nothing."""
        self._by_name: defaultdict[str, list[Value]] = defaultdict(list)
        self.keys: list[str] = []
        """Primary keys."""

    def learn(self, name: str, value: object) -> None:
        """Remember a value and all inside it."""
        if isinstance(value, dict):
            for field, part in value.items():
                self.learn(field, part)
        elif isinstance(value, list):
            for part in value:
                self.learn(name, part)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            _keep(self._by_name[name], value)

    def learn_key(self, key: str) -> None:
        """Remember a primary key; it may stand under another argument's name."""
        if key not in self.keys:
            _keep(self.keys, key)

    def forget_key(self, key: str) -> None:
        """Forget the key of a record that is gone."""
        if key in self.keys:
            self.keys.remove(key)

    def candidates(self, kind: ValueType, name: str) -> list[list[Value]]:
        """Return what a field may well hold: values of its name, and for a free text all keys."""
        found = [self.of(name)]
        if kind.kind == "text" and kind.format in {None, "identifier"}:
            found.append([*self.keys])
        return [one for one in found if one]

    def of(self, name: str) -> list[Value]:
        """Return what was seen under a name."""
        return self._by_name.get(name, [])


def learn_from(memory: Memory, answer: Answer) -> None:
    """Remember what an action returned and wrote."""
    memory.learn("id", answer.execution.result)
    for row in answer.writes:
        if row.record is None:
            memory.forget_key(row.key)
        elif isinstance(row.record, Record):
            memory.learn("", plain(row.record))
            if "/" not in row.key:  # else a key of several fields, which have names
                memory.learn_key(row.key)


class RandomValues:
    """Makes arguments for methods."""

    def __init__(
        self, random: Random, net: Net, organizations: Iterable[str], makers: Mapping[str, Maker]
    ) -> None:
        """Draw from `random`, but ask a maker first, named by argument or by its whole place."""
        self._random = random
        self._net = net
        self._makers = makers
        self._organizations = list(organizations)
        self.memory = Memory()
        self._simple: Mapping[str, Callable[[ValueType, str], Value]] = {
            "boolean": lambda _kind, _name: random.random() < _EVEN,
            "bytes": lambda kind, _name: random.randbytes(self._size(kind)),
            "choice": lambda kind, _name: random.choice(kind.choices),
            "list": self._container,
            "map": self._container,
            "record": self._record,
        }

    def arguments(self, place: str, fields: Iterable[FieldSchema]) -> dict[str, object]:
        """Return arguments for the method at `contract.method`."""
        chosen: dict[str, object] = {}
        for field in fields:
            maker = self._makers.get(f"{place}.{field.name}") or self._makers.get(field.name)
            if maker is not None:
                chosen[field.name] = maker(self._random, self._net)
            elif field.is_required or self._random.random() > _NULL_SHARE:
                chosen[field.name] = self.value(field.type, field.name)
        return chosen

    def value(self, kind: ValueType, name: str) -> Value:
        """Return a value of a type for the field called `name`."""
        if kind.is_nullable and self._random.random() < _NULL_SHARE:
            return None
        make = self._simple.get(kind.kind)
        return self._scalar(kind, name) if make is None else make(kind, name)

    def _record(self, kind: ValueType, _: str) -> Value:
        return {
            field.name: self.value(field.type, field.name)
            for field in kind.fields
            if field.is_required or self._random.random() > _NULL_SHARE
        }

    def _container(self, kind: ValueType, name: str) -> Value:
        items = kind.items or ValueType(kind="text")
        made = [self.value(items, name) for _ in range(self._size(kind))]
        if kind.kind == "list":
            return made
        return {f"k{number}": item for number, item in enumerate(made)}

    def _size(self, kind: ValueType) -> int:
        least = kind.size_min or 0
        most = (
            least + _ITEMS_MAX if kind.size_max is None else min(kind.size_max, least + _ITEMS_MAX)
        )
        return self._random.randint(least, most)

    def _scalar(self, kind: ValueType, name: str) -> Value:
        """Return a text, number or date: a known one if it fits, else a new one."""
        random = self._random
        seen = self.memory.candidates(kind, name)
        if seen and random.random() < _KNOWN_SHARE:
            value: Value = random.choice(random.choice(seen))
            if _fits(kind, value):
                return value
        for _ in range(_TRIES):
            value = self._new(kind)
            if _fits(kind, value):
                return value
        raise ValueError(
            f"no value for {name!r} fits {kind.pattern or kind!r}: give one by `values`"
        )

    def _new(self, kind: ValueType) -> Value:
        random = self._random
        days = random.randint(-_DAYS_AROUND, _DAYS_AROUND)
        value: Value
        if kind.kind == "date":
            value = (self._net.today + timedelta(days=days)).isoformat()
        elif kind.format == "timestamp-ms":
            value = self._net.now_ms + days * DAY_MS
        elif kind.kind == "integer":
            value = self._integer(kind)
        elif kind.format == "organization":
            value = random.choice(self._organizations)
        elif kind.format in {"sha256", "sm3", "digest"}:
            value = sha256(bytes([random.randrange(_SMALL)])).hex()
        elif kind.format == "media-type":
            value = random.choice(_MEDIA_TYPES)
        else:
            value = self._text(kind)
        return value

    def _integer(self, kind: ValueType) -> int:
        least = -INTEGER_MAX if kind.minimum is None else kind.minimum
        most = INTEGER_MAX if kind.maximum is None else kind.maximum
        low = max(least, min(0, most))
        if self._random.random() < _EDGE_SHARE:
            return self._random.choice((least, most, low))
        return self._random.randint(low, min(most, low + _SMALL))

    def _text(self, kind: ValueType) -> str:
        if kind.pattern is None and self._random.random() < _EDGE_SHARE:
            text = self._random.choice(_TEXTS)
        else:
            text = "".join(self._random.choices(_LETTERS, k=self._random.randint(1, 8)))
        least = kind.size_min or 0
        return text.ljust(least, "a")[: kind.size_max]


def _fits(kind: ValueType, value: object) -> bool:
    if kind.kind == "integer":
        return (
            isinstance(value, int)
            and (kind.minimum is None or value >= kind.minimum)
            and (kind.maximum is None or value <= kind.maximum)
        )
    if not isinstance(value, str):
        return False
    return (
        (kind.size_min or 0) <= len(value)
        and (kind.size_max is None or len(value) <= kind.size_max)
        and (kind.pattern is None or re.search(kind.pattern, value) is not None)
    )


def _keep(values: list[Any], value: object) -> None:
    """Append, and forget the oldest beyond a limit."""
    values.append(value)
    if len(values) > _REMEMBERED_MAX:
        del values[0]
