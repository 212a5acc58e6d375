# SPDX-License-Identifier: Apache-2.0
"""Private records, the ledger's half: who may read, and that nobody may after erasure."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Label, Name, action
from tallystick.contracts.parts import PrivateRecord, PrivateRecords, SealedData, private_commitment
from tallystick.encoding import Value
from tallystick.errors import InvalidValue
from tallystick.model import Signer
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

LABEL = Label(zh="做", en="Do")
OWNER = make_signer(member="owner")
BANK = make_signer(organization="911100001000000059", member="bank")
AUDITOR = make_signer(organization="911100001000001062", member="auditor")
AUTHORITY = make_signer("authority", organization="91110000100000114W", member="officer")
SEALED = sha256(b"sealed bytes").hexdigest()
NONCE = bytes(range(32))


class Vault(Contract, name="vault", version=1):
    """Every method of private records as an action."""

    secrets = PrivateRecords(erase_roles=("authority",), label=Label(zh="机密", en="Secrets"))

    @action(role=ANY_MEMBER, label=LABEL)
    def declare(
        self, ctx: Context, record: Name, sealed: SealedData, recipients: list[Name]
    ) -> None:
        """Declare."""
        self.secrets.declare(ctx, record, sealed, recipients=recipients)

    @action(role=ANY_MEMBER, label=LABEL)
    def add_recipient(self, ctx: Context, record: Name, recipient: Name) -> None:
        """Let read."""
        self.secrets.add_recipient(ctx, record, recipient)

    @action(role=ANY_MEMBER, label=LABEL)
    def erase(self, ctx: Context, record: Name) -> None:
        """Erase."""
        self.secrets.erase(ctx, record)

    @action(role=ANY_MEMBER, label=LABEL)
    def fetch(self, ctx: Context, record: Name) -> None:
        """Ask as a store does."""
        self.secrets.require_reader(record, ctx.signer.organization)

    @action(role=ANY_MEMBER, label=LABEL)
    def check(self, ctx: Context, record: Name, sha256: Digest) -> None:
        """Check bytes."""
        self.secrets.check_bytes(record, sha256)


def sealed() -> dict[str, Value]:
    """Return what the owner states."""
    return {
        "ciphertext": SEALED,
        "plaintext": private_commitment("P", b"plain", NONCE),
        "size": 12,
    }


def declared(*recipients: Signer) -> LedgerHarness:
    """Return a vault with P."""
    ledger = LedgerHarness(Vault)
    codes: list[Value] = [one.organization for one in recipients]
    done = ledger.run("declare", OWNER, record="P", sealed=sealed(), recipients=codes)
    assert done.code == "ok"
    return ledger


def the_record(ledger: LedgerHarness) -> PrivateRecord:
    """Return P."""
    return kept(ledger, "secrets_records", PrivateRecord)[0]


def fetched(ledger: LedgerHarness) -> list[str]:
    """Return what the question of owner, bank and auditor comes to."""
    return [ledger.run("fetch", who, record="P").code for who in (OWNER, BANK, AUDITOR)]


def test_only_owner_and_recipients_may_read() -> None:
    """The ledger's half of "a non-recipient cannot decrypt": its store gets no bytes and no key."""
    ledger = declared(BANK)
    assert fetched(ledger) == ["ok", "ok", "E_ROLE"]
    refused = ledger.run("fetch", AUDITOR, record="P")
    assert refused.result == {"record": "P", "organization": AUDITOR.organization}


def test_recipients_are_kept_sorted_and_announced() -> None:
    """In whatever order they are named."""
    ledger = declared(AUDITOR, BANK)
    codes = (BANK.organization, AUDITOR.organization)
    assert the_record(ledger).recipients == codes
    added = ledger.run("add_recipient", OWNER, record="P", recipient=AUTHORITY.organization)
    assert added.events[0].fields["recipient"] == AUTHORITY.organization
    assert the_record(ledger).recipients == (*codes, AUTHORITY.organization)


def test_after_erasure_nobody_may_read_and_the_ledger_still_verifies() -> None:
    """A tombstone says who and when; the digest still tells the sealed bytes from others."""
    ledger = declared(BANK)
    erased = ledger.run("erase", OWNER, record="P")
    assert erased.events[0].fields == {"record": "P", "person": f"{OWNER.organization}/owner"}
    assert fetched(ledger) == ["E_STATE"] * 3
    tombstone = the_record(ledger)
    assert tombstone.erased_by == f"{OWNER.organization}/owner"
    assert tombstone.erased_at == tombstone.declared_at + 1
    assert ledger.run("check", BANK, record="P", sha256=SEALED).code == "ok"


def test_after_erasure_there_is_no_new_recipient_and_no_second_erasure() -> None:
    """E_STATE with the moment."""
    ledger = declared()
    ledger.run("erase", OWNER, record="P")
    facts = {"record": "P", "erased_at": the_record(ledger).erased_at}
    for refused in (
        ledger.run("add_recipient", OWNER, record="P", recipient=BANK.organization),
        ledger.run("erase", OWNER, record="P"),
    ):
        assert (refused.code, refused.result) == ("E_STATE", facts)


def test_the_owner_alone_adds_recipients_and_erases_or_an_authority() -> None:
    """E_ROLE names the owner."""
    ledger = declared(BANK)
    for refused in (
        ledger.run("add_recipient", BANK, record="P", recipient=AUDITOR.organization),
        ledger.run("add_recipient", AUTHORITY, record="P", recipient=AUDITOR.organization),
        ledger.run("erase", BANK, record="P"),
    ):
        assert refused.code == "E_ROLE"
        assert refused.result == {"record": "P", "owner": OWNER.organization}
    assert ledger.run("erase", AUTHORITY, record="P").code == "ok"


def test_a_recipient_is_named_once() -> None:
    """E_DUP when it is declared, and when it is added."""
    ledger = LedgerHarness(Vault)
    twice: list[Value] = [BANK.organization, BANK.organization]
    refused = ledger.run("declare", OWNER, record="P", sealed=sealed(), recipients=twice)
    assert (refused.code, refused.result) == (
        "E_DUP",
        {"record": "P", "recipient": BANK.organization},
    )
    ledger = declared(BANK)
    again = ledger.run("add_recipient", OWNER, record="P", recipient=BANK.organization)
    assert again.code == "E_DUP"


def test_a_recipient_is_an_organisation_and_there_are_not_too_many() -> None:
    """A bad check character is E_FORMAT, more than 100 are E_LIMIT."""
    ledger = declared()
    bad = BANK.organization[:-1] + "0"
    refused = ledger.run("add_recipient", OWNER, record="P", recipient=bad)
    assert (refused.code, refused.result) == ("E_FORMAT", {"code_given": bad})
    many: list[Value] = [BANK.organization] * 101
    done = ledger.run("declare", OWNER, record="Q", sealed=sealed(), recipients=many)
    assert done.code == "E_LIMIT"
    assert ledger.run("declare", OWNER, record="P", sealed=sealed(), recipients=[]).code == "E_DUP"


def test_bytes_that_are_not_the_sealed_ones_are_refused() -> None:
    """E_HASH."""
    refused = declared().run("check", BANK, record="P", sha256="00" * 32)
    assert (refused.code, refused.result) == ("E_HASH", {"record": "P"})


def test_the_commitment_binds_the_plaintext_and_needs_a_nonce() -> None:
    """Another record, plaintext or nonce gives another; a short nonce could be guessed."""
    digests = {
        private_commitment("P", b"plain", NONCE),
        private_commitment("Q", b"plain", NONCE),
        private_commitment("P", b"plain!", NONCE),
        private_commitment("P", b"plain", bytes(32)),
    }
    assert len(digests) == 4
    with pytest.raises(InvalidValue, match="too short"):
        private_commitment("P", b"plain", bytes(31))
