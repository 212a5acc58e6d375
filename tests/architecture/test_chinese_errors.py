# SPDX-License-Identifier: Apache-2.0
"""What the doors and the console refuse is said in Chinese too: every text that is written here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tallystick import errors
from tallystick.console.problem_texts import CHINESE_TEXTS as CONSOLE_TEXTS
from tallystick.errors import (
    CAUSES_ZH,
    CHINESE_TEXTS,
    Malformed,
    NotFound,
    TallystickError,
    error_classes,
)
from tests.architecture import source

ROOMS: Final = frozenset(
    {"api", "console", "contracts", "documents", "execution", "ledger", "membership", "views"}
)
"""Whose errors a reader at a door or a page may see. Operators read their terminal, see below."""
FORMS: Final = frozenset(
    f"tallystick.model.{name}"
    for name in (
        "documents",
        "organization",
        "person",
        "private_data",
        "signed_request",
        "transaction",
    )
)
"""What people enter and programs sign; other bytes that do not decode are told by their cause."""
OPERATORS: Final = frozenset(
    {
        "BoundaryViolated",
        "ContractMissing",
        "Corrupted",
        "Halted",
        "InvalidBlock",
        "InvalidContract",
        "InvalidContentArchive",
        "PortInUse",
        "StoreUnreachable",
        "UsageError",
    }
)
"""Errors of a node's start, disk and code, and what other programs say: told by their cause."""
KINDS: Final = {name for name in vars(errors) if isinstance(getattr(errors, name), type)}


def template(node: ast.expr) -> str | None:
    """Return a text as written, with `{}` for what differs; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return None


def texts_of(module: source.Module) -> Iterator[str]:
    """Yield the messages, expectations and advice that a module raises."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in KINDS - OPERATORS:
            continue
        named = [one.value for one in node.keywords if one.arg in {"expected", "hint"}]
        for value in (*node.args[:1], *named):
            text = template(value)
            if text is not None and any(word.isalpha() for word in text.split(" ")) and " " in text:
                yield text


def is_told(text: str) -> bool:
    """Say whether a text has a Chinese one, with something in each place, or is a command."""
    if text.startswith("tally "):
        return True
    return CONSOLE_TEXTS.of(text.replace("{}", "7")) is not None


def test_every_text_at_the_doors_has_its_chinese() -> None:
    """A reader of Chinese reads no English sentence that was written for a door or a page."""
    source.expect_none(
        f"{module.name}: {text!r}"
        for module in source.package()
        if module.room in ROOMS or module.name in FORMS
        for text in texts_of(module)
        if not is_told(text)
    )


def test_every_code_has_a_cause_in_chinese() -> None:
    """A text without a Chinese one is told by the cause of its code."""
    assert set(error_classes()) == set(CAUSES_ZH)


def test_an_error_is_said_in_chinese_with_its_facts() -> None:
    """Places keep what differs; the prefix of a field stays; order follows the language."""
    error = Malformed("a.b: expected text, found 7", expected="at most 5 bytes")
    said = CHINESE_TEXTS.said(error)
    assert said.message == "a.b：应为文本，实为 7"
    assert said.expected == "至多 5 字节"
    assert said.hint == Malformed.hint_zh
    assert CHINESE_TEXTS.of("there are 9 entries in the 4 blocks up to there") == (
        "至该处共 4 个区块、9 个条目"
    )


def test_what_others_say_stands_behind_the_cause() -> None:
    """Nothing is lost: who asks for help can quote it."""
    said = CHINESE_TEXTS.said(NotFound("the disk sang", expected="silence", hint="Listen."))
    assert said == (f"{CAUSES_ZH['E_NOT_FOUND']}（the disk sang）", "silence", "Listen.")
    assert CHINESE_TEXTS.said(NotFound("")).message == CAUSES_ZH["E_NOT_FOUND"]
    assert CHINESE_TEXTS.said(NotFound("没有该文件")).message == "没有该文件"


@pytest.mark.parametrize("text", ["x" * 500 + " is missing", "x" * 300 + ": " + "y" * 300, ""])
def test_a_text_that_was_not_written_here_is_left_alone(text: str) -> None:
    """Long texts come from elsewhere; they cost no search."""
    assert CHINESE_TEXTS.of(text) is None


def test_an_error_of_another_family_is_told_by_its_title() -> None:
    """A code that this version does not know has a title at least."""

    class Strange(TallystickError):
        code = "E_STRANGE"
        title_zh = "奇怪"

    assert CHINESE_TEXTS.said(Strange("odd")).message == "奇怪（odd）"
