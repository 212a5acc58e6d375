# SPDX-License-Identifier: Apache-2.0
"""The register of sealed documents: what is opened, kept, held, rotated and erased, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Label, action
from tallystick.contracts.parts import (
    Document,
    DocumentGrant,
    DocumentHolder,
    DocumentOpening,
    SealedCopy,
    SealedDocuments,
)
from tallystick.contracts.registers import DocumentRegister
from tallystick.encoding import Value
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept
from tests.unit.contracts.parts.moments import at

OWNER = make_signer(member="owner")
BANK = make_signer(organization="911100001000000059", member="clerk")
COURT = make_signer("documents.court", organization="911100001000001062", member="judge")
FROM, UNTIL = 1_790_000_000_000, 1_790_086_400_000
CLEAR = "ab" * 32


def cid(letter: str) -> str:
    """Return a well-formed address."""
    return f"bafybeia{letter * 51}"


def file(letter: str = "a", sha256: str = CLEAR) -> dict[str, Value]:
    """Return what an owner states about a sealed file."""
    return {
        "sha256": sha256,
        "plain_size": 10,
        "media_type": "application/pdf",
        "cid": cid(letter),
        "size": 226,
        "slices_root": "cd" * 32,
    }


def terms(**changed: Value) -> dict[str, Value]:
    """Return the terms of a grant to the bank."""
    whole: dict[str, Value] = {
        "grantee": BANK.organization,
        "documents": ["D-1"],
        "purpose": "credit check",
        "valid_from": FROM,
        "valid_until": UNTIL,
    }
    return {**whole, **changed}


@pytest.fixture
def register() -> LedgerHarness:
    """Return a register with one document, granted to the bank for two openings."""
    ledger = LedgerHarness(DocumentRegister)
    done(ledger, "put", OWNER, document="D-1", file=file())
    done(ledger, "grant", OWNER, grant="G-1", terms=terms(max_uses=2))
    return ledger


def done(ledger: LedgerHarness, method: str, who: Any, /, **args: Value) -> None:
    """Do something that is allowed."""
    execution = ledger.run(method, who, **args)
    assert execution.code == "ok", execution


def open_as(ledger: LedgerHarness, who: Any = BANK, /, **changed: Value) -> str:
    """Open the document and return the outcome's code."""
    args: dict[str, Value] = {"document": "D-1", "grant": "G-1", "purpose": "credit check"}
    return ledger.run("open", who, **{**args, **changed}).code


def test_what_stands_on_the_ledger_is_hashes_address_and_dates(register: LedgerHarness) -> None:
    """No file name and no key has a place: the record's fields are these and no others."""
    shown = register.query("show", document="D-1")
    assert isinstance(shown, dict)
    assert shown.keys() == {"document", "version", "sha256", "media_type", "copy"}
    assert shown["sha256"] == CLEAR
    assert register.query("find", cid=cid("a")) == shown
    assert register.query("find", cid=cid("b")) is None


def test_an_address_is_registered_once_whoever_declares_it(register: LedgerHarness) -> None:
    """Else another organisation could read, or erase, what it declares as its own."""
    for who, method, args in (
        (BANK, "put", {"document": "D-2"}),
        (OWNER, "put_version", {"document": "D-1"}),
        (OWNER, "rotate", {"document": "D-1", "version": 1}),
    ):
        assert register.run(method, who, **args, file=file()).code == "E_DUP"


def test_each_opening_is_recorded_and_counted(register: LedgerHarness) -> None:
    """With who, by which grant, what for, which version, in one row of numbers."""
    assert open_as(register) == "ok"
    assert open_as(register, OWNER, grant=None, purpose="own use") == "ok"
    first, second = kept(register, "openings", DocumentOpening)
    assert (first.number, first.organization, first.grant) == (1, BANK.organization, "G-1")
    assert (second.number, second.organization, second.grant) == (2, OWNER.organization, None)
    (copy,) = kept(register, "copies", SealedCopy)
    assert copy.openings == 2
    assert kept(register, "grants", DocumentGrant)[0].uses == 1


@pytest.mark.parametrize(
    ("who", "changed", "code"),
    [
        pytest.param(COURT, {}, "E_ROLE", id="not the grantee"),
        pytest.param(BANK, {"purpose": "marketing"}, "E_PURPOSE", id="another purpose"),
        pytest.param(BANK, {"grant": None}, "E_ROLE", id="no grant"),
        pytest.param(BANK, {"grant": "G-9"}, "E_MISSING", id="no such grant"),
        pytest.param(BANK, {"version": 9}, "E_MISSING", id="no such version"),
    ],
)
def test_an_opening_outside_any_bound_is_refused(
    register: LedgerHarness, who: Any, changed: dict[str, Value], code: str
) -> None:
    """And nothing is counted."""
    assert open_as(register, who, **changed) == code
    assert kept(register, "openings", DocumentOpening) == []


def test_a_grant_is_used_as_often_as_it_says_and_no_more(register: LedgerHarness) -> None:
    """The third of two is refused."""
    assert [open_as(register) for _ in range(3)] == ["ok", "ok", "E_LIMIT"]


def test_a_grant_holds_from_its_first_to_its_last_moment(register: LedgerHarness) -> None:
    """One millisecond later is too late, one before the first too early."""
    done(register, "grant", OWNER, grant="G-2", terms=terms(valid_from=UNTIL))
    assert open_as(at(register, UNTIL - 1), grant="G-2") == "E_EARLY"
    assert open_as(at(register, UNTIL), grant="G-2") == "ok"
    assert open_as(at(register, UNTIL), grant="G-1") == "ok"
    assert open_as(at(register, UNTIL + 1), grant="G-1") == "E_EXPIRED"


def test_a_grant_opens_its_own_documents_only(register: LedgerHarness) -> None:
    """A second document of the same owner stays shut."""
    done(register, "put", OWNER, document="D-2", file=file("b"))
    assert open_as(register, document="D-2") == "E_PURPOSE"


def test_only_the_owner_grants_and_within_reason(register: LedgerHarness) -> None:
    """Not of others' documents, not backwards in time, not to no organisation, not twice."""
    for who, grant, changed, code in (
        (BANK, "G-3", {}, "E_ROLE"),
        (OWNER, "G-3", {"valid_until": FROM - 1}, "E_VALUE"),
        (OWNER, "G-3", {"documents": ["D-9"]}, "E_MISSING"),
        (OWNER, "G-1", {}, "E_DUP"),
    ):
        assert register.run("grant", who, grant=grant, terms=terms(**changed)).code == code
    done(register, "grant", OWNER, grant="G-4", terms=terms(documents=["D-1", "D-1"]))
    (holder,) = kept(register, "holders", DocumentHolder)
    assert holder.grants == ("G-1", "G-4")


def test_a_hundred_grants_of_a_document_stand_at_a_time_and_expired_ones_make_room(
    register: LedgerHarness,
) -> None:
    """The list of an organisation's grants is bounded, and stays short by itself."""
    for number in range(99):
        done(register, "grant", OWNER, grant=f"N-{number}", terms=terms())
    assert register.run("grant", OWNER, grant="G-5", terms=terms()).code == "E_LIMIT"
    later = at(register, UNTIL + 1)
    done(later, "grant", OWNER, grant="G-5", terms=terms(valid_until=UNTIL * 2))
    (holder,) = kept(register, "holders", DocumentHolder)
    assert holder.grants == ("G-5",)


def test_after_revocation_nothing_opens_and_nobody_revokes_twice(register: LedgerHarness) -> None:
    """Only the grantor revokes; the grantee is no holder any more."""
    assert register.run("revoke", BANK, grant="G-1").code == "E_ROLE"
    done(register, "revoke", OWNER, grant="G-1")
    assert open_as(register) == "E_EXPIRED"
    assert register.run("revoke", OWNER, grant="G-1").code == "E_EXPIRED"
    (holder,) = kept(register, "holders", DocumentHolder)
    assert holder.grants == ()


def test_rotation_withdraws_the_copy_and_keeps_the_content(register: LedgerHarness) -> None:
    """The new version has the same plaintext; the old one opens for nobody, its owner included."""
    other = file("b", "ef" * 32)
    assert register.run("rotate", OWNER, document="D-1", version=1, file=other).code == "E_HASH"
    done(register, "rotate", OWNER, document="D-1", version=1, file=file("b"))
    old, new = kept(register, "copies", SealedCopy)
    assert old.withdrawn_at is not None
    assert (new.version, new.rotates, new.withdrawn_at) == (2, 1, None)
    assert open_as(register, version=1) == "E_STATE"
    assert open_as(register, OWNER, grant=None, version=1) == "E_STATE"
    assert open_as(register) == "ok"
    again = register.run("rotate", OWNER, document="D-1", version=1, file=file("c"))
    assert again.code == "E_STATE"
    assert register.run("rotate", BANK, document="D-1", version=2, file=file("c")).code == "E_ROLE"


def test_a_new_version_stands_beside_the_old_and_both_open(register: LedgerHarness) -> None:
    """By the same grant: it is of the document."""
    assert register.run("put_version", BANK, document="D-1", file=file("b")).code == "E_ROLE"
    done(register, "put_version", OWNER, document="D-1", file=file("b", "ef" * 32))
    assert [open_as(register, version=1), open_as(register)] == ["ok", "ok"]
    assert [one.version for one in kept(register, "openings", DocumentOpening)] == [1, 2]


def test_nothing_is_erased_before_its_retention_ends_or_under_a_hold(
    register: LedgerHarness,
) -> None:
    """A hold is put by a court's member alone, and lifted by the same court alone."""
    done(register, "extend", OWNER, document="D-1", retain_until=UNTIL)
    assert register.run("extend", OWNER, document="D-1", retain_until=FROM).code == "E_LIMIT"
    assert register.run("extend", BANK, document="D-1", retain_until=UNTIL).code == "E_ROLE"
    assert register.run("hold", OWNER, document="D-1", reason="no").code == "E_ROLE"
    done(register, "hold", COURT, document="D-1", reason="case 7")
    assert register.run("erase", OWNER, document="D-1").code == "E_STATE"
    done(register, "unhold", COURT, document="D-1")
    assert at(register, UNTIL - 1).run("erase", OWNER, document="D-1").code == "E_STATE"
    assert register.run("erase", BANK, document="D-1").code == "E_ROLE"
    done(at(register, UNTIL), "erase", OWNER, document="D-1")


def test_after_erasure_nobody_opens_grants_or_keeps_and_the_hashes_stay(
    register: LedgerHarness,
) -> None:
    """The tombstone says when and who."""
    done(register, "erase", OWNER, document="D-1")
    assert open_as(register) == "E_STATE"
    assert open_as(register, OWNER, grant=None) == "E_STATE"
    for method, args in (
        ("grant", {"grant": "G-7", "terms": terms()}),
        ("keep_at", {"document": "D-1", "organization": COURT.organization}),
        ("extend", {"document": "D-1", "retain_until": UNTIL}),
        ("erase", {"document": "D-1"}),
    ):
        assert register.run(method, OWNER, **args).code == "E_STATE"
    shown = register.query("show", document="D-1", version=1)
    assert isinstance(shown, dict)
    assert shown["sha256"] == CLEAR
    (erased,) = kept(register, "documents", Document)
    assert erased.deleted_by == f"{OWNER.organization}/owner"


def test_a_keeper_is_named_and_dismissed_by_the_owner_and_opens_nothing(
    register: LedgerHarness,
) -> None:
    """It holds ciphertext; grants of the same organisation are apart from it."""
    where: dict[str, Value] = {"document": "D-1", "organization": COURT.organization}
    assert register.run("keep_at", BANK, **where).code == "E_ROLE"
    assert register.run("let_go", OWNER, **where).code == "E_MISSING"
    done(register, "keep_at", OWNER, **where)
    assert register.run("keep_at", OWNER, **where).code == "E_DUP"
    own: dict[str, Value] = {"document": "D-1", "organization": OWNER.organization}
    assert register.run("keep_at", OWNER, **own).code == "E_DUP"
    assert open_as(register, COURT) == "E_ROLE"
    assert register.run("let_go", BANK, **where).code == "E_ROLE"
    done(register, "let_go", OWNER, **where)
    assert not any(one.keeps for one in kept(register, "holders", DocumentHolder))


class Custody(Contract, name="custody", version=1):
    """A contract that names documents of the register."""

    files = SealedDocuments()

    @action(role=ANY_MEMBER, label=Label(zh="查", en="Look"))
    def size_of(self, ctx: Context, address: str) -> int:
        """Return the size of a sealed copy, 0 if there is none."""
        found = self.files.find_copy(address)
        return 0 if found is None else self.files.require_copy(found.document).size

    @action(role=ANY_MEMBER, label=Label(zh="哈希", en="Hash"))
    def hash_of(self, ctx: Context, address: str) -> Digest | None:
        """Return the plaintext's hash of what is at an address."""
        found = self.files.find_version(address)
        return None if found is None else found.sha256


def test_another_contract_reads_the_register_by_address(register: LedgerHarness) -> None:
    """Typed, in its own actions; what is not registered is nothing."""
    other = LedgerHarness(Custody)
    other.state = register.state
    assert other.run("size_of", BANK, address=cid("a")).result == 226
    assert other.run("size_of", BANK, address=cid("b")).result == 0
    assert other.run("hash_of", BANK, address=cid("a")).result == CLEAR
    assert other.run("hash_of", BANK, address=cid("b")).result is None


@given(
    st.lists(st.sampled_from(["open", "own", "grant", "revoke", "rotate", "version"]), max_size=12)
)
def test_openings_are_numbered_without_gaps_and_grants_count_theirs(steps: list[str]) -> None:
    """Whatever happens between: each version's row is 1, 2, 3, and uses add up to the openings."""
    ledger = LedgerHarness(DocumentRegister)
    done(ledger, "put", OWNER, document="D-1", file=file("a"))
    granted, letters = 0, iter("bcdefghijklmnopqrstuvwxyz")
    for step in steps:
        newest = len(kept(ledger, "copies", SealedCopy))
        match step:
            case "open":
                open_as(ledger, grant=f"G-{granted}")
            case "own":
                open_as(ledger, OWNER, grant=None)
            case "grant":
                granted += 1
                done(ledger, "grant", OWNER, grant=f"G-{granted}", terms=terms(max_uses=2))
            case "revoke":
                ledger.run("revoke", OWNER, grant=f"G-{granted}")
            case "rotate":
                args: dict[str, Value] = {"document": "D-1", "version": newest}
                done(ledger, "rotate", OWNER, **args, file=file(next(letters)))
            case _:
                done(ledger, "put_version", OWNER, document="D-1", file=file(next(letters)))
    openings = kept(ledger, "openings", DocumentOpening)
    for copy in kept(ledger, "copies", SealedCopy):
        numbers = [one.number for one in openings if one.version == copy.version]
        assert sorted(numbers) == list(range(1, copy.openings + 1))
    uses = sum(one.uses for one in kept(ledger, "grants", DocumentGrant))
    assert uses == sum(one.grant is not None for one in openings)
