# SPDX-License-Identifier: Apache-2.0
"""Documents: one changed byte fails, old versions stay, nothing is deleted too soon."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Label,
    Name,
    Timestamp,
    action,
    query,
)
from tallystick.contracts.parts import (
    Document,
    DocumentDiffers,
    DocumentFile,
    Documents,
    DocumentVersion,
    LegalHold,
)
from tallystick.encoding import Value
from tallystick.errors import NotFound
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept
from tests.unit.contracts.parts.moments import at

LABEL = Label(zh="做", en="Do")
OWNER = make_signer(member="owner")
COURT = make_signer("court", organization="911100001000000059", member="judge")
POLICE = make_signer("court", organization="911100001000001062", member="officer")
RETAIN_UNTIL = 1_800_000_000_000


class Archive(Contract, name="archive", version=1):
    """Every method of documents as an action."""

    files = Documents(hold_roles=("court",), label=Label(zh="文件", en="Files"))

    @action(role=ANY_MEMBER, label=LABEL)
    def add(
        self, ctx: Context, document: Name, file: DocumentFile, until: Timestamp | None = None
    ) -> None:
        """Add."""
        self.files.add(ctx, document, file, retain_until=until)

    @action(role=ANY_MEMBER, label=LABEL)
    def amend(self, ctx: Context, document: Name, file: DocumentFile) -> None:
        """Amend."""
        self.files.amend(ctx, document, file)

    @action(role=ANY_MEMBER, label=LABEL)
    def accept(self, ctx: Context, document: Name, sha256: Digest) -> None:
        """Go on only with the right file."""
        self.files.check_file(document, sha256)

    @action(role=ANY_MEMBER, label=LABEL)
    def hold(self, ctx: Context, document: Name) -> None:
        """Hold."""
        self.files.hold(ctx, document, "case 7")

    @action(role=ANY_MEMBER, label=LABEL)
    def unhold(self, ctx: Context, document: Name) -> None:
        """Lift."""
        self.files.unhold(ctx, document)

    @action(role=ANY_MEMBER, label=LABEL)
    def delete(self, ctx: Context, document: Name) -> None:
        """Delete."""
        self.files.delete(ctx, document)

    @query
    def verify(self, document: Name, sha256: Digest, version: int | None = None) -> DocumentVersion:
        """Verify."""
        return self.files.check_file(document, sha256, version=version)


def a_file(content: bytes = b"first") -> dict[str, Value]:
    """Return a file as its owner states it."""
    return {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "media_type": "application/pdf",
        "locator": "store/1",
    }


def stored(content: bytes = b"first") -> LedgerHarness:
    """Return an archive with D, to be kept until RETAIN_UNTIL."""
    ledger = LedgerHarness(Archive)
    ledger.run("add", OWNER, document="D", file=a_file(content), until=RETAIN_UNTIL)
    return ledger


def document(ledger: LedgerHarness) -> Document:
    """Return D."""
    return kept(ledger, "files_documents", Document)[0]


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_changed_byte_fails_verification(content: bytes, data: st.DataObject) -> None:
    """E_HASH, whichever byte and bit; the file itself passes."""
    ledger = stored(content)
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    right, wrong = sha256(content).hexdigest(), sha256(changed).hexdigest()
    assert ledger.run("accept", COURT, document="D", sha256=right).code == "ok"
    refused = ledger.run("accept", COURT, document="D", sha256=wrong)
    assert (refused.code, refused.result) == (
        "E_HASH",
        {"document": "D", "version": 1, "sha256": wrong},
    )


def test_a_new_version_keeps_the_old() -> None:
    """Both verify, each as what it is; the newest is the default."""
    ledger = stored()
    added = ledger.run("amend", OWNER, document="D", file=a_file(b"second"))
    assert added.events[0].fields["version"] == 2
    old, new = a_file()["sha256"], a_file(b"second")["sha256"]
    assert ledger.query("verify", document="D", sha256=new) == ledger.query(
        "verify", document="D", sha256=new, version=2
    )
    first = ledger.query("verify", document="D", sha256=old, version=1)
    assert isinstance(first, dict)
    assert (first["sha256"], first["added_by"]) == (old, f"{OWNER.organization}/owner")
    with pytest.raises(DocumentDiffers):
        ledger.query("verify", document="D", sha256=old)
    with pytest.raises(NotFound):
        ledger.query("verify", document="D", sha256=old, version=3)


def test_an_sm3_digest_is_kept_beside_the_other() -> None:
    """Where GB/T 32905 is asked for."""
    ledger = LedgerHarness(Archive)
    ledger.run("add", OWNER, document="D", file=a_file() | {"sm3": "0a" * 32})
    assert kept(ledger, "files_versions", DocumentVersion)[0].sm3 == "0a" * 32


@pytest.mark.parametrize(("moment", "code"), [(RETAIN_UNTIL - 1, "E_STATE"), (RETAIN_UNTIL, "ok")])
def test_deletion_before_retain_until_is_refused(moment: int, code: str) -> None:
    """To the millisecond; the facts say until when."""
    done = at(stored(), moment).run("delete", OWNER, document="D")
    assert done.code == code
    assert done.result == (
        None if code == "ok" else {"document": "D", "retain_until": RETAIN_UNTIL}
    )


def test_deletion_under_a_legal_hold_is_refused() -> None:
    """As long as one stands, even when the time of retention is over."""
    ledger = at(stored(), RETAIN_UNTIL)
    assert ledger.run("hold", COURT, document="D").events[0].fields["reason"] == "case 7"
    ledger.run("hold", POLICE, document="D")
    assert ledger.run("delete", OWNER, document="D").result == {"document": "D", "legal_holds": 2}
    ledger.run("unhold", COURT, document="D")
    refused = ledger.run("delete", OWNER, document="D")
    assert (refused.code, refused.result) == ("E_STATE", {"document": "D", "legal_holds": 1})
    ledger.run("unhold", POLICE, document="D")
    assert kept(ledger, "files_holds", LegalHold) == []
    assert ledger.run("delete", OWNER, document="D").code == "ok"


def test_a_hold_is_put_by_role_and_lifted_by_the_organisation_that_put_it() -> None:
    """E_ROLE without the role; nobody lifts another's hold, nor puts its own twice."""
    ledger = stored()
    assert ledger.run("hold", OWNER, document="D").code == "E_ROLE"
    ledger.run("hold", COURT, document="D")
    assert ledger.run("unhold", OWNER, document="D").code == "E_ROLE"
    assert ledger.run("unhold", POLICE, document="D").code == "E_MISSING"
    assert ledger.run("hold", COURT, document="D").code == "E_DUP"
    assert document(ledger).legal_holds == 1


def test_of_a_deleted_document_a_tombstone_remains() -> None:
    """Who and when; its hashes too, so a copy that turns up can be checked."""
    ledger = at(stored(), RETAIN_UNTIL)
    ledger.run("delete", OWNER, document="D")
    tombstone = document(ledger)
    assert tombstone.deleted_at == RETAIN_UNTIL
    assert tombstone.deleted_by == f"{OWNER.organization}/owner"
    sha = a_file()["sha256"]
    assert ledger.run("accept", COURT, document="D", sha256=sha).code == "ok"


def test_a_deleted_document_is_neither_amended_held_nor_deleted_again() -> None:
    """E_STATE says since when; its id is not free either."""
    ledger = at(stored(), RETAIN_UNTIL)
    ledger.run("delete", OWNER, document="D")
    facts = {"document": "D", "deleted_at": RETAIN_UNTIL}
    for refused in (
        ledger.run("amend", OWNER, document="D", file=a_file()),
        ledger.run("hold", COURT, document="D"),
        ledger.run("delete", OWNER, document="D"),
    ):
        assert (refused.code, refused.result) == ("E_STATE", facts)
    assert ledger.run("add", OWNER, document="D", file=a_file()).code == "E_DUP"


def test_only_the_owner_amends_and_deletes() -> None:
    """E_ROLE names the owner."""
    ledger = at(stored(), RETAIN_UNTIL)
    for refused in (
        ledger.run("amend", COURT, document="D", file=a_file()),
        ledger.run("delete", COURT, document="D"),
    ):
        assert refused.code == "E_ROLE"
        assert refused.result == {"document": "D", "owner": OWNER.organization}


def test_a_document_that_need_not_be_kept_can_be_deleted_at_once() -> None:
    """Without `retain_until`."""
    ledger = LedgerHarness(Archive)
    ledger.run("add", OWNER, document="D", file=a_file())
    assert ledger.run("delete", OWNER, document="D").events[0].name == "archive.DocumentDeleted"
