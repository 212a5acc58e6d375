# SPDX-License-Identifier: Apache-2.0
"""What happened in a test, told when it fails: calls with reads, writes, events, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from traceback import walk_tb
from typing import Final

from msgspec import Struct

from tallystick.contracts import Definition, sentence
from tallystick.encoding import Value, decode
from tallystick.errors import TallystickError
from tallystick.model import OK
from tallystick.testing.chain import Carried
from tallystick.testing.decoding import row_of
from tallystick.testing.people import Person
from tallystick.testing.plain_values import plain
from tallystick.testing.rejections import facts_of

SHOWN_MAX: Final = 12
"""Calls that are shown in full; of earlier ones only their number."""
DIFF_LINES_MAX: Final = 60
_WIDTH: Final = 160
_PLATFORM: Final = ("contracts", "execution", "testing", "errors")


class Step(Struct):
    """One call of a test."""

    person: Person
    contract: str
    method: str
    args: dict[str, Value]
    carried: Carried | None = None
    """What it did; None if the contract's code failed, or it was a query."""
    failure: BaseException | None = None
    """What was raised to the test."""
    is_query: bool = False


def tell(
    definitions: Mapping[str, Definition],
    steps: Iterable[Step],
    before: Mapping[bytes, bytes],
    after: Mapping[bytes, bytes],
    *,
    count: int,
) -> str:
    """Return the calls of a test and how the state differs at its end."""
    shown = list(steps)[-SHOWN_MAX:]
    lines = [f"... {count - len(shown)} earlier calls ..."] if count > len(shown) else []
    for step in shown:
        lines.extend(_call(definitions, step))
    lines.append("state, before and after:")
    diff = list(_diff(definitions, before, after))
    lines += [f"  {line}" for line in diff[:DIFF_LINES_MAX]] or ["  no change"]
    if len(diff) > DIFF_LINES_MAX:
        lines.append(f"  ... {len(diff) - DIFF_LINES_MAX} more lines ...")
    return "\n".join(lines)


def place_of(failure: BaseException) -> str:
    """Return `file:line` of the author's code that raised, empty if there is none."""
    found = ""
    for frame, line in walk_tb(failure.__traceback__):
        path = frame.f_code.co_filename
        if not _is_platform(path):
            found = f"{path}:{line}"
    return found


def _is_platform(path: str) -> bool:
    package = Path(__file__).parents[1]
    return any(Path(path).is_relative_to(package / room) for room in _PLATFORM)


def _call(definitions: Mapping[str, Definition], step: Step) -> Iterator[str]:
    arguments = ", ".join(f"{name}={_short(value)}" for name, value in step.args.items())
    kind = "query " if step.is_query else ""
    where = "" if step.carried is None else f"  [block {step.carried.height}]"
    yield f"{kind}{step.person!r} {step.contract}.{step.method}({arguments}){where}"
    carried = step.carried
    if carried is not None:
        for key, data in carried.reads.items():
            row = row_of(definitions, key, data)
            yield f"  read   {row.table} {row.key}: {_short(_shown(row.record))}"
        for key in sorted(carried.execution.writes):
            yield from _write(definitions, key, carried.before.get(key), carried)
        for event in carried.execution.events:
            contract = definitions[event.name.rpartition(".")[0]].schema
            described = contract.event(event.name)
            text = event.name if described is None else sentence(described, event.fields).en
            yield f"  event  {event.name}: {text}"
        if carried.execution.code == OK and carried.execution.result is not None:
            yield f"  result {_short(carried.execution.result)}"
    if step.failure is not None:
        yield from _failure(step.failure)


def _failure(failure: BaseException) -> Iterator[str]:
    name = type(failure).__name__
    if isinstance(failure, TallystickError):
        yield f"  refused {name} ({failure.code}): {failure}"
        for fact, value in facts_of(failure).items():
            yield f"    {fact}: {_short(value)}"
    else:
        yield f"  raised {name}: {failure}"
    place = place_of(failure)
    if place:
        yield f"    at {place}"


def _write(
    definitions: Mapping[str, Definition], key: bytes, before: bytes | None, carried: Carried
) -> Iterator[str]:
    after = carried.execution.writes[key]
    for line in _change(definitions, key, before, after):
        yield f"  write  {line}"


def _diff(
    definitions: Mapping[str, Definition],
    before: Mapping[bytes, bytes],
    after: Mapping[bytes, bytes],
) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield from _change(definitions, key, before.get(key), after.get(key))


def _change(
    definitions: Mapping[str, Definition], key: bytes, before: bytes | None, after: bytes | None
) -> Iterator[str]:
    row = row_of(definitions, key, after)
    name = f"{row.table} {row.key}"
    if after is None:
        yield f"- {name}"
    elif before is None:
        yield f"+ {name}: {_short(_shown(row.record))}"
    else:
        old, new = decode(before), decode(after)
        if not (isinstance(old, dict) and isinstance(new, dict)):
            yield f"~ {name}: {_short(old)} -> {_short(new)}"
            return
        for field in [*new, *(field for field in old if field not in new)]:
            if old.get(field) != new.get(field):
                yield f"~ {name} {field}: {_short(old.get(field))} -> {_short(new.get(field))}"


def _shown(record: object) -> object:
    return plain(record) if isinstance(record, Struct) else record


def _short(value: object) -> str:
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{name}={_short(part)}" for name, part in value.items()) + "}"
    else:
        text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
