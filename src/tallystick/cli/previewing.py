# SPDX-License-Identifier: Apache-2.0
"""What a call would do, and what a transaction changed, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tallystick.cli.answers import Line, Mark, Plain, Report, Section
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.linking import open_net
from tallystick.cli.options import Address
from tallystick.cli.plain import plain_row
from tallystick.cli.results import exact
from tallystick.cli.stage import stage
from tallystick.cli.talk import note
from tallystick.client import Identity, Preview, RecordChange
from tallystick.encoding import Value

_TEXT_MAX: Final = 60
"""Characters of a value in a line; JSON has the whole."""
_NOTHING: Final = "—"

_CHANGES: Final = {
    "added": "preview.added",
    "changed": "preview.changed",
    "removed": "preview.removed",
}


def preview(
    contract: str,
    method: str,
    arguments: Mapping[str, Value],
    identity: Identity,
    address: Address,
) -> Report:
    """Return what a call would do, as the node foresees it; nothing is signed or sent.

    Raises:
        UnknownContract: the node has no such contract or action.
        Unavailable: nobody answers.
    """
    with open_net(address, identity=identity) as net:
        found = net.preview(contract, method, arguments)
    note(say("preview.nothing_sent"))
    document: dict[str, Plain] = {
        **plain_row(found.to_dict()),
        "signer": identity.public_key.hex(),
        "args": exact(arguments),
    }
    code = ExitCode.OK if found.is_ok else ExitCode.REFUSED
    return Report((_section(found),), document, code)


def change_lines(changes: Iterable[RecordChange]) -> list[str]:
    """Return each change as one line of text."""
    return [f"{_name(change)}: {_fields(change)}" for change in changes]


def _section(found: Preview) -> Section:
    if found.error is not None:
        error = found.error
        why = Line(
            Mark.FAILED,
            error.field or error.code,
            error.detail or _said(error.sentence),
            advice="" if error.hint is None else _said(error.hint),
            code=error.code,
        )
        return Section(Mark.FAILED, _said(found.sentence), (why,))
    lines = [Line(Mark.OK, _name(one), _fields(one)) for one in found.changes]
    lines += [
        Line(
            Mark.OK, say("preview.event"), one.name if one.sentence is None else _said(one.sentence)
        )
        for one in found.events
    ]
    readers = [] if found.readers is None else [_said(found.readers.sentence)]
    tried = say("preview.tried", height=str(found.height))
    return Section(Mark.OK, _said(found.sentence), tuple(lines), (*readers, tried))


def _name(change: RecordChange) -> str:
    return f"{say(_CHANGES[change.change])} {_said(change.label)} {change.key}".rstrip()


def _fields(change: RecordChange) -> str:
    shown = []
    for one in change.fields:
        after = _value(one.after_text)
        if change.change == "added":
            shown.append(f"{_said(one.label)} {after}")
        else:
            shown.append(f"{_said(one.label)} {_value(one.before_text)} → {after}")
    return "; ".join(shown)


def _value(text: Any) -> str:  # noqa: ANN401  # a text in two languages, or nothing
    if text is None:
        return _NOTHING
    said = _said(text)
    return said if len(said) <= _TEXT_MAX else f"{said[: _TEXT_MAX - 1]}…"


def _said(text: Any) -> str:  # noqa: ANN401  # whatever has both languages
    said: str = text.zh if stage().language == "zh" else text.en
    return said
