# SPDX-License-Identifier: Apache-2.0
"""Turns an answer into text: one JSON document, a table for people, or tab-separated lines.

Text from the ledger was written by strangers: control characters that could move the cursor,
colour the screen or reverse the reading direction are shown as escapes, never sent to a terminal.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from tallystick.cli.answers import (
    Answer,
    Document,
    Line,
    Listing,
    Mark,
    Plain,
    Report,
    Row,
    Section,
    Sheet,
)
from tallystick.cli.catalogue import say, title
from tallystick.cli.layout import GAP, column_width, cut, fit_widths, hanging, pad, terminal_width
from tallystick.cli.stage import stage
from tallystick.errors import UsageError

SIGNS: Final = {Mark.OK: "✔", Mark.FAILED: "✖", Mark.WARNING: "!", Mark.SKIPPED: "–"}
STYLES: Final = {Mark.OK: "32", Mark.FAILED: "31;1", Mark.WARNING: "33", Mark.SKIPPED: "2"}
"""SGR parameters (ECMA-48) of each mark."""
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_INDENT = len("  ✔ ")
_OFFSET_SIZE = len(" +08:00")


def render(answer: Answer, fields: str | None = None, width: int | None = None) -> str:
    """Return the text for standard output, ending in a line feed unless it is empty.

    Raises:
        UsageError: `fields` names something the answer does not have.
    """
    chosen = [name.strip() for name in fields.split(",") if name.strip()] if fields else None
    if stage().as_json:
        return json.dumps(_document(answer, chosen), ensure_ascii=False, indent=2) + "\n"
    text = _text(answer, chosen, width or terminal_width())
    return text if not text or text.endswith("\n") else text + "\n"


def _text(answer: Answer, chosen: Sequence[str] | None, width: int) -> str:
    match answer:
        case Document():
            return answer.text
        case Listing():
            return _listing(answer, chosen, width)
        case Sheet():
            return _sheet(answer, chosen, width)
        case Report():
            return _report(answer, width)


def visible(text: str) -> str:
    """Return `text` with control and direction characters escaped, so it cannot steer a screen."""
    return _CONTROLS.sub(lambda found: _escape(found[0]), text)


def cell(value: Plain) -> str:
    """Return a value as one line of text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return visible(value)
        case int() | float():
            return str(value)
        case {"zh": str() as zh, "en": str() as en, **others} if not others:
            return visible(zh if stage().language == "zh" else en)
        case _:
            return visible(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _escape(character: str) -> str:
    names = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return names.get(character) or f"\\u{ord(character):04x}"


def _document(answer: Answer, chosen: Sequence[str] | None) -> Plain:
    match answer:
        case Listing():
            known = _fields_of(answer)
            return [_select(row, chosen, known) for row in answer.rows] if chosen else answer.rows
        case Sheet():
            return _select(answer.fields, chosen, list(answer.fields))
        case Report():
            return answer.document
        case Document():
            return _as_json(answer.text)


def _as_json(text: str) -> Plain:
    try:
        value: Plain = json.loads(text)
    except ValueError:
        return {"text": text}
    return value


def _fields_of(answer: Listing) -> list[str]:
    """Return the fields of the rows, and the columns: no row needs to have them all."""
    found = dict.fromkeys(key for row in answer.rows for key in row)
    return list(found | dict.fromkeys(answer.columns))


def _select(row: Row, chosen: Sequence[str] | None, known: Sequence[str]) -> Row:
    if not chosen:
        return row
    for name in chosen:
        if name.split(".")[0] not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                say("usage.field", name=name),
                field="--fields",
                expected=", ".join(known),
                found=name,
                hint=say("usage.did_you_mean", near=near[0]) if near else None,
            )
    return {name: _inside(row, name) for name in chosen}


def _inside(row: Row, path: str) -> Plain:
    value: Plain = row
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _listing(answer: Listing, chosen: Sequence[str] | None, width: int) -> str:
    names = list(chosen or answer.columns)
    known = _fields_of(answer)
    rows = [[_select(row, names, known)[name] for name in names] for row in answer.rows]
    if not stage().answer_is_terminal:
        return "".join("\t".join(cell(value) for value in row) + "\n" for row in rows)
    if not rows:
        return say("list.empty")
    return _drawn_table([answer.labels.get(name) or title(name) for name in names], rows, width)


def _drawn_table(headings: Sequence[str], rows: Sequence[Sequence[Plain]], width: int) -> str:
    shown = [[_for_table(value) for value in row] for row in rows]
    natural = [
        column_width([heading, *(row[place] for row in shown)])
        for place, heading in enumerate(headings)
    ]
    widths = fit_widths(natural, width)
    rule = ["─" * one for one in widths]
    lines = [_bold(_table_line(headings, widths)), _dim(_table_line(rule, widths))]
    lines += [_table_line(row, widths) for row in shown]
    return "\n".join(lines)


def _table_line(texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = (pad(cut(text, width), width) for text, width in zip(texts, widths, strict=True))
    return (" " * GAP).join(cells).rstrip()


def _sheet(answer: Sheet, chosen: Sequence[str] | None, width: int) -> str:
    shown = chosen or answer.shown or list(answer.fields)
    fields = _select(answer.fields, shown, list(answer.fields))
    if not stage().answer_is_terminal:
        if chosen:  # like a listing of one row
            return "\t".join(cell(value) for value in fields.values()) + "\n"
        return "".join(f"{name}\t{cell(value)}\n" for name, value in fields.items())
    return _drawn_fields(
        {answer.labels.get(name) or title(name): fields[name] for name in fields}, width
    )


def _drawn_fields(fields: Row, width: int) -> str:
    left = column_width(fields) + GAP
    lines: list[str] = []
    for name, value in fields.items():
        first, *more = hanging(name, _for_people(value), left, width)
        label = pad(name, left)
        lines += [_dim(label) + first[len(label) :], *more]
    return "\n".join(lines)


def _for_table(value: Plain) -> str:
    """Times in tables go without their offset, which is this machine's."""
    is_time = isinstance(value, str) and _TIME.fullmatch(value)
    return _for_people(value)[:-_OFFSET_SIZE] if is_time else _for_people(value)


def _for_people(value: Plain) -> str:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return local_time(value)
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(visible(str(one)) for one in value)
    return cell(value)


def local_time(value: str) -> str:
    """Return an RFC 3339 time as people here write it, with the offset."""
    moment = datetime.fromisoformat(value).astimezone()
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def _report(answer: Report, width: int) -> str:
    if not stage().answer_is_terminal:
        return "".join(_piped_section(section) for section in answer.sections)
    return "\n".join(line for section in answer.sections for line in _drawn_section(section, width))


def _piped_section(section: Section) -> str:
    verdict = Line(section.verdict, say("report.verdict"), section.heading)
    rows = ((line.mark.value, line.name, line.evidence) for line in (*section.lines, verdict))
    return "".join("\t".join(cell(value) for value in row) + "\n" for row in rows)


def _drawn_section(section: Section, width: int) -> Iterator[str]:
    yield f"{_signed(section.verdict)} {_bold(visible(section.heading))}"
    left = _INDENT + column_width(visible(line.name) for line in section.lines) + GAP
    for line in section.lines:
        name = f"{' ' * _INDENT}{visible(line.name)}"
        first, *more = hanging(name, visible(line.evidence), left, width)
        yield f"  {_signed(line.mark)} {first[_INDENT:]}"
        yield from more
        if line.advice:
            yield from hanging("", f"→ {visible(line.advice)}", left, width)
    for remark in section.remarks:
        yield from hanging("", visible(remark), _INDENT, width)


def _signed(mark: Mark) -> str:
    return _styled(SIGNS[mark], STYLES[mark])


def _bold(text: str) -> str:
    return _styled(text, "1")


def _dim(text: str) -> str:
    return _styled(text, "2")


def _styled(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if stage().answer_color else text
