# SPDX-License-Identifier: Apache-2.0
"""Texts of templates that need no facts are put in when a template is compiled, not at each page.

There is one environment of templates a language, so what `_("Blocks")` says is known then; a page
says fifty such texts, and to look each up again took a quarter of the time of painting it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

_CALLED: Final = frozenset({"_", "gettext"})


def fold_texts(template: nodes.Template, translated: Callable[[str], str]) -> nodes.Template:
    """Return a parsed template with the texts that take no facts as constants."""
    folded = _Folding(translated).visit(template)
    if not isinstance(folded, nodes.Template):
        raise TypeError("a template stays a template")
    return folded


class _Folding(NodeTransformer):
    """Puts a constant in the place of each call that looks up a constant text."""

    def __init__(self, translated: Callable[[str], str]) -> None:
        self._translated = translated

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 # the visitor's name for it
        """Return the text of a call without facts; every other call stays, its arguments folded."""
        text = _constant_text(call)
        if text is None:
            return self.generic_visit(call)
        # As the extension's own gettext does: a text is a format string even without facts.
        said = nodes.Const(self._translated(text) % {}, lineno=call.lineno)
        return nodes.MarkSafe(said, lineno=call.lineno)


def _constant_text(call: nodes.Call) -> str | None:
    """Return the text that a call looks up, or None where it is another call or takes facts."""
    is_text = isinstance(call.node, nodes.Name) and call.node.name in _CALLED
    if not is_text or call.kwargs or call.dyn_args or call.dyn_kwargs:
        return None
    match call.args:
        case [nodes.Const(value=str(text))]:
            return text
    return None
