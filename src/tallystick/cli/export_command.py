# SPDX-License-Identifier: Apache-2.0
"""Makes the function of `tally NAME export`: saves a file to take away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.export_verbs import ExportVerb, kinds_of
from tallystick.cli.options import ADDRESS, OUTPUT, SEALING, Address, Output, Sealing
from tallystick.cli.schema_options import HelpText
from tallystick.cli.texts.exports import EXPORT_OPTIONS


def export_command_of(verb: ExportVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls for a contract's files."""

    def export(
        kind: Annotated[str, Parameter(help=_help("kind"))],
        subject: Annotated[str, Parameter(help=_help("subject"))],
        /,
        *,
        out: Annotated[Path, Parameter(name=("--out", "-o"), help=_help("out"))],
        format_: Annotated[
            Literal["file", "pdf"] | None, Parameter(name="--format", help=_help("format"))
        ] = None,
        sealing: Sealing = SEALING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Save a file to take away."""
        from tallystick.cli.certifying import certified, require_extract
        from tallystick.cli.founding import now_ms
        from tallystick.cli.linking import open_net
        from tallystick.cli.take_aways import Maker
        from tallystick.contracts import day_of

        kinds = kinds_of(verb.contract)
        with open_net(address) as net:
            maker = Maker(net, verb.contract, kinds)
            if is_pdf(out, format_):
                take_away = require_extract(kind, kinds.get(kind))
                content = certified(net, maker.extract(kind, subject), take_away, sealing, address)
            else:
                content = maker.make(kind, subject, day_of(now_ms()))
        save(out, content)
        return Sheet({"file": str(out), "kind": kind, "subject": subject, "size": len(content)})

    return export


def save(out: Path, content: bytes) -> None:
    """Write a file that was asked for.

    Raises:
        FileProblem: it cannot be written.
    """
    from tallystick.errors import FileProblem

    try:
        out.write_bytes(content)
    except OSError as error:
        raise FileProblem(f"{out}: {error.strerror}", field="--out", found=str(out)) from error


def is_pdf(out: Path, format_: str | None) -> bool:
    """Return whether a certificate is asked for: by the option, else by the file's name."""
    return out.suffix.lower() == ".pdf" if format_ is None else format_ == "pdf"


def _help(name: str) -> HelpText:
    text = EXPORT_OPTIONS[name]
    return HelpText(text.en, text.zh)
