# SPDX-License-Identifier: Apache-2.0
"""Makes the function of the verb by which a counter checks a paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import option_text
from tallystick.cli.counter_verbs import CounterVerb
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Checking, Output
from tallystick.cli.schema_options import HelpText
from tallystick.cli.texts.counters import COUNTER_OPTIONS
from tallystick.cli.texts.words import Text

_SHOWN = COUNTER_OPTIONS["shown"]


def counter_command_of(verb: CounterVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls for a paper at a counter."""

    def check(
        shown: Annotated[str, Parameter(help=HelpText(_SHOWN.en, _SHOWN.zh))],
        /,
        *,
        trust: Annotated[Path | None, Parameter(help=_help("trust"))] = None,
        authorities: Annotated[tuple[Path, ...], Parameter(help=_help("authorities"))] = (),
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Check what somebody shows."""
        from tallystick.cli.counter_checks import shown_checklists
        from tallystick.cli.reports import verification_report

        checking = Checking(trust=trust, authorities=authorities)
        return verification_report(shown_checklists(verb.contract, shown, checking, address))

    return check


def _help(name: str) -> HelpText:
    """Return the text that `tally verify` has for the same option."""
    text = option_text("verify", name) or Text(name, name)
    return HelpText(text.en, text.zh)
