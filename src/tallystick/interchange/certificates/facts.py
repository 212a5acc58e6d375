# SPDX-License-Identifier: Apache-2.0
"""Lays out facts as groups of rows and tables, in both languages; pure.

The same facts and names give the same groups, so whoever has both can tell whether a page says
anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tallystick.errors import Malformed
from tallystick.interchange.certificates.glyphs import displayable
from tallystick.interchange.certificates.records import FactName, Names, Text, named
from tallystick.interchange.chinese import amount_in_capitals
from tallystick.interchange.iso20022 import parse_amount

LIST_SHOWN_MAX: Final = 60
ROWS_SHOWN_MAX: Final = 100
_CELL_SHOWN_MAX: Final = 12
_NOTHING: Final = {"zh": "—", "en": "—", "form": "plain"}
_TRUTHS: Final = {True: Text("是", "yes"), False: Text("否", "no")}
_WIDTH_MIN, _WIDTH_MAX = 4, 24

Plain = dict[str, Any]


@dataclass(slots=True)
class Group:
    """A part of the page: rows, and at most one table."""

    title: Text | None
    rows: list[Plain] = field(default_factory=list)
    table: Plain | None = None
    note: Text | None = None

    def to_plain(self) -> Plain:
        """Return it as the page's template takes it."""
        return {
            "title": None if self.title is None else self.title._asdict(),
            "rows": self.rows,
            "table": self.table,
            "note": None if self.note is None else self.note._asdict(),
        }


def groups_of(
    facts: Mapping[str, Any], names: Names, organizations: Mapping[str, Text] | None = None
) -> list[Plain]:
    """Return the facts as groups, in the order of their names.

    A value that is the code of one of `organizations` stands with its name.

    Raises:
        Malformed: a fact is not of the form that its name says.
    """
    layout = _Layout(names, organizations or {})
    first = Group(None)
    layout.groups.append(first)
    layout.add_object(facts, "", first, "")
    return [one.to_plain() for one in layout.groups if one.rows or one.table]


class _Layout:
    """Walks the facts and fills the groups."""

    def __init__(self, names: Names, organizations: Mapping[str, Text]) -> None:
        self._names = names
        self._organizations = {code: named(code, organizations) for code in organizations}
        self._order = {path: place for place, path in enumerate(names)}
        self.groups: list[Group] = []

    def add_object(self, value: Mapping[str, Any], path: str, group: Group, currency: str) -> None:
        """Add an object's facts: its rows to the group, what has rows of its own after it."""
        currency = _currency(value, currency)
        for name in self._sorted(value, path):
            inside = f"{path}.{name}" if path else name
            said, one = self._name(inside), value[name]
            if said.form == "hidden":
                continue
            if isinstance(one, Mapping):
                self._add_group(said, one, inside, currency)
            elif _is_table(one):
                self._add_table(said, one, inside, currency)
            else:
                shown = _shown(one, said, currency, LIST_SHOWN_MAX)
                group.rows.append({"label": _clean(said.label)._asdict(), "value": shown})

    def _add_group(
        self, said: FactName, value: Mapping[str, Any], path: str, currency: str
    ) -> None:
        group = Group(_clean(said.label))
        self.groups.append(group)
        self.add_object(value, path, group, currency)

    def _add_table(
        self, said: FactName, rows: Sequence[Mapping[str, Any]], path: str, currency: str
    ) -> None:
        columns = [
            name
            for name in self._sorted(dict.fromkeys(key for row in rows for key in row), path)
            if self._name(f"{path}.{name}").form != "hidden"
        ]
        named = [self._name(f"{path}.{name}") for name in columns]
        cells = [
            [
                _cell(row.get(name), one, _currency(row, currency))
                for name, one in zip(columns, named, strict=True)
            ]
            for row in rows[:ROWS_SHOWN_MAX]
        ]
        table = {
            "columns": [_clean(one.label)._asdict() for one in named],
            "widths": [_width(one, [row[at] for row in cells]) for at, one in enumerate(named)],
            "rows": cells,
        }
        note = _left_out(len(rows), ROWS_SHOWN_MAX)
        self.groups.append(Group(_clean(said.label), table=table, note=note))

    def _sorted(self, found: Mapping[str, Any], path: str) -> list[str]:
        """Return names in the order of the page; those without a label last, by name."""
        last = len(self._order)

        def place(name: str) -> tuple[int, str]:
            return self._order.get(f"{path}.{name}" if path else name, last), name

        return sorted(found, key=place)

    def _name(self, path: str) -> FactName:
        own = path.rpartition(".")[2]
        found = self._names.get(path) or FactName(Text(own, own), "plain", {})
        # What a state is in words, an organisation's name is to its code.
        return found._replace(words=self._organizations) if found.form == "plain" else found


def _shown(value: object, said: FactName, currency: str, most: int) -> Plain:
    """Return a value as the page shows it, in both languages."""
    if value is None or value in ((), [], ""):
        return dict(_NOTHING)
    if isinstance(value, list | tuple):
        return _list(value, said, most)
    text = _text(value, said, currency)
    return {**_clean(text)._asdict(), "form": said.form}


def _cell(value: object, said: FactName, currency: str) -> Plain:
    if isinstance(value, Mapping) or _is_table(value):
        return {"zh": "见附件", "en": "in the attachment", "form": "plain"}
    shown = _shown(value, said, currency, _CELL_SHOWN_MAX)
    if said.form == "money" and value is not None:
        amount = f"{currency} {value}".strip()
        return {"zh": amount, "en": amount, "form": "money"}
    return shown


def _list(values: Sequence[object], said: FactName, most: int) -> Plain:
    texts = [_text(one, said, "") for one in values[:most]]
    zh, en = "、".join(one.zh for one in texts), ", ".join(one.en for one in texts)
    if len(values) > most:
        zh = f"{zh} 等 {len(values)} 项，全部见附件"
        en = f"{en} and others, {len(values)} in all: see the attachment"
    elif all(one.zh == one.en for one in texts):
        zh = en
    return {**_clean(Text(zh, en))._asdict(), "form": said.form}


def _text(value: object, said: FactName, currency: str) -> Text:
    if isinstance(value, bool):
        return _TRUTHS[value]
    text = str(value)
    if said.form in ("state", "plain") and text in said.words:
        return said.words[text]
    if said.form == "money":
        return _money(text, currency)
    if said.form == "time" and "T" in text:
        return Text(*(2 * (_moment(text),)))
    return Text(text, text)


def _money(text: str, currency: str) -> Text:
    """Return an amount; in Chinese in capital numerals too, which nobody alters with a stroke."""
    money = parse_amount(text, currency)
    plain = f"{currency} {_grouped(text)}"
    return Text(f"{plain}（{amount_in_capitals(money)}）", plain)


def _grouped(text: str) -> str:
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdecimal() else text


def _moment(text: str) -> str:
    """Return RFC 3339 with spaces in place of its letters; milliseconds of nothing are left out."""
    day, _, rest = text.partition("T")
    clock, sign, offset = rest, "", ""
    for mark in ("+", "Z"):
        if mark in rest:
            clock, sign, offset = rest.partition(mark)
            break
    zone = "UTC" if sign == "Z" else f"{sign}{offset}"
    return f"{day} {clock.removesuffix('.000')} {zone}".strip()


def _currency(value: Mapping[str, Any], above: str) -> str:
    own = value.get("currency")
    if own is None:
        return above
    if not isinstance(own, str):
        raise Malformed("a currency is no text", field="facts.currency")
    return own


def _is_table(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(one, Mapping) for one in value)
    )


def _left_out(count: int, most: int) -> Text | None:
    if count <= most:
        return None
    return Text(
        f"仅列前 {most} 行，共 {count} 行，全部见附件",
        f"the first {most} of {count} rows; all are in the attachment",
    )


def _width(said: FactName, cells: Sequence[Plain]) -> int:
    """Return the weight of a column: the longest text of it, within bounds."""
    texts: Iterator[str] = (str(cell["zh"]) for cell in cells)
    longest = max((len(one) for one in texts), default=0)
    return min(max(longest, 2 * len(said.label.zh), _WIDTH_MIN), _WIDTH_MAX)


def _clean(text: Text) -> Text:
    return Text(displayable(text.zh), displayable(text.en))
