# SPDX-License-Identifier: Apache-2.0
"""The functions behind `tally NAME bundle` and `check-bundle`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.bundle_verbs import BundleVerb
from tallystick.cli.catalogue import option_text
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Checking, Output
from tallystick.cli.schema_options import HelpText
from tallystick.cli.texts.bundles import BUNDLE_OPTIONS
from tallystick.cli.texts.words import Text


def _help(name: str) -> HelpText:
    return HelpText(BUNDLE_OPTIONS[name].en, BUNDLE_OPTIONS[name].zh)


def _checking(name: str) -> HelpText:
    """Return the text that `tally verify` has for the same option."""
    text = option_text("verify", name) or Text(name, name)
    return HelpText(text.en, text.zh)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Believing:
    """Whose time-stamps and electronic signatures are believed."""

    authorities: Annotated[tuple[Path, ...], Parameter(help=_checking("authorities"))] = ()
    signers: Annotated[tuple[Path, ...], Parameter(help=_checking("signers"))] = ()


_NOBODY: Final = Believing()


def bundle_command_of(verb: BundleVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls."""
    return _bundle(verb.contract) if verb.kind == "bundle" else _check(verb.contract)


def _bundle(contract: str) -> Callable[..., Answer]:
    def bundle(
        subject: Annotated[str, Parameter(help=_help("subject"))],
        /,
        *,
        files: Annotated[tuple[Path, ...], Parameter(help=_help("files"))],
        out: Annotated[Path, Parameter(name=("--out", "-o"), help=_help("out"))],
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Pack a case."""
        from tallystick.cli.case_bundles import pack_case
        from tallystick.cli.evidence_packing import originals_in
        from tallystick.cli.linking import open_net

        originals = originals_in(files)
        with open_net(address) as net:
            listed, packed = pack_case(net, contract, subject, originals, out)
        return Sheet({"path": str(out), "subject": subject, "listed": listed, "packed": packed})

    return bundle


def _check(contract: str) -> Callable[..., Answer]:
    def check(
        bundle: Annotated[Path, Parameter(help=_help("bundle"))],
        /,
        *,
        out: Annotated[Path | None, Parameter(name=("--out", "-o"), help=_help("out"))] = None,
        offline: Annotated[bool, Parameter(help=_checking("offline"))] = False,
        trust: Annotated[Path | None, Parameter(help=_checking("trust"))] = None,
        believing: Believing = _NOBODY,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Check a bundle."""
        from contextlib import nullcontext

        from tallystick.cli.bundle_checks import check_bundle
        from tallystick.cli.bundle_report import bundle_report, report_bytes
        from tallystick.cli.electronic_signatures import signature_means
        from tallystick.cli.linking import open_net
        from tallystick.cli.time_stamps import now_ms, pinned_roots
        from tallystick.cli.times import format_time
        from tallystick.cli.verifying import offline_trust
        from tallystick.client import PackageMeans, digest_file, write_file

        now = now_ms()
        means = PackageMeans(
            lambda network: offline_trust(trust, lambda: network),
            pinned_roots(believing.authorities),
            now,
            signature_means(Checking(signers=believing.signers)),
        )
        digest = digest_file(bundle).sha256.hex()
        with nullcontext() if offline else open_net(address, trust=trust) as net:
            report = bundle_report(
                check_bundle(bundle, contract, means, net), digest, format_time(now)
            )
        if out is not None:
            write_file(out, report_bytes(report))
        return report

    return check
