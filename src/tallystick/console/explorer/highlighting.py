# SPDX-License-Identifier: Apache-2.0
"""Python as a reader sees it: lines of words, each of a kind; pure, and nothing of it is HTML."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

from pygments.lexers.python import PythonLexer

Line: TypeAlias = tuple[tuple[str, str], ...]
"""Words with the kind of each, empty for what is like the rest."""

HIGHLIGHTED_MAX: Final = 300_000
"""Longer texts are shown plain: colouring takes a microsecond a character."""
_KINDS: Final = {
    "Token.Comment": "comment",
    "Token.Literal.String": "string",
    "Token.Literal.Number": "number",
    "Token.Keyword": "keyword",
    "Token.Operator.Word": "keyword",
    "Token.Name.Class": "name",
    "Token.Name.Function": "name",
    "Token.Name.Decorator": "decorator",
}


@lru_cache(maxsize=64)
def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a Python file, without their ends."""
    if len(text) > HIGHLIGHTED_MAX:
        return tuple((("", line),) for line in text.splitlines())
    lines: list[list[tuple[str, str]]] = [[]]
    for token, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        kind = _kind(str(token))
        first, *others = value.split("\n")
        lines[-1].append((kind, first))
        lines += [[(kind, other)] for other in others]
    if not any(word for _, word in lines[-1]):
        lines.pop()
    return tuple(tuple((kind, word) for kind, word in line if word) for line in lines)


def _kind(token: str) -> str:
    """Return the kind of a token by the longest name that its own begins with."""
    while token not in _KINDS and "." in token:
        token = token.rpartition(".")[0]
    return _KINDS.get(token, "")
