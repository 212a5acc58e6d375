# SPDX-License-Identifier: Apache-2.0
"""Every error has one stable code, texts in two languages, and an entry in the reference."""

from __future__ import annotations

import ast
import re
from typing import Final

from scripts import generate_error_reference
from tallystick import errors
from tests.architecture import source

CODE: Final = re.compile(r"E_[A-Z]+(_[A-Z]+)*")
CHINESE: Final = re.compile("[\u4e00-\u9fff]")


def classes() -> list[type[errors.TallystickError]]:
    """Return every error class written in `tallystick.errors`."""
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return [one for one in found if issubclass(one, errors.TallystickError)]


def test_every_code_belongs_to_one_class() -> None:
    """A code names one meaning for ever."""
    codes = [one.__dict__.get("code") for one in classes()]
    assert len(codes) == len(set(codes))
    source.expect_none(
        f"{one.__name__}: code {one.__dict__.get('code')!r}"
        for one in classes()
        if not CODE.fullmatch(str(one.__dict__.get("code")))
    )


def test_every_error_has_its_own_title_and_a_hint_in_both_languages() -> None:
    """A refusal that only English readers understand is half an answer."""
    source.expect_none(
        f"{one.__name__}: {name}"
        for one in classes()
        for name in ("title_en", "title_zh")
        if not one.__dict__.get(name)
    )
    source.expect_none(
        f"{one.__name__}: texts in the wrong language"
        for one in classes()
        if not (CHINESE.search(one.title_zh) and CHINESE.search(one.hint_zh))
        or CHINESE.search(one.title_en + one.hint_en)
    )


def test_every_error_belongs_to_the_tree() -> None:
    """The family decides who must act, the HTTP status and the exit code."""
    for one in classes():
        assert issubclass(one, errors.TallystickError)
    tree = {error_class.__name__ for error_class in classes()}
    written = {
        node.name
        for module in source.package()
        if module.room == "errors"
        if module.name != "tallystick.errors.chinese"  # what errors say, and no error
        for node in module.tree.body
        if isinstance(node, ast.ClassDef)
    }
    assert written == tree


def test_only_the_ground_floor_defines_errors() -> None:
    """An exception class elsewhere would have no code; contracts declare theirs as data."""
    source.expect_none(
        f"{module.at(node)}: class {node.name}"
        for module in source.package()
        if module.room not in {"errors", "contracts"} and not module.room.startswith("industries")
        for node in source.statements(module.tree)
        if isinstance(node, ast.ClassDef) and any(_is_exception(base) for base in node.bases)
    )


def _is_exception(base: ast.expr) -> bool:
    name = ast.unparse(base).split(".")[-1]
    return name in {"Exception", "BaseException", "ValueError", "RuntimeError"} or hasattr(
        errors,
        name,
    )


def test_the_reference_lists_every_error_as_it_is() -> None:
    """docs/reference/errors.md is written from the classes; `make docs` refreshes it."""
    fresh = generate_error_reference.page()
    for one in classes():
        assert f"### {one.code}\n" in fresh
    assert generate_error_reference.PAGE.read_text(encoding="utf-8") == fresh
