# SPDX-License-Identifier: Apache-2.0
"""What somebody entered into a form, and the arguments it stands for; pure.

A form is flat: the control of `rows[2].amount` is called `rows.2.amount`. A list's length is
`rows.#`; whether an optional record is given is `guardian.?`. What cannot be read becomes an error
at its own control, with a code, and the rest is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from tallystick.console.amounts import minor_units, plain_digits
from tallystick.console.ledger import Json
from tallystick.console.shown import BEIJING, MINOR_UNITS
from tallystick.errors import InvalidArguments

COUNT: Final = "#"
IS_SET: Final = "?"
ROWS_MAX: Final = 200
"""A longer list comes from a file."""
_TO_THE_MS: Final = len("2026-11-22T08:30:04.123")
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why what stands in one control cannot be read."""

    path: str
    """Of the control."""
    code: str
    """As the node says for the same."""
    text: str
    """English; its translation is in the area's catalogue."""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Entered:
    """The controls of a form as they were sent."""

    values: Mapping[str, str]
    flaws: list[Flaw] = field(default_factory=list)

    def read(self, fields: list[Json]) -> dict[str, Json]:
        """Return the arguments of a method; flaws are noted."""
        return self._record(fields, "")

    def read_at(self, field: Json, path: str) -> Json:
        """Return what stands in one control, wherever it is in the form; flaws are noted."""
        return self._value(field, path)

    def count(self, path: str) -> int:
        """Return how many rows a list has."""
        stated = self.values.get(f"{path}.{COUNT}", "0")
        return min(int(stated), ROWS_MAX) if stated.isdecimal() else 0

    def text(self, path: str) -> str:
        """Return what stands in a control."""
        return self.values.get(path, "").strip()

    def _record(self, fields: list[Json], prefix: str) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for one in fields:
            path = f"{prefix}{one['name']}"
            value = self._value(one, path)
            if value is not None or (one.get("is_nullable") and not one.get("is_required")):
                found[one["name"]] = value
        return found

    def _value(self, one: Json, path: str) -> Json:
        widget = one["widget"]
        if widget == "record":
            return self._whole_record(one, path)
        if widget in {"list", "map"}:
            return self._rows(one, path)
        if widget == "switch":
            return self.text(path) == "yes"
        text = self.text(path)
        if not text:
            if one.get("is_required"):
                self._flaw(path, "This must be filled in.")
            return None
        return _READERS.get(widget, Entered._plain)(self, one, path, text)

    def _whole_record(self, one: Json, path: str) -> Json:
        is_optional = one.get("is_nullable") and not one.get("is_required")
        if is_optional and self.text(f"{path}.{IS_SET}") != "yes":
            return None
        return self._record(one["fields"], f"{path}.")

    def _rows(self, one: Json, path: str) -> Json:
        rows = range(self.count(path))
        item = {**one["item"], "is_required": True}
        if one["widget"] == "list":
            return [self._value(item, f"{path}.{row}") for row in rows]
        return {
            self.text(f"{path}.{row}.key"): self._value(item, f"{path}.{row}.value") for row in rows
        }

    def _plain(self, one: Json, path: str, text: str) -> Json:
        for choice in one.get("choices") or ():
            if str(choice) == text:
                return choice
        least, most = one.get("size_min") or 0, one.get("size_max") or len(text)
        if len(text) < least:
            return self._flaw(path, "This needs at least %(least)s characters.", least=str(least))
        if len(text) > most:
            return self._flaw(path, "This may have at most %(most)s characters.", most=str(most))
        if one.get("choices") or (one.get("pattern") and not re.search(one["pattern"], text)):
            return self._flaw(path, "This does not have the right form.")
        return text

    def _number(self, one: Json, path: str, text: str) -> Json:
        try:
            number = int(plain_digits(text))
        except ValueError:
            return self._flaw(path, "This must be a whole number.")
        return self._bounded(one, path, number)

    def _money(self, one: Json, path: str, text: str) -> Json:
        try:
            amount = minor_units(text)
        except ValueError:
            return self._flaw(path, "This must be an amount such as 1,234.50.")
        if amount != amount.to_integral_value():
            return self._flaw(path, "An amount has at most two decimal places.")
        return self._bounded(one, path, int(amount))

    def _time(self, one: Json, path: str, text: str) -> Json:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return self._flaw(path, "This must be a date and time such as 2026-11-22 08:30.")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=BEIJING)
        return (moment - _EPOCH) // timedelta(milliseconds=1)

    def _bounded(self, one: Json, path: str, number: int) -> Json:
        least, most = one.get("minimum"), one.get("maximum")
        if least is not None and number < least:
            return self._flaw(path, "This must be at least %(least)s.", least=str(least))
        if most is not None and number > most:
            return self._flaw(path, "This must be at most %(most)s.", most=str(most))
        return number

    def _flaw(self, path: str, text: str, **facts: str) -> None:
        self.flaws.append(Flaw(path, InvalidArguments.code, text, facts))


_Reading = Callable[[Entered, Json, str, str], Json]
_READERS: Final[Mapping[str, _Reading]] = {
    "number": Entered._number,  # noqa: SLF001 # of this class
    "money": Entered._money,  # noqa: SLF001
    "time": Entered._time,  # noqa: SLF001
}


def filled(fields: list[Json], values: Mapping[str, Json]) -> dict[str, str]:
    """Return the controls of a form that stands for these arguments, or for its defaults."""
    shown: dict[str, str] = {}
    for one in fields:
        value = values.get(one["name"], one.get("default"))
        _fill(shown, one, one["name"], value)
    return shown


def _fill(shown: dict[str, str], one: Json, path: str, value: Json) -> None:
    widget = one["widget"]
    if widget == "record":
        shown[f"{path}.{IS_SET}"] = "yes" if value else ""
        for inner in one["fields"]:
            given = (value or {}).get(inner["name"], inner.get("default"))
            _fill(shown, inner, f"{path}.{inner['name']}", given)
    elif widget == "list":
        rows = value or ([None] * (one.get("size_min") or 0))
        shown[f"{path}.{COUNT}"] = str(len(rows))
        for row, item in enumerate(rows):
            _fill(shown, one["item"], f"{path}.{row}", item)
    elif widget == "map":
        shown[f"{path}.{COUNT}"] = str(len(value or {}))
        for row, (key, item) in enumerate((value or {}).items()):
            shown[f"{path}.{row}.key"] = key
            _fill(shown, one["item"], f"{path}.{row}.value", item)
    elif value is not None:
        shown[path] = _entered(widget, value)


def _entered(widget: str, value: Json) -> str:
    if widget == "money":
        return f"{Decimal(value).scaleb(-MINOR_UNITS):,.{MINOR_UNITS}f}"
    if widget == "time":
        moment = datetime.fromtimestamp(value // 1000, BEIJING).replace(tzinfo=None)
        exact = moment.replace(microsecond=value % 1000 * 1000)
        return exact.isoformat(timespec="auto" if value % 60_000 else "minutes")[:_TO_THE_MS]
    if widget == "switch":
        return "yes" if value else ""
    return str(value)
