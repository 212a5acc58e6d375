# SPDX-License-Identifier: Apache-2.0
"""Jinja templates: one environment a language, the filters they use, and what every page knows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from tallystick.console import copying
from tallystick.console import shown as as_shown
from tallystick.console.languages import texts_in
from tallystick.console.ledger import Json, text_in
from tallystick.console.visit import Visit
from tallystick.interchange.languages import Language

_HERE: Final = Path(__file__).parent
STATIC: Final = _HERE / "static"


class TemplatePainter:
    """Paints pages from the templates of this package."""

    def __init__(self, menu: tuple[Mapping[str, str], ...] = ()) -> None:
        """Show these entries in the menu."""
        self._menu = menu

    def paint(
        self, visit: Visit, template: str, shown: Mapping[str, Json], status: int
    ) -> Response:
        """Return the page in the reader's language."""
        environment = environment_in(visit.language)
        text = environment.get_template(template).render(
            visit=visit,
            names=visit.names,
            language=visit.language,
            theme=visit.theme,
            person=visit.person,
            menu=self._menu,
            path=visit.place,
            now_ms=int(time.time() * 1000),
            **shown,
        )
        return HTMLResponse(text, status_code=status)


class _Environment(Environment):
    """Reads JSON documents as templates write them: `block.height`, and None for what is absent.

    The API leaves out what says nothing; a variable that a page forgot to give is an error still.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 # whatever a page shows
        if isinstance(obj, dict):
            if attribute in obj:
                return obj[attribute]
            return getattr(obj, attribute, None)
        return super().getattr(obj, attribute)


@cache
def environment_in(language: Language) -> Environment:
    """Return the templates with the texts and filters of one language."""
    environment = _Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,  # a package's files stay as they are: nobody looks at their dates
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined] # the extension's
        texts_in(language), newstyle=True
    )
    filters: dict[str, Any] = {
        "age": partial(as_shown.age, language=language),
        "grouped": as_shown.grouped,
        "money": as_shown.money,
        "moment": as_shown.moment,
        "moment_utc": as_shown.moment_utc,
        "number": as_shown.number,
        "read": partial(text_in, language=language),
        "short": as_shown.short,
        "size": as_shown.size,
        "tile_number": partial(as_shown.tile_number, language=language),
    }
    environment.filters.update(filters)
    environment.globals["static"] = static_address
    environment.globals["copied"] = copying
    return environment


@cache
def static_address(name: str) -> str:
    """Return the address of a file; it changes with the content, so a browser may keep it."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:16]
    return f"/static/{name}?v={digest}"
