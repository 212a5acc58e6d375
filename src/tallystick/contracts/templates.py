# SPDX-License-Identifier: Apache-2.0
"""Docstrings in two languages, and sentences with `{field}` places."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc

from tallystick.contracts.label import Label
from tallystick.errors import InvalidContract

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECTION = re.compile(r"^(zh|en):[ \t]*(.*)$")


def parse_template(doc: str | None, *, owner: str) -> Label:
    """Return both sentences of a docstring that has a `zh:` and an `en:` part.

    Raises:
        InvalidContract: one of the parts is missing.
    """
    parts = _sections(doc or "")
    missing = [name for name in ("zh", "en") if not parts.get(name)]
    if missing:
        raise InvalidContract(
            f"{owner}: the docstring has no `{missing[0]}:` sentence",
            field=owner,
            expected='a docstring with "en: ... {field} ..." and "zh: ... {field} ..."',
            hint="Write both sentences; Python must not run with -OO, which removes docstrings.",
        )
    return Label(zh=parts["zh"], en=parts["en"])


def describe(doc: str | None) -> Label:
    """Return a docstring in both languages; one without `zh:` and `en:` parts serves for both."""
    parts = _sections(doc or "")
    if parts:
        zh, en = parts.get("zh", ""), parts.get("en", "")
        return Label(zh=zh or en, en=en or zh)
    text = cleandoc(doc or "")
    return Label(zh=text, en=text)


def places(template: str) -> list[str]:
    """Return the field names that a template mentions, in order."""
    return _PLACE.findall(template)


def fill(template: str, text_of: Callable[[str], str]) -> str:
    """Return the template with each place filled by what `text_of` says for its field.

    Unlike `str.format` it reaches no attributes and leaves every other brace alone.
    """
    return _PLACE.sub(lambda place: text_of(place[1]), template)


def check_places(template: Label, fields: list[str], *, owner: str) -> None:
    """Refuse places that name no field.

    Raises:
        InvalidContract: a place without a field.
    """
    for name in [*places(template.zh), *places(template.en)]:
        if name not in fields:
            raise InvalidContract(
                f"{owner}: its sentence mentions {{{name}}}, which is not a field",
                field=owner,
                expected=", ".join(fields) or "no places",
                found=name,
            )


def _sections(doc: str) -> dict[str, str]:
    """Return the texts of `zh:` and `en:` parts; further lines continue a part."""
    parts: dict[str, str] = {}
    current: str | None = None
    for line in cleandoc(doc).splitlines():
        start = _SECTION.match(line.strip())
        if start:
            current = start[1]
            parts[current] = start[2].strip()
        elif current is not None and line.strip():
            gap = "" if current == "zh" else " "
            parts[current] += gap + line.strip()
    return parts
