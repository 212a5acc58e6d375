# SPDX-License-Identifier: Apache-2.0
"""What all pages of a console share: the node, names, records, keys; and how a visit begins."""

from __future__ import annotations

import time
from typing import Final

from starlette.requests import Request

from tallystick.console.account.cast import admit_cast
from tallystick.console.account.invitations import has_accounts, invite
from tallystick.console.account.vault_key import open_vault
from tallystick.console.account.who import who_asks
from tallystick.console.forgery import visitor_of
from tallystick.console.languages import choose_language
from tallystick.console.ledger import Ledger
from tallystick.console.names import Names
from tallystick.console.options import ConsoleOptions
from tallystick.console.paces import Paces
from tallystick.console.painting import TemplatePainter
from tallystick.console.proving import Prover, no_certificate_kinds, no_proof_check
from tallystick.console.records import Records, records_path, vault_key_path
from tallystick.console.settings import origin_of, read_settings
from tallystick.console.visit import THEMES, Person, Visit

TRUST_FILE: Final = "trust.json"


class Console:
    """What all pages share."""

    def __init__(self, ledger: Ledger, options: ConsoleOptions) -> None:
        """Stand before a node."""
        self.ledger = ledger
        self.options = options
        self.settings = read_settings(options.data)
        self.paces = Paces()
        self.names = Names(ledger)
        self.painter = TemplatePainter()
        self.prover = Prover(ledger, options.trust or options.data / TRUST_FILE)
        self.records = Records(records_path(options.data))
        self.vault = open_vault(self.records, vault_key_path(options.data))
        self.backups = (
            None
            if options.backups is None
            else options.backups(options.data / self.settings.backups)
        )
        if options.demonstration_keys is not None:
            admit_cast(self.records, self.vault, options.demonstration_keys)

    def first_link(self) -> str | None:
        """Return the path by which the first account is opened, while there is none."""
        if self.options.demonstration_keys is not None or has_accounts(self.records):
            return None
        token = invite(self.records, time.time_ns() // 1_000_000, is_administrator=True)
        return f"/invitation/{token}"

    def person(self, request: Request) -> Person | None:
        """Return who has signed in."""
        return who_asks(self.records, self.settings, request, time.time_ns() // 1_000_000)

    def _caller(self, request: Request) -> str:
        """Return the reader's network address; a proxy's word counts where the operator says so."""
        header = self.settings.caller_header
        said = request.headers.get(header, "") if header else ""
        return said[:64] or (request.client.host if request.client else "")

    def open_visit(self, request: Request) -> Visit:
        """Return the visit of a request."""
        theme = request.cookies.get("tally_theme", THEMES[0])
        return Visit(
            request=request,
            ledger=self.ledger,
            names=self.names,
            language=choose_language(
                request.query_params.get("lang"),
                request.cookies.get("tally_lang"),
                request.headers.get("accept-language", ""),
            ),
            theme=theme if theme in THEMES else THEMES[0],
            painter=self.painter,
            person=self.person(request),
            visitor=visitor_of(request, origin_of(self.settings, request)),
            records=self.records,
            vault=self.vault,
            keep_key=self.vault.keep,
            check_hash=self.prover.check_hash,
            certificates=self.options.certificates,
            certificate_kinds=self.options.certificate_kinds or no_certificate_kinds,
            take_aways=self.options.take_aways,
            packer=self.options.packer,
            list_reader=self.options.list_reader,
            bank_files=self.options.bank_files,
            clerks=self.options.clerks,
            restorer=self.options.restorer,
            backups=self.backups,
            samples=self.options.samples,
            sealing_keys=self.options.demonstration_sealing,
            check_proof=self.options.check_proof or no_proof_check,
            is_demonstration=self.options.demonstration_keys is not None,
            settings=self.settings,
            caller=self._caller(request),
            wanted_form=str(request.scope.get("wanted_form", "")),
        )
