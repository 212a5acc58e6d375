# SPDX-License-Identifier: Apache-2.0
"""`tally explain`: what an error code means and what to do, without a node."""

from __future__ import annotations

import difflib
import inspect
from typing import Final

from tallystick import errors
from tallystick.cli.answers import Answer, Listing, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import exit_code_of
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.stage import stage
from tallystick.errors import CAUSES_ZH, NotFound, TallystickError
from tallystick.linting import RULES, Rule

_SHOWN = ("code", "title", "meaning", "what_to_do", "family", "exit_code")
_FAMILIES: Final = (
    errors.Refused,
    errors.Rejected,
    errors.NotFound,
    errors.Unverified,
    errors.InvalidBlock,
    errors.Unavailable,
    errors.Halted,
)
"""From the narrowest to the widest: the family says who must act."""


def explain(code: str | None = None, /, *, _output: Output = OUTPUT) -> Answer:
    """Say what an error code means.

    Raises:
        NotFound: no error has this code.
    """
    from tallystick.cli.codes import contract_codes, contract_meanings, known_codes

    codes = known_codes()
    if code is None:
        rows = tuple(_facts(one) for one in codes.values())
        return Listing(rows, ("code", "title", "exit_code"))
    wanted = code.upper()
    if wanted in RULES:
        return _rule(RULES[wanted])
    if wanted not in codes and f"E_{wanted}" in codes:
        wanted = f"E_{wanted}"
    if wanted not in codes and wanted in contract_codes():
        # A contract's own code: a refusal, whose sentence the contract gives.
        codes[wanted] = type("ContractRefusal", (errors.Refused,), {"code": wanted})
    if wanted not in codes:
        near = difflib.get_close_matches(wanted, codes, n=1, cutoff=0.4)
        hint = say("usage.did_you_mean", near=f"tally explain {near[0]}") if near else None
        raise NotFound(say("explain.unknown", code=code), field="code", found=code, hint=hint)
    is_zh = stage().language == "zh"
    meanings = contract_meanings(wanted)
    contracts = [f"{name}: {text.zh if is_zh else text.en}" for name, text in meanings]
    shown = (*_SHOWN, "contracts") if contracts else _SHOWN
    return Sheet({**_facts(codes[wanted]), "contracts": contracts}, shown)


def _rule(rule: Rule) -> Answer:
    """Return what a code of the linter means."""
    language = stage().language
    return Sheet(
        {
            "code": rule.code,
            "title": rule.title.get(language),
            "what_to_do": rule.advice.get(language),
            "family": "tally contract lint",
        }
    )


def _facts(error: type[TallystickError]) -> Row:
    """JSON carries both languages; people read theirs."""
    is_zh = stage().language == "zh"
    return {
        "code": error.code,
        "title": error.title_zh if is_zh else error.title_en,
        "meaning": _cause_zh(error) if is_zh else _cause_en(error),
        "what_to_do": error.hint_zh if is_zh else error.hint_en,
        "family": _family(error),
        "exit_code": int(exit_code_of(error)),
        "title_zh": error.title_zh,
        "meaning_zh": _cause_zh(error),
        "what_to_do_zh": error.hint_zh,
    }


def _cause_en(error: type[TallystickError]) -> str:
    if not error.__module__.startswith(
        errors.__name__
    ):  # a contract's: its docstring is its sentence
        return error.title_en
    return " ".join(inspect.cleandoc(error.__doc__ or "").split())


def _cause_zh(error: type[TallystickError]) -> str:
    return CAUSES_ZH.get(error.code, error.title_zh)


def _family(error: type[TallystickError]) -> str:
    return next((one.__name__ for one in _FAMILIES if issubclass(error, one)), error.__name__)
