# SPDX-License-Identifier: Apache-2.0
"""Base classes for what contracts keep, take and announce: frozen, keyword-only, closed records."""

from __future__ import annotations

from typing import Any, dataclass_transform

from msgspec import Struct, StructMeta, field


class _RecordMeta(StructMeta):
    """Gives every record class the same settings, which msgspec does not all inherit."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: object
    ) -> _RecordMeta:
        """Create the class frozen, keyword-only and closed.

        Values are acyclic (types that refer to themselves are refused), so the collector of
        cycles need not watch them.
        """
        settings: dict[str, Any] = {
            "frozen": True,
            "kw_only": True,
            "forbid_unknown_fields": True,
            "gc": False,
        }
        return super().__new__(cls, name, bases, namespace, **(settings | options))


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True, metaclass=_RecordMeta):
    """What a table keeps, or a part of it. `replace(record, field=...)` makes a changed copy.

    Allowed field types: text, `int` (64 bit), `bool`, `bytes`, `datetime.date`, enumerations of
    text or integers, `Literal`, other records, `list[...]`, `tuple[..., ...]`, `dict[str, ...]`,
    each also `| None`, and the constrained types of `values`.
    """


class Arguments(Record):
    """The arguments of a method as a record: `def deposit(self, ctx, new: NewDeposit)`.

    Its fields are the method's arguments; so a method can have many without a long signature, and
    another method can take a list of the same.
    """


class Event(Record):
    """A fact that a contract announces; its docstring is the sentence that people read.

    The docstring has a sentence `en: ...` and one `zh: ...`, both with `{field}` places.
    """
