# SPDX-License-Identifier: Apache-2.0
"""What templates say without facts is said when they are compiled; the menu is painted once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined, nodes

from tallystick.console.folding import fold_texts
from tallystick.console.painting import compile_ahead, environment_in
from tallystick.interchange.languages import Language
from tests.unit.console.conftest import Reader

SAID = {"Blocks": "区块", "50 %% of <b>": "<b> 的 50 %%", "%(count)s blocks": "%(count)s 个区块"}


class _Folding(Environment):
    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(fold_texts(source, SAID.__getitem__), *args, **options)


def environments() -> tuple[Environment, Environment]:
    """Return an environment that looks texts up at each page, and one that folds them."""
    found = []
    for kind in (Environment, _Folding):
        one = kind(autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
        one.install_gettext_callables(  # type: ignore[attr-defined] # the extension's
            SAID.__getitem__, lambda *_: "", newstyle=True
        )
        found.append(one)
    return found[0], found[1]


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("Blocks") }}',
        "{% trans %}Blocks{% endtrans %}",
        '<a title="{{ _("50 %% of <b>") }}">{{ gettext("Blocks") ~ "<" }}</a>',
        '{{ _("%(count)s blocks", count="<" ~ 3) }}',
        "{% trans count=number %}{{ count }} blocks{% endtrans %}",
        '{% macro m(x) %}{{ x }}{% endmacro %}{{ m(_("Blocks")) }}{{ {"a": _("Blocks")}["a"] }}',
        '{{ number if number else _("Blocks") }}{{ _(text) }}',
    ],
)
def test_a_folded_template_says_what_an_unfolded_one_says(source: str) -> None:
    """With facts and without, escaped alike, in every place where an expression may stand."""
    plain, folding = environments()
    facts = {"number": 7, "text": "Blocks"}
    said = folding.from_string(source).render(facts)
    assert said == plain.from_string(source).render(facts)
    assert "区块" in said or "个" in said or "的" in said


def test_texts_without_facts_are_not_looked_up_again() -> None:
    """They stand in the code of the template; those with facts are still calls."""
    _, folding = environments()
    code = folding.compile('{{ _("Blocks") }}{{ _("%(count)s blocks", count=1) }}', raw=True)
    assert "区块" in code
    assert "%(count)s blocks" in code
    assert "'Blocks'" not in code


def test_each_language_has_its_own(reader: Reader) -> None:
    """The same template says one thing in Chinese and another in English, page after page."""
    for _ in range(2):
        for language, word in (("zh", "区块"), ("en", "Blocks")):
            page = reader.get("/b", params={"lang": language}).text
            assert re.search(rf"<h1[^>]*>\s*{word}\s*</h1>", page)
    assert environment_in("zh") is not environment_in("en")


def test_the_menu_marks_where_the_reader_is(reader: Reader) -> None:
    """The page itself, or the entry above it; what was painted for one page serves no other."""
    for _ in range(2):
        for path, marked, is_current in (
            ("/b", "/b", True),
            ("/b/1", "/b", False),
            ("/c/evidence", "/c", False),
            ("/", "/", True),
        ):
            page = reader.get(path, params={"lang": "en"}).text
            menu = page[page.index('id="menu"') : page.index("</nav>")]
            active = re.findall(r'<a class="nav-link active" href="([^"]*)"\s*([^>]*)>', menu)
            assert [one[0] for one in active] == [marked], path
            assert ("aria-current=page" in active[0][1]) == is_current, path
            assert 'href="/admin/accounts"' not in menu


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whoever_opens_a_first_page_has_all_others_compiled(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    """In that language, by a thread of its own; no later page waits for a template to be read."""
    assert reader.get("/learn", params={"lang": language}).status_code == 200
    compile_ahead(language).join(timeout=60)
    environment = environment_in(language)
    monkeypatch.setattr(Environment, "compile", pytest.fail)
    for name in environment.list_templates():
        assert environment.get_template(name).name == name
