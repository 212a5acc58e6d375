# SPDX-License-Identifier: Apache-2.0
"""Sets pages as PDF/A-3b; the same page gives the same bytes, on every machine.

Only fonts of the package and of the typesetter are used, none of the machine. The date of the
file is the page's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from tallystick.encoding import format_json
from tallystick.errors import Malformed
from tallystick.interchange.certificates.glyphs import FONTS
from tallystick.interchange.certificates.records import Page

if TYPE_CHECKING:
    from typst import Compiler, Fonts

_TEMPLATE: Final = resources.files("tallystick.interchange.certificates") / "certificate.typ"
_STANDARD: Final = "a-3b"
_IDLE: Final[deque[Compiler]] = deque()
"""Typesetters that no thread uses now: each sets one page at a time."""
_LAYOUT: Final = 1
"""Raised with every change of the template that changes a page."""


def maker() -> str:
    """Return what sets pages: only the same one gives the same bytes again."""
    return f"typst {version('typst')}, layout {_LAYOUT}"


def render(page: Page) -> bytes:
    """Return a page as PDF/A-3b with its files inside.

    Raises:
        Malformed: it cannot be set.
    """
    from typst import TypstError

    year, month, day, hour, minute, second = page.content["time"]
    given = {one.name: one.content.decode() for one in page.files}
    try:
        with _compiler() as compiler:
            made = compiler.compile(
                input=_TEMPLATE.read_bytes(),
                format="pdf",
                sys_inputs={**given, "page": format_json(dict(page.content))},
                pdf_standards=[_STANDARD],
                timestamp=datetime(year, month, day, hour, minute, second, tzinfo=UTC),
            )
    except (TypstError, RuntimeError, ValueError) as error:
        raise Malformed(f"the page cannot be set: {error}", field="page") from error
    if not isinstance(made, bytes):
        raise Malformed("the page cannot be set", field="page")
    return made if made.endswith(b"\n") else made + b"\n"  # what follows begins a line: 6.1.9


@contextmanager
def _compiler() -> Iterator[Compiler]:
    """Give a typesetter that nobody else uses meanwhile; they are kept, for starting takes long."""
    from typst import Compiler

    try:
        compiler = _IDLE.pop()
    except IndexError:
        compiler = Compiler(root=str(FONTS), font_paths=_fonts())
    try:
        yield compiler
    finally:
        _IDLE.append(compiler)


@cache
def _fonts() -> Fonts:
    """Return the package's fonts and the typesetter's own, loaded once for a process."""
    from typst import Fonts

    return Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
