# SPDX-License-Identifier: Apache-2.0
"""Whether a newer version reads older records is told from the two schemas."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from msgspec.structs import replace

from tallystick.contracts import (
    ANY_MEMBER,
    BoundedText,
    Contract,
    Count,
    Label,
    Record,
    Table,
    action,
    schema_of,
    unreadable_tables,
)
from tallystick.contracts.context import Context

DO = Label(zh="做", en="Do")
REQUIRED = object()


class Inner(Record):
    """A part."""

    a: int


class WiderInner(Record):
    """A part with an optional field more."""

    a: int
    b: int = 0


class StricterInner(Record):
    """A part with a field more that has no default."""

    a: int
    b: int


def version(number: int, kind: Any, default: object = REQUIRED, *, key: str = "id") -> Any:
    """Return a contract whose table has a field `value` of this type."""
    body: dict[str, Any] = {"__module__": __name__, "__annotations__": {"id": str, "other": str}}
    if kind is not None:
        body["__annotations__"]["value"] = kind
    if default is not REQUIRED:
        body["value"] = default
    make: Any = type(Record)
    record = make("Kept", (Record,), body)

    class Sample(Contract, name="sample", version=number):
        """A contract."""

        kept = Table(record, key=key)

        @action(role=ANY_MEMBER, label=DO)
        def act(self, ctx: Context) -> None:
            """Do nothing."""

    return schema_of(Sample)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (int, int),
        (int, int | None),
        (Count, int),
        (BoundedText, str),
        (Literal["a"], Literal["a", "b"]),
        (list[int], list[int | None]),
        (Inner, WiderInner),
        (dict[str, int], dict[str, int]),
    ],
)
def test_types_that_hold_all_old_values_are_read(old: object, new: object) -> None:
    """And the other way round they are not, unless they are the same."""
    assert unreadable_tables(version(1, old), version(2, new)) == ()
    expected = () if old == new else ("kept",)
    assert unreadable_tables(version(1, new), version(2, old)) == expected


@pytest.mark.parametrize(("old", "new"), [(int, str), (Inner, StricterInner), (Inner, int)])
def test_other_types_are_not_read(old: object, new: object) -> None:
    """Such a table needs a migration."""
    assert unreadable_tables(version(1, old), version(2, new)) == ("kept",)


def test_a_new_field_needs_a_default_and_no_field_may_go() -> None:
    """Records are closed: a field that nobody declares makes one unreadable."""
    assert unreadable_tables(version(1, None), version(2, int)) == ("kept",)
    assert unreadable_tables(version(1, None), version(2, int, 0)) == ()
    assert unreadable_tables(version(1, int), version(2, None)) == ("kept",)


def test_another_key_needs_a_migration_and_a_table_that_is_gone_none() -> None:
    """Records of a table that is gone are never read again."""
    assert unreadable_tables(version(1, int), version(2, int, key="other")) == ("kept",)
    assert unreadable_tables(version(1, int), replace(version(2, int), tables=())) == ()
