# SPDX-License-Identifier: Apache-2.0
"""Jinja templates: one environment a language, the filters they use, and what every page knows."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from tallystick.console import copying
from tallystick.console import shown as as_shown
from tallystick.console.amounts import entered_in_capitals
from tallystick.console.days import looks_ahead
from tallystick.console.folding import fold_texts
from tallystick.console.keeping import FORGOTTEN_MS
from tallystick.console.languages import texts_in
from tallystick.console.ledger import Json, text_in
from tallystick.console.visit import Visit
from tallystick.interchange.languages import Language

_HERE: Final = Path(__file__).parent
STATIC: Final = _HERE / "static"
_SWEPT_AFTER: Final = 16
"""Pages. Each leaves some hundred objects in cycles, the macros of its templates: swept away after
a few pages that takes milliseconds; left to a node's rare collections, a quarter of a second."""
_MENUS: Final = 512
"""How many painted menus are kept: two languages, twenty places, four kinds of readers."""


class TemplatePainter:
    """Paints pages from the templates of this package."""

    def __init__(self) -> None:
        """Begin with no page painted."""
        self._painted = 0

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
            menu=_menu_of(visit),
            path=visit.place,
            now_ms=int(time.time() * 1000),
            **shown,
        )
        self._painted += 1
        if self._painted % _SWEPT_AFTER == 0:
            gc.collect(0)
        compile_ahead(visit.language)
        return HTMLResponse(text, status_code=status)


def _menu_of(visit: Visit) -> Markup:
    """Return the menu for whom it is shown to, painted once for all who may open the same."""
    # An entry is marked on the pages below it as well: /t on /t/ID, /app/justice on what it holds.
    place = visit.place
    parts = place.split("/")[1 : 3 if place.startswith(("/app/", "/admin/")) else 2]
    section = "/" + "/".join(parts)
    person = visit.person
    return _menu(
        visit.language,
        section if place == section else section + "/",
        tuple((one["name"], visit.read(one["label"])) for one in visit.names.systems),
        has_signed_in=person is not None,
        is_administrator=person is not None and person.is_administrator,
        is_demonstration=visit.is_demonstration,
    )


@lru_cache(maxsize=_MENUS)
def _menu(
    language: Language, path: str, systems: tuple[tuple[str, str], ...], **standing: bool
) -> Markup:
    template = environment_in(language).get_template("layout/menu.html")
    return Markup(template.render(path=path, systems=systems, **standing))  # noqa: S704 # escaped


class _Environment(Environment):
    """Reads JSON documents as templates write them: `block.height`, and None for what is absent.

    The API leaves out what says nothing; a variable that a page forgot to give is an error still.
    """

    translated: Callable[[str], str]
    """What a text is in the language of these templates."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 # whatever a page shows
        if isinstance(obj, dict):
            if attribute in obj:
                return obj[attribute]
            return getattr(obj, attribute, None)
        return super().getattr(obj, attribute)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:  # noqa: ANN401
        """Fold the texts before a template becomes code; a hook of the library."""
        return super()._generate(fold_texts(source, self.translated), *args, **options)


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
    environment.translated = texts_in(language).gettext
    filters: dict[str, Any] = {
        "age": partial(as_shown.age, language=language),
        "capitals": entered_in_capitals,
        "foreign": partial(as_shown.foreign, language=language),
        "grouped": as_shown.grouped,
        "left": partial(as_shown.left, language=language),
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
    environment.tests["looking_ahead"] = looks_ahead
    environment.globals["static"] = static_address
    environment.globals["copied"] = copying
    environment.globals["forgotten_ms"] = FORGOTTEN_MS
    return environment


@cache
def compile_ahead(language: Language) -> threading.Thread:
    """Begin to compile all templates of a language, in a thread that ends with the process.

    To compile one takes ten times as long as to paint it. Whoever opens a language's first page
    waits for the templates of that page; the others are compiled while they look at it, and a
    node that nobody looks at compiles none.
    """
    ahead = threading.Thread(
        target=_compile_all,
        args=(environment_in(language),),
        name=f"tally-templates-{language}",
        daemon=True,
    )
    ahead.start()
    return ahead


def _compile_all(environment: Environment) -> None:
    for name in environment.list_templates():
        begun = time.thread_time()
        environment.get_template(name)
        time.sleep(time.thread_time() - begun)  # pages have the other half of the interpreter


@cache
def static_address(name: str) -> str:
    """Return the address of a file; it changes with the content, so a browser may keep it."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:16]
    return f"/static/{name}?v={digest}"
